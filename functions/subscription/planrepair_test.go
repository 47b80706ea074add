package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
)

// A move may be cut short at any of its calls, before or after the call is
// carried out, and by the end of the process too. The same request again ends
// where the first would have, and money is taken once.
func TestMovesAreRepairedByTryingAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, body string
		scheduled  bool // a downgrade is, before
		then       string
		invoices   int
	}{
		"an upgrade":                 {changePath, `{"planKey": "pro"}`, false, "price_pro_monthly", 2},
		"an upgrade from a schedule": {changePath, `{"planKey": "pro"}`, true, "price_pro_monthly", 2},
		"a downgrade":                {changePath, `{"quantity": 1}`, false, "price_starter_monthly", 1},
		"taken back":                 {resumePath, ``, true, "price_starter_monthly", 1},
		"a cancellation":             {dropPath, ``, true, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newSubscribers(t)
			effects := h.Effects(h.sandbox)
			prepare := func(user string) string {
				effects.Fail(nil)
				id := h.subscribe(t, user)
				if c.scheduled {
					h.moved(t, user, changePath, `{"quantity": 1}`)
				}
				return id
			}
			prepare("user")
			effects.Fail(nil)
			want := h.moved(t, "user", c.path, c.body)
			for i, effect := range effects.Made() {
				for _, fault := range []functiontest.Fault{{Effect: i}, {Effect: i, Lost: true}, {Effect: i, Crash: true}, {Effect: i, Lost: true, Crash: true}} {
					user := fmt.Sprintf("user-%d-%t-%t", i, fault.Lost, fault.Crash)
					id := prepare(user)
					effects.Fail(&fault)
					first := h.post(t, user, c.path, c.body)
					effects.Fail(nil)
					if !slices.Contains([]int{200, 500, 502}, first.Status) {
						t.Errorf("%s, %+v: %d %s", effect, fault, first.Status, first.Body)
					}
					h.Clock.Advance(time.Minute)
					got := h.moved(t, user, c.path, c.body)
					if (got.ScheduledChange == nil) != (want.ScheduledChange == nil) || got.CancelAtPeriodEnd != want.CancelAtPeriodEnd || got.Quantity != want.Quantity {
						t.Errorf("%s, %+v: %+v, want %+v", effect, fault, got, want)
					}
					if n := h.invoices(t, id); n != c.invoices {
						t.Errorf("%s, %+v: %d invoices", effect, fault, n)
					}
					if sub := h.subscription(t, id); c.then != "" && sub.Items.Data[0].Price.ID != c.then || sub.CancelAtPeriodEnd != want.CancelAtPeriodEnd {
						t.Errorf("%s, %+v: %s, cancels %t", effect, fault, sub.Items.Data[0].Price.ID, sub.CancelAtPeriodEnd)
					}
				}
			}
		})
	}
}

// invoices counts those of a subscription.
func (h holders) invoices(t *testing.T, id string) int {
	t.Helper()
	n := 0
	list := h.sandbox.API.Invoices.List(&stripe.InvoiceListParams{Subscription: &id})
	for list.Next() {
		n++
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// Twins of an upgrade pay once; twins of a downgrade schedule one.
func TestMovesAtTheSameTime(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	for body, invoices := range map[string]int{`{"planKey": "pro"}`: 2, `{"quantity": 1}`: 1} {
		id := h.subscribe(t, body)
		var wait sync.WaitGroup
		answers := make([]functiontest.Answer, 6)
		for i := range answers {
			wait.Go(func() { answers[i] = h.post(t, body, changePath, body) })
		}
		wait.Wait()
		for _, a := range answers {
			if a.Status != http.StatusOK {
				t.Errorf("%s: %d %s", body, a.Status, a.Body)
			}
		}
		if n := h.invoices(t, id); n != invoices {
			t.Errorf("%s: %d invoices", body, n)
		}
		if sub := h.subscription(t, id); (sub.Schedule != nil) != (invoices == 1) {
			t.Errorf("%s: under schedule %v", body, sub.Schedule)
		}
	}
}

// A downgrade that has happened is followed by another: the schedule's second
// phase is the period that the next change waits for.
func TestDowngradesOneAfterTheOther(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	id := h.subscribe(t, user)
	h.moved(t, user, changePath, `{"planKey": "pro", "quantity": 5}`)
	h.sandbox.Clock.Advance(time.Minute)
	for _, quantity := range []int64{4, 3, 2} {
		got := h.moved(t, user, changePath, fmt.Sprintf(`{"quantity": %d}`, quantity))
		if got.ScheduledChange == nil || got.Quantity != quantity+1 {
			t.Errorf("%d seats: %+v", quantity, got)
		}
		h.nextPeriod(t, id)
		h.has(t, id, "price_pro_monthly", quantity)
	}
	h.nextPeriod(t, id)
	if sub := h.has(t, id, "price_pro_monthly", 2); sub.Schedule != nil {
		t.Errorf("in the end it is under schedule %s", sub.Schedule.ID)
	}
}

// What is not paid for is not had. Another card pays, although the row is the
// one that it was when the first was declined.
func TestUpgradeThatIsNotPaid(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	id := h.subscribe(t, user)
	pays := func(card string) {
		t.Helper()
		pm, err := h.sandbox.API.PaymentMethods.Attach(card, &stripe.PaymentMethodAttachParams{Customer: &h.subscription(t, id).Customer.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{DefaultPaymentMethod: &pm.ID}); err != nil {
			t.Fatal(err)
		}
	}
	pays("pm_card_chargeCustomerFail")
	for range 2 {
		h.post(t, user, changePath, `{"planKey": "pro"}`).Is(t, 402, functiontest.PlansError(402, "card_declined", "Your card was declined."))
		if sub := h.has(t, id, "price_starter_monthly", 2); sub.Status != "active" {
			t.Errorf("it is %s", sub.Status)
		}
	}
	h.moved(t, user, changePath, `{"quantity": 1, "when": "now"}`) // nothing is due
	h.sandbox.Clock.Advance(time.Minute)
	h.post(t, user, changePath, `{"planKey": "pro"}`).Is(t, 402, functiontest.PlansError(402, "card_declined", "Your card was declined."))
	h.sandbox.Clock.Advance(time.Minute)
	pays("pm_card_visa")
	h.moved(t, user, changePath, `{"planKey": "pro"}`)
	h.has(t, id, "price_pro_monthly", 1)
}
