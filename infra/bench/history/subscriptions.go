package history

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// subscriptionJSON is what the operations need to know of a subscription.
type subscriptionJSON struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	CancelAt *int64 `json:"cancel_at"`
	Items    struct {
		Data []struct {
			ID    string `json:"id"`
			Price struct {
				Currency string `json:"currency"`
			} `json:"price"`
		} `json:"data"`
	} `json:"items"`
}

func (s subscriptionJSON) id() string { return s.ID }

// running picks one of a customer's subscriptions that has not ended.
func (l *life) running(ctx context.Context, s Step) (sub subscriptionJSON, found bool, err error) {
	c := l.customers[s.Customer]
	if c == nil {
		return sub, false, nil
	}
	subs, err := list[subscriptionJSON](ctx, l.Box, "/v1/subscriptions", url.Values{"customer": {c.id}, "status": {"all"}})
	if err != nil {
		return sub, false, err
	}
	subs = slices.DeleteFunc(subs, func(sub subscriptionJSON) bool {
		return sub.Status == "canceled" || sub.Status == "incomplete_expired"
	})
	sub, found = pick(subs, s.Pick)
	return sub, found, nil
}

// subscribe makes a subscription by the API, for Number days of trial. How is
// Stripe's payment behavior.
func subscribe(ctx context.Context, l *life, s Step) error {
	c, err := l.customer(ctx, s.Customer)
	if err != nil {
		return err
	}
	form := url.Values{"customer": {c.id}, "items[0][price]": {s.Price}}
	c.mark(form, "metadata")
	if s.How != "" {
		form.Set("payment_behavior", s.How)
	}
	if s.Number > 0 {
		form.Set("trial_period_days", decimal(s.Number))
	}
	return l.post(ctx, "/v1/subscriptions", form, nil)
}

// checkout buys a subscription on the hosted page, with Number days of trial.
// How is "declined first" or empty.
func checkout(ctx context.Context, l *life, s Step) error {
	c, err := l.customer(ctx, s.Customer)
	if err != nil {
		return err
	}
	form := url.Values{"mode": {"subscription"}, "customer": {c.id}, "line_items[0][price]": {s.Price}, "line_items[0][quantity]": {"1"}}
	c.mark(form, "metadata")
	c.mark(form, "subscription_data[metadata]")
	if c.user != "" {
		form.Set("client_reference_id", c.user)
	}
	if s.Number > 0 {
		form.Set("subscription_data[trial_period_days]", decimal(s.Number))
	}
	return l.paid(ctx, form, s.How)
}

// paid makes a checkout session and pays it on its page.
func (l *life) paid(ctx context.Context, form url.Values, how string) error {
	form.Set("success_url", "https://shop.example/thanks")
	var session struct{ ID string }
	if err := l.post(ctx, "/v1/checkout/sessions", form, &session); err != nil {
		return err
	}
	page := url.Values{
		"email": {"buyer@example.com"}, "card_number": {"4242 4242 4242 4242"}, "card_expiry": {"12 / 40"}, "card_cvc": {"123"}, "name": {"Jenny Rosen"},
	}
	if how == declinedFirst {
		page.Set("card_number", "4000 0000 0000 0341")
		if err := l.post(ctx, "/c/pay/"+session.ID, page, nil); !isDeclined(err) {
			return err // a trial charges no card
		}
		page.Set("card_number", "4242 4242 4242 4242")
	}
	return l.post(ctx, "/c/pay/"+session.ID, page, nil)
}

// declinedFirst has a card declined before another one pays.
const declinedFirst = "declined first"

func (l *life) update(ctx context.Context, s Step, change func(sub subscriptionJSON) url.Values) error {
	sub, found, err := l.running(ctx, s)
	if err != nil || !found {
		return err
	}
	form := change(sub)
	if form == nil {
		return nil
	}
	return l.post(ctx, "/v1/subscriptions/"+sub.ID, form, nil)
}

// changePrice moves a subscription to another price; How is Stripe's proration
// behavior.
func changePrice(ctx context.Context, l *life, s Step) error {
	return l.update(ctx, s, func(sub subscriptionJSON) url.Values {
		item := sub.Items.Data[0]
		if item.Price.Currency != "usd" { // a subscription's currency stays
			return nil
		}
		return url.Values{"items[0][id]": {item.ID}, "items[0][price]": {s.Price}, "proration_behavior": {s.How}}
	})
}

// changeQuantity sets a subscription's quantity to Number.
func changeQuantity(ctx context.Context, l *life, s Step) error {
	return l.update(ctx, s, func(sub subscriptionJSON) url.Values {
		return url.Values{"items[0][id]": {sub.Items.Data[0].ID}, "items[0][quantity]": {decimal(s.Number)}, "proration_behavior": {s.How}}
	})
}

// annotate changes nothing that billhook keeps.
func annotate(ctx context.Context, l *life, s Step) error {
	return l.update(ctx, s, func(subscriptionJSON) url.Values {
		return url.Values{"metadata[note]": {decimal(s.Number)}}
	})
}

// claim says whose a subscription is, as somebody does in Stripe's dashboard for
// one that billhook did not make; in a second of its own, because what changes
// nothing else is not told from what was before in the same second.
func claim(ctx context.Context, l *life, s Step) error {
	if s.Customer < foreign {
		return nil
	}
	if err := l.Advance(ctx, 1); err != nil {
		return err
	}
	return l.update(ctx, s, func(subscriptionJSON) url.Values {
		return url.Values{"metadata[user_id]": {fmt.Sprint("user-", s.Customer)}}
	})
}

func endTrial(ctx context.Context, l *life, s Step) error {
	return l.update(ctx, s, func(sub subscriptionJSON) url.Values {
		if sub.Status != "trialing" {
			return nil
		}
		return url.Values{"trial_end": {"now"}}
	})
}

// The ways to cancel.
const (
	atOnce      = "at once"
	atPeriodEnd = "at period end"
	undo        = "undo"
)

// cancel ends a subscription, or has it end, or lets it go on after all.
func cancel(ctx context.Context, l *life, s Step) error {
	if s.How != atOnce && s.How != atPeriodEnd && s.How != undo {
		return fmt.Errorf("no way to cancel is named %q", s.How)
	}
	if s.How == atOnce {
		sub, found, err := l.running(ctx, s)
		if err != nil || !found {
			return err
		}
		return l.Delete(ctx, "/v1/subscriptions/"+sub.ID)
	}
	return l.update(ctx, s, func(subscriptionJSON) url.Values {
		return url.Values{"cancel_at_period_end": {fmt.Sprint(s.How == atPeriodEnd)}}
	})
}
