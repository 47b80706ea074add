package billing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

// books is a scope's rows with the tally that was kept beside them.
type books struct {
	subscriptions map[string]billing.Subscription
	transactions  map[string]billing.Transaction
	tally         billing.Tally
}

func (b *books) putSubscription(x billing.Subscription) {
	step := billing.Tally{}
	step.Subscription(find(b.subscriptions, x.ID), x)
	b.tally.Add(step)
	b.subscriptions[x.ID] = x
}

func (b *books) putTransaction(x billing.Transaction) {
	step := billing.Tally{}
	step.Transaction(find(b.transactions, x.ID), x)
	b.tally.Add(step)
	b.transactions[x.ID] = x
}

func find[V any](rows map[string]V, id string) *V {
	if v, ok := rows[id]; ok {
		return &v
	}
	return nil
}

// figures are those that the statistics show.
type figures struct {
	Subscriptions, Payments     map[string]int64 // by status
	Active, Successful, Failed  int64
	Revenue, Refunds, Recurring map[string]int64 // by currency
}

func (b *books) counted() figures {
	return figures{
		Subscriptions: b.tally.Subscriptions(),
		Active:        b.tally.ActiveSubscriptions(),
		Payments:      b.tally.Payments(),
		Successful:    b.tally.SuccessfulPayments(),
		Failed:        b.tally.FailedPayments(),
		Revenue:       b.tally.Revenue(),
		Refunds:       b.tally.Refunds(),
		Recurring:     b.tally.Recurring(),
	}
}

// recounted says the same from the rows alone.
func (b *books) recounted() figures {
	f := figures{
		Subscriptions: map[string]int64{}, Payments: map[string]int64{},
		Revenue: map[string]int64{}, Refunds: map[string]int64{}, Recurring: map[string]int64{},
	}
	for _, s := range b.subscriptions {
		f.Subscriptions[string(s.Status)]++
		if s.Status == billing.StatusActive || s.Status == billing.StatusPastDue {
			f.Recurring[s.Currency] += s.Monthly
		}
		if s.Status == billing.StatusActive || s.Status == billing.StatusTrialing {
			f.Active++
		}
	}
	for _, x := range b.transactions {
		f.Payments[string(x.Status)]++
		f.Refunds[x.Currency] += x.Refunded
		switch x.Status {
		case billing.TransactionSucceeded:
			f.Successful++
			f.Revenue[x.Currency] += x.Amount
		case billing.TransactionPartiallyRefunded, billing.TransactionRefunded:
			f.Revenue[x.Currency] += x.Amount - x.Refunded
		case billing.TransactionFailed:
			f.Failed++
		default: // no money was received
		}
	}
	return f
}

// isZero passes over currencies without revenue: having none and not being
// named say the same.
func isZero(_ string, net int64) bool { return net == 0 }

func TestTallyEqualsARecount(t *testing.T) {
	t.Parallel()
	statuses := []billing.SubscriptionStatus{
		billing.StatusActive, billing.StatusTrialing, billing.StatusPastDue, billing.StatusCanceled,
		billing.StatusIncomplete, billing.StatusIncompleteExpired, billing.StatusUnpaid, billing.StatusPaused,
	}
	outcomes := []billing.TransactionStatus{billing.TransactionPending, billing.TransactionFailed, billing.TransactionSucceeded}
	currencies := map[string]string{"a": "usd", "b": "usd", "c": "jpy", "d": "kwd"}
	id := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	rapid.Check(t, func(t *rapid.T) {
		b := books{map[string]billing.Subscription{}, map[string]billing.Transaction{}, billing.Tally{}}
		t.Repeat(map[string]func(*rapid.T){
			"subscription": func(t *rapid.T) {
				s := billing.Subscription{ID: id.Draw(t, "id")}
				s.Status = rapid.SampledFrom(statuses).Draw(t, "status")
				s.Currency = currencies[s.ID]
				s.Monthly = rapid.Int64Range(0, 5000).Draw(t, "monthly")
				b.putSubscription(s)
			},
			"payment": func(t *rapid.T) {
				told := billing.Transaction{ID: id.Draw(t, "id"), Status: rapid.SampledFrom(outcomes).Draw(t, "status")}
				told.Currency = currencies[told.ID]
				told.Amount = rapid.Int64Range(0, 5000).Draw(t, "amount")
				if told.Status == billing.TransactionSucceeded {
					told.Refunded = rapid.Int64Range(0, told.Amount).Draw(t, "refunded")
				}
				b.putTransaction(b.transactions[told.ID].Advance(told))
			},
			"": func(t *rapid.T) {
				if diff := cmp.Diff(b.recounted(), b.counted(), cmpopts.IgnoreMapEntries(isZero)); diff != "" {
					t.Errorf("figures (-recounted +counted):\n%s", diff)
				}
			},
		})
	})
}

