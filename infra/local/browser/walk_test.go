package browser

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// A person subscribes, sees the renewal a month later, changes to a card that
// fails then, and cancels with feedback.
func TestSubscribeRenewFailCancel(t *testing.T) {
	t.Parallel()
	chromium := findChromium(t)
	p, root := openPlace(t)
	b := open(t, chromium, root)

	var checkout struct {
		URL string `json:"checkout_url"`
	}
	p.api(http.MethodPost, "checkout-session", map[string]string{
		"price_id": "price_pro_monthly", "success_url": p.site + "/done", "cancel_url": p.site + "/pricing",
	}, &checkout)
	b.visit(checkout.URL)
	b.picture("checkout")
	b.press("a", "4242 4242 4242 4242")
	b.do("filling in the card", chromedp.WaitVisible(`input[name=card_number][value^="4242"]`))
	b.picture("checkout-filled-in")
	b.do("paying", chromedp.Click("form button[type=submit]"))
	b.sees("Welcome back to the shop")
	bought := p.sees("active")

	b.visit(p.stack.StripePageURL)
	b.sees("checkout.session.completed")
	b.picture("deliveries")
	b.press("button", "Resend")
	b.do("waiting for the second attempt", chromedp.WaitVisible(`//tbody/tr[2]/td[2][starts-with(normalize-space(.), "2")]`))
	b.press("a", "Time")
	b.sees("Advance 1 month")
	b.picture("time")
	b.press("button", "Advance 1 month")
	b.sees("days ahead of this machine")
	b.picture("a-month-later")
	renewed := p.sees("active")
	if !renewed.PeriodEnd.After(bought.PeriodEnd) {
		t.Errorf("the period ended on %v and now ends on %v", bought.PeriodEnd, renewed.PeriodEnd)
	}

	b.visit(p.portal())
	b.picture("portal")
	b.press("summary", "Use another card")
	b.press("a", "4000 0000 0000 0341")
	b.do("filling in the other card", chromedp.WaitVisible(`input[name=card_number][value^="4000"]`))
	b.picture("portal-card")
	b.press("button", "Save the card")
	b.sees("Visa ending in 0341")
	b.visit(p.stack.StripePageURL)
	b.press("a", "Time")
	b.press("button", "To the next renewal")
	b.sees("invoice.payment_failed")
	b.picture("failed-renewal")
	p.sees("past_due")

	b.visit(p.portal())
	b.picture("portal-past-due")
	b.press("button", "Pay")
	b.sees("Your card was declined.")
	b.press("summary", "Cancel the subscription")
	b.do("giving a reason", chromedp.SetValue("select[name=feedback]", "too_expensive"),
		chromedp.SendKeys("textarea[name=comment]", "Too much for me."))
	b.picture("portal-cancel")
	b.press("button", "Cancel the subscription")
	b.sees("Will be canceled on")
	b.picture("portal-canceled")
	if got := p.sees("past_due"); got.CancelAt == "" {
		t.Error("my-subscription does not say when it ends")
	}
	var at struct {
		Details struct{ Feedback, Comment string } `json:"cancellation_details"`
	}
	p.stripe(http.MethodGet, "/v1/subscriptions/"+bought.StripeID, nil, &at)
	if at.Details.Feedback != "too_expensive" || at.Details.Comment != "Too much for me." {
		t.Errorf("the feedback is %+v", at.Details)
	}
}

// portal is the address of a new session of the user's portal.
func (p *place) portal() string {
	p.t.Helper()
	var opened struct {
		URL string `json:"portal_url"`
	}
	p.api(http.MethodPost, "customer-portal", map[string]string{"return_url": p.site}, &opened)
	return opened.URL
}
