package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const newBalance = `{"balance_cents": 0, "currency": "usd", "held_cents": 0, "lifetime_deposited_cents": 0, "lifetime_spent_cents": 0,
	"auto_reload": {"enabled": false, "threshold_cents": null, "amount_cents": null, "in_progress": false, "failed_attempts": 0, "problem": null}}`

func TestDeposit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.call(t, user, http.MethodGet, "/api/balance", "", "").Is(t, 200, newBalance)

	session := f.started(t, user, 2500, "")
	made, err := f.sandbox.API.CheckoutSessions.Get(session, nil)
	if err != nil {
		t.Fatal(err)
	}
	if made.SuccessURL != "https://app.example.com/ok?a=b&session_id={CHECKOUT_SESSION_ID}#top" {
		t.Errorf("success_url = %s", made.SuccessURL)
	}
	f.verify(t, user, session).Is(t, 200, `{"deposited": false, "amount_cents": 0}`)
	f.holdsMoney(t, user, 0)

	f.sandbox.Pay(t, session)
	for range 3 {
		f.verify(t, user, session).Is(t, 200, `{"deposited": true, "amount_cents": 2500}`)
	}
	f.holdsMoney(t, user, 2500)
	const elsewhere = `{"error": {"code": "session_not_found", "message": "Checkout session not found"}, "request_id": ""}`
	f.verify(t, "user-2", session).Is(t, 404, elsewhere)
	f.verify(t, user, "cs_test_unknown").Is(t, 404, elsewhere)

	if n := f.deliver(t, "payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"); n != 3 {
		t.Errorf("Stripe had %d events to tell", n)
	}
	f.holdsMoney(t, user, 2500)
	if w := f.wallet(t, user); w.Postings != 1 {
		t.Errorf("%d postings", w.Postings)
	}
}

// Events credit a wallet without anybody verifying, whichever comes first.
func TestDepositByEvents(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{
		{"checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"},
		{"charge.succeeded", "checkout.session.completed", "payment_intent.succeeded"},
		{"payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"},
	} {
		t.Run(order[0], func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			session := f.started(t, user, 700, "")
			f.sandbox.Pay(t, session)
			f.deliver(t, order[0])
			f.holdsMoney(t, user, 700)
			f.deliver(t, order[1:]...)
			f.verify(t, user, session).Is(t, 200, `{"deposited": true, "amount_cents": 700}`)
			f.holdsMoney(t, user, 700)
		})
	}
}

// A hundred verify at once while Stripe delivers each event five times: one
// credit.
func TestVerifyFlood(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	session := f.started(t, user, 2500, "")
	f.sandbox.Pay(t, session)
	var flood sync.WaitGroup
	for range 100 {
		flood.Go(func() {
			if answer := f.verify(t, user, session); answer.Status != 200 || !strings.Contains(answer.Body, `"amount_cents":2500`) {
				t.Errorf("verify: %d %s", answer.Status, answer.Body)
			}
		})
	}
	for range 5 {
		flood.Go(func() { f.deliver(t, "payment_intent.succeeded", "checkout.session.completed") })
	}
	flood.Wait()
	f.holdsMoney(t, user, 2500)
	if w := f.wallet(t, user); w.Postings != 1 {
		t.Errorf("%d postings", w.Postings)
	}
}

// What is refused is refused before anything is stored or asked of Stripe.
func TestDepositRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sandbox.Intercept(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { t.Errorf("Stripe was asked: %s", r.URL) })
	before := f.Stored(t)
	const urls = `"success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"`
	for name, c := range map[string]struct{ body, message string }{
		"one cent below":    {`{"amount_cents": 499, ` + urls + `}`, "amount_cents: Input should be between 500 and 50000"},
		"one cent above":    {`{"amount_cents": 50001, ` + urls + `}`, "amount_cents: Input should be between 500 and 50000"},
		"nothing":           {`{"amount_cents": 0, ` + urls + `}`, "amount_cents: Input should be between 500 and 50000"},
		"a negative amount": {`{"amount_cents": -500, ` + urls + `}`, "amount_cents: Input should be between 500 and 50000"},
		"half a cent":       {`{"amount_cents": 500.5, ` + urls + `}`, "amount_cents: Input should be a valid integer"},
		"an amount in text": {`{"amount_cents": "500", ` + urls + `}`, "amount_cents: Input should be a valid integer"},
		"no amount":         {`{` + urls + `}`, "amount_cents: Field required"},
		"a wrong currency":  {`{"amount_cents": 500, "currency": "xyz", ` + urls + `}`, "currency: Input should be a currency that balances have"},
		"too little yen":    {`{"amount_cents": 499, "currency": "jpy", ` + urls + `}`, "amount_cents: Input should be between 500 and 50000"},
		"dinars in ones":    {`{"amount_cents": 1501, "currency": "kwd", ` + urls + `}`, "amount_cents: Input should be between 1500 and 150000, in steps of 10"},
		"no URL":            {`{"amount_cents": 500, "cancel_url": "https://app.example.com/no"}`, "success_url: Field required"},
	} {
		f.call(t, user, http.MethodPost, "/api/balance/deposit", "", c.body).Is(t, 400,
			fmt.Sprintf(`{"error": {"code": "invalid_input", "message": %q}, "request_id": ""}`, c.message))
		if t.Failed() {
			t.Fatal(name)
		}
	}
	f.SameAs(t, before)
}

func TestDepositElsewhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.project.RedirectOrigins, f.project.Revision = []string{"https://app.example.com"}, 1
	if err := f.Function.Table.SaveProject(t.Context(), f.project); err != nil {
		t.Fatal(err)
	}
	before := f.Stored(t)
	for _, urls := range []string{
		`"success_url": "https://app.example.com.evil.example/ok", "cancel_url": "https://app.example.com/no"`,
		`"success_url": "https://app.example.com/ok", "cancel_url": "https://evil.example/no"`,
	} {
		answer := f.call(t, user, http.MethodPost, "/api/balance/deposit", "", `{"amount_cents": 500, `+urls+`}`)
		if answer.Status != 400 || !strings.Contains(answer.Body, `"code":"redirect_not_allowed"`) {
			t.Errorf("%s: %d %s", urls, answer.Status, answer.Body)
		}
	}
	f.SameAs(t, before)
}

// Yen have no decimals and dinars three: what is paid is what is credited, in a
// balance of its own.
func TestDepositCurrencies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for currency, amount := range map[string]int64{"jpy": 500, "kwd": 1500} {
		session := f.started(t, user, amount, fmt.Sprintf(`, "currency": %q`, currency))
		made, err := f.sandbox.API.CheckoutSessions.Get(session, nil)
		if err != nil {
			t.Fatal(err)
		}
		if made.AmountTotal != amount || string(made.Currency) != currency {
			t.Errorf("Stripe is to collect %d %s, want %d %s", made.AmountTotal, made.Currency, amount, currency)
		}
		f.sandbox.Pay(t, session)
		f.verify(t, user, session).Is(t, 200, fmt.Sprintf(`{"deposited": true, "amount_cents": %d}`, amount))
		answer := f.call(t, user, http.MethodGet, "/api/balance?currency="+currency, "", "")
		if answer.Status != 200 || !strings.Contains(answer.Body, fmt.Sprintf(`"balance_cents":%d,"currency":%q`, amount, currency)) {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	}
	f.holdsMoney(t, user, 0)
	f.call(t, user, http.MethodGet, "/api/balance?currency=xyz", "", "").Is(t, 400,
		`{"error": {"code": "invalid_input", "message": "currency: Input should be a currency that balances have"}, "request_id": ""}`)
}

// A payment that is not for a wallet credits none, and one of another project
// that shares the account only that one's.
func TestOtherPaymentsCreditNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := f.CreateProject(t, "developer-1")
	f.Configure(t, other.ID, billing.Test, functiontest.Credentials(billing.Test))
	for _, metadata := range []map[string]string{
		{"user_id": user, "project_id": f.project.ID.String()},
		{"user_id": user, "project_id": f.project.ID.String(), "billhook_wallet": "gift"},
		{"user_id": user, "project_id": other.ID.String(), "billhook_wallet": "deposit"},
		{"project_id": f.project.ID.String(), "billhook_wallet": "deposit"},
	} {
		_, err := f.sandbox.API.PaymentIntents.New(&stripe.PaymentIntentParams{
			Amount: stripe.Int64(5000), Currency: stripe.String("usd"), Confirm: stripe.Bool(true),
			PaymentMethod: stripe.String("pm_card_visa"), PaymentMethodTypes: []*string{stripe.String("card")}, Metadata: metadata,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	f.deliver(t, "payment_intent.succeeded", "charge.succeeded")
	f.holdsMoney(t, user, 0)
}

// A refund takes back what was paid in, in whatever order it is told, and a
// negative balance blocks spending until it is made up for.
func TestDepositRefunded(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"payment_intent.succeeded", "charge.refunded"} {
		t.Run(first+" first", func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			session := f.started(t, user, 2500, "")
			f.sandbox.Pay(t, session)
			if first != "charge.refunded" {
				f.deliver(t, first)
				f.spend(t, user, "spend-1", 2000)
			}
			f.refund(t, session, 1000)
			f.deliver(t, "charge.refunded")
			f.refund(t, session, 1500)
			f.deliver(t, "charge.refunded", "payment_intent.succeeded", "checkout.session.completed")
			if first == "charge.refunded" {
				f.holdsMoney(t, user, 0)
				return
			}
			f.holdsMoney(t, user, -2000)
			if answer := f.spend(t, user, "spend-2", 1); answer.Status != http.StatusPaymentRequired {
				t.Errorf("a negative balance spends: %d %s", answer.Status, answer.Body)
			}
			f.deposited(t, user, 2100)
			f.holdsMoney(t, user, 100)
			f.spend(t, user, "spend-3", 100)
			f.holdsMoney(t, user, 0)
		})
	}
}