func TestTallyOfAStepThatCountsNothingIsEmpty(t *testing.T) {
	t.Parallel()
	before := billing.Subscription{ID: "sub_1", SubscriptionState: billing.SubscriptionState{Status: billing.StatusActive, Quantity: 1}}
	after := before
	after.Quantity = 2
	paid := billing.Transaction{ID: "in_1", Status: billing.TransactionSucceeded, Amount: 100, Currency: "usd"}
	tally := billing.Tally{}
	tally.Subscription(&before, after)
	tally.Transaction(&paid, paid)
	if diff := cmp.Diff(billing.Tally{}, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

func TestTallyOfARefund(t *testing.T) {
	t.Parallel()
	paid := billing.Transaction{ID: "in_1", Status: billing.TransactionSucceeded, Amount: 2400, Currency: "usd"}
	refunded := paid.Advance(billing.Transaction{Status: billing.TransactionSucceeded, Amount: 2400, Refunded: 600})
	tally := billing.Tally{}
	tally.Transaction(&paid, refunded)
	want := billing.Tally{"payments.succeeded": -1, "payments.partially_refunded": 1, "refunded.usd": 600}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// Minor units are Stripe's: yen have none, dinars have a thousand. Amounts are
// summed as they come, never scaled.
func TestRevenueIsInWholeMinorUnits(t *testing.T) {
	t.Parallel()
	tally := billing.Tally{}
	for _, x := range []billing.Transaction{
		{ID: "1", Status: billing.TransactionSucceeded, Amount: 500, Currency: "jpy"},
		{ID: "2", Status: billing.TransactionSucceeded, Amount: 1, Currency: "jpy"},
		{ID: "3", Status: billing.TransactionPartiallyRefunded, Amount: 1230, Refunded: 230, Currency: "kwd"},
		{ID: "4", Status: billing.TransactionRefunded, Amount: 999, Refunded: 999, Currency: "usd"},
		{ID: "5", Status: billing.TransactionFailed, Amount: 4000, Currency: "eur"},
		{ID: "6", Status: billing.TransactionPending, Amount: 4000, Currency: "eur"},
	} {
		tally.Transaction(nil, x)
	}
	if diff := cmp.Diff(map[string]int64{"jpy": 501, "kwd": 1000, "usd": 0}, tally.Revenue()); diff != "" {
		t.Errorf("Revenue (-want +got):\n%s", diff)
	}
}

func TestMainCurrency(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		tally billing.Tally
		want  string
	}{
		"before the first payment":     {billing.Tally{}, "usd"},
		"only failures":                {billing.Tally{"payments.failed": 7}, "usd"},
		"one currency":                 {billing.Tally{"paid.jpy": 1}, "jpy"},
		"the most payments":            {billing.Tally{"paid.usd": 2, "paid.eur": 3}, "eur"},
		"not the most money":           {billing.Tally{"paid.usd": 2, "gross.usd": 1, "paid.eur": 1, "gross.eur": 1000}, "usd"},
		"the first letter among equal": {billing.Tally{"paid.usd": 2, "paid.eur": 2, "paid.gbp": 2}, "eur"},
		"a count that fell to nothing": {billing.Tally{"paid.eur": 0}, "usd"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 20 { // maps have no order
				if got := test.tally.MainCurrency(); got != test.want {
					t.Fatalf("MainCurrency = %s, want %s", got, test.want)
				}
			}
		})
	}
}