// refund refunds a part of what a session was paid with.
func (f fixture) refund(t *testing.T, session string, amount int64) {
	t.Helper()
	paid, err := f.sandbox.API.CheckoutSessions.Get(session, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.sandbox.Clock.Advance(1e9)
	if _, err := f.sandbox.API.Refunds.New(&stripe.RefundParams{PaymentIntent: &paid.PaymentIntent.ID, Amount: &amount}); err != nil {
		t.Fatal(err)
	}
}

// A dispute takes a deposit back while it is open, and for good if it is lost;
// won, it is given back.
func TestDepositDisputed(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		evidence string
		want     int64
	}{"won": {"winning_evidence", 900}, "lost": {"losing_evidence", -100}} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			session := f.started(t, user, 1000, "")
			f.payWith(t, session, "4000000000000259") // it succeeds, and is disputed
			f.verify(t, user, session).Is(t, 200, `{"deposited": true, "amount_cents": 1000}`)
			f.spend(t, user, "spend-1", 100)
			f.deliver(t, "charge.dispute.created")
			f.holdsMoney(t, user, -100)
			dispute := f.dispute(t)
			f.sandbox.Clock.Advance(1e9)
			if _, err := f.sandbox.API.Disputes.Update(dispute, &stripe.DisputeParams{
				Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: stripe.String(c.evidence)}, Submit: stripe.Bool(true),
			}); err != nil {
				t.Fatal(err)
			}
			f.deliver(t, "charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated")
			f.holdsMoney(t, user, c.want)
		})
	}
}

func (f fixture) dispute(t *testing.T) string {
	t.Helper()
	list := f.sandbox.API.Disputes.List(&stripe.DisputeListParams{})
	if !list.Next() {
		t.Fatalf("there is no dispute: %v", list.Err())
	}
	return list.Dispute().ID
}

// payWith pays a session with a card.
func (f fixture) payWith(t *testing.T, session, card string) {
	t.Helper()
	form := url.Values{
		"email": {"jenny@example.com"}, "name": {"Jenny Rosen"}, "card_number": {card}, "card_expiry": {"12 / 30"}, "card_cvc": {"123"},
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.sandbox.URL+"/c/pay/"+session, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("paying %s: %s", session, answer.Status)
	}
}

// A deposit that was cut short anywhere is made again under its key, and found
// paid by the verification that follows, or by its event: one session, one
// credit.
func TestDepositCutShort(t *testing.T) {
	t.Parallel()
	const body = `{"amount_cents": 2500, "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"}`
	deposit := func(t *testing.T, f fixture) functiontest.Answer {
		t.Helper()
		return f.call(t, user, http.MethodPost, "/api/balance/deposit", "deposit-1", body)
	}
	for step := 0; ; step++ {
		f := newFixture(t)
		cut := f.cutShort(step)
		deposit(t, f)
		f.uncut()
		if !cut() {
			if step < 5 {
				t.Errorf("a deposit takes %d steps", step)
			}
			return
		}
		f.Clock.Advance(time.Minute) // whoever was cut short held the key for 30 seconds
		if answer := deposit(t, f); answer.Status != http.StatusOK {
			t.Fatalf("cut at %d: %d %s", step, answer.Status, answer.Body)
		}
		if customers := f.sandbox.Customers(t, user); len(customers) != 1 {
			t.Fatalf("cut at %d: customers %v", step, customers)
		} else if open := f.sandbox.OpenSessions(t, customers[0]); len(open) != 1 {
			t.Errorf("cut at %d: %d sessions", step, len(open))
		}
	}
}

func TestVerifyCutShort(t *testing.T) {
	t.Parallel()
	for _, event := range []bool{false, true} {
		for step := 0; ; step++ {
			f := newFixture(t)
			session := f.started(t, user, 2500, "")
			f.sandbox.Pay(t, session)
			cut := f.cutShort(step)
			f.verify(t, user, session)
			f.uncut()
			if !cut() {
				if step < 5 {
					t.Errorf("a verification takes %d steps", step)
				}
				break
			}
			if event {
				f.deliver(t, "checkout.session.completed")
			}
			f.verify(t, user, session).Is(t, 200, `{"deposited": true, "amount_cents": 2500}`)
			f.holdsMoney(t, user, 2500)
			if w := f.wallet(t, user); w.Postings != 1 {
				t.Errorf("cut at %d: %d postings", step, w.Postings)
			}
		}
	}
}

// A deposit under a key is made once, and answered again.
func TestDepositOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const path, urls = "/api/balance/deposit", `"success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"}`
	first := f.call(t, user, http.MethodPost, path, "deposit-1", `{"amount_cents": 500, `+urls)
	again := f.call(t, user, http.MethodPost, path, "deposit-1", `{"amount_cents": 500, `+urls)
	if again.Status != http.StatusOK || again.Body != first.Body || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first %s, again %d %s", first.Body, again.Status, again.Body)
	}
	if other := f.call(t, user, http.MethodPost, path, "deposit-1", `{"amount_cents": 600, `+urls); other.Status != http.StatusConflict {
		t.Errorf("another body: %d %s", other.Status, other.Body)
	}
	f.call(t, user, http.MethodGet, "/api/balance/verify", "", "").Is(t, 400,
		`{"error": {"code": "invalid_input", "message": "session_id: Field required"}, "request_id": ""}`)
}
