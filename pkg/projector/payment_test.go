package projector

import (
	"testing"

	"billhook/pkg/billing"
)

// A charge or a payment intent of a newer API version does not name its invoice.
func TestDecideWhoseAPaymentIs(t *testing.T) {
	t.Parallel()
	told := billing.Transaction{
		Owner: "cus_1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded, Amount: 2400, Currency: "usd",
		AsOf: billing.At(second), CreatedAt: billing.At(900),
	}
	as := func(id string, changes ...func(*billing.Transaction)) *billing.Transaction {
		x := told
		x.ID = id
		for _, change := range changes {
			change(&x)
		}
		return &x
	}
	failed := func(x *billing.Transaction) {
		x.Status, x.Failure = billing.TransactionFailed, billing.Failure{Code: "card_declined", AsOf: billing.At(second)}
	}
	counted := billing.Tally{"payments.succeeded": 1, "paid.usd": 1, "gross.usd": 2400}
	tests := map[string]struct {
		was    billing.Picture
		fact   billing.PaymentFact
		stripe truth
		want   decided
	}{
		"an invoice's": {
			billing.Picture{}, billing.PaymentFact{Payment: told}, truth{invoices: map[string]string{"pi_1": "in_1"}},
			decided{Outcome: billing.Applied, Transaction: as("in_1"), Tally: counted, Asked: []string{"pi_1"}},
		},
		"nobody's but its own": {
			billing.Picture{}, billing.PaymentFact{Payment: told}, truth{invoices: map[string]string{"pi_1": ""}},
			decided{Outcome: billing.Applied, Transaction: as("pi_1"), Tally: counted, Asked: []string{"pi_1"}},
		},
		"one that is known to be its own": {
			billing.Picture{Transaction: as("pi_1", failed)}, billing.PaymentFact{Payment: told}, truth{},
			decided{
				Outcome:     billing.Applied,
				Transaction: as("pi_1", func(x *billing.Transaction) { failed(x); x.Status = billing.TransactionSucceeded }),
				Tally:       billing.Tally{"payments.failed": -1, "payments.succeeded": 1, "paid.usd": 1, "gross.usd": 2400},
			},
		},
		"some invoice's, which tells the same": {
			billing.Picture{}, billing.PaymentFact{Payment: told, OfInvoice: true}, truth{},
			decided{Outcome: billing.Ignored, Tally: billing.Tally{}},
		},
		"some invoice's, which does not tell why it failed": {
			billing.Picture{}, billing.PaymentFact{Payment: *as("", failed), OfInvoice: true}, truth{invoices: map[string]string{"pi_1": "in_1"}},
			decided{Outcome: billing.Applied, Transaction: as("in_1", failed), Tally: billing.Tally{"payments.failed": 1}, Asked: []string{"pi_1"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDecision(t, test.want, decideFor(t, test.was, event("evt_1", second, test.fact), &test.stripe))
		})
	}
}

// A dispute names its charge and nothing else of the payment.
func TestDecideDispute(t *testing.T) {
	t.Parallel()
	paid := invoice(billing.TransactionSucceeded, 2400)
	paid.Revision = 2
	dispute := func(status billing.DisputeStatus, asOf int64) *billing.Dispute {
		return &billing.Dispute{ID: "dp_1", Status: status, Reason: "fraudulent", Amount: 2400, CreatedAt: billing.At(second), AsOf: billing.At(asOf)}
	}
	with := func(d *billing.Dispute) *billing.Transaction {
		x := paid
		x.Dispute = *d
		return &x
	}
	stripe := func() *truth {
		return &truth{charges: map[string]billing.PaymentFact{"ch_1": {Payment: invoice(billing.TransactionSucceeded, 2400)}}}
	}
	tests := map[string]struct {
		was  *billing.Transaction
		told *billing.Dispute
		want decided
	}{
		"opened": {
			&paid, dispute(billing.DisputeNeedsResponse, second),
			decided{Outcome: billing.Applied, Transaction: with(dispute(billing.DisputeNeedsResponse, second)), Tally: billing.Tally{"disputes.needs_response": 1}},
		},
		"lost": {
			with(dispute(billing.DisputeNeedsResponse, second)), dispute(billing.DisputeLost, later),
			decided{Outcome: billing.Applied, Transaction: with(dispute(billing.DisputeLost, later)), Tally: billing.Tally{
				"disputes.needs_response": -1, "disputes.lost": 1, "lost.usd": 2400,
			}},
		},
		"opened, which arrives after it was won": {
			with(dispute(billing.DisputeWon, later)), dispute(billing.DisputeNeedsResponse, second),
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.Asked = []string{"ch_1"}
			e := event("evt_1", later, billing.ChargeFact{Charge: "ch_1", Dispute: test.told})
			checkDecision(t, test.want, decideFor(t, billing.Picture{Transaction: test.was}, e, stripe()))
		})
	}
}

// A refund that fails gives the money back, which only the charge tells.
func TestDecideFailedRefund(t *testing.T) {
	t.Parallel()
	refunded := invoice(billing.TransactionRefunded, 2400)
	refunded.Refunded, refunded.RefundsAsOf = 2400, billing.At(earlier)
	now := invoice(billing.TransactionSucceeded, 2400)
	now.RefundsAsOf = billing.At(later)
	want := refunded
	want.Status, want.Refunded, want.RefundsAsOf = billing.TransactionSucceeded, 0, billing.At(later)
	stripe := &truth{charges: map[string]billing.PaymentFact{"ch_1": {Payment: now}}}
	got := decideFor(t, billing.Picture{Transaction: &refunded}, event("evt_1", second, billing.ChargeFact{Charge: "ch_1"}), stripe)
	checkDecision(t, decided{
		Outcome: billing.Applied, Transaction: &want, Asked: []string{"ch_1"},
		Tally: billing.Tally{"payments.refunded": -1, "payments.succeeded": 1, "refunded.usd": -2400},
	}, got)
}

func TestDecideCustomer(t *testing.T) {
	t.Parallel()
	row := func(email string, asOf int64, changes ...func(*billing.Customer)) *billing.Customer {
		c := billing.Customer{ID: "cus_1", User: "user-1", Email: email, Revision: 3}
		if asOf != 0 {
			c.EmailAsOf = billing.At(asOf)
		}
		for _, change := range changes {
			change(&c)
		}
		return &c
	}
	deleted := func(c *billing.Customer) { c.Deleted = true }
	fact := billing.CustomerFact{ID: "cus_1", User: "user-1", Email: "b@example.com"}
	tests := map[string]struct {
		was  *billing.Customer
		fact billing.CustomerFact
		want *billing.Customer // nil: stale
	}{
		"new":                                  {nil, fact, row("b@example.com", second, func(c *billing.Customer) { c.Revision = 0 })},
		"an address goes before a checkout's":  {row("a@example.com", 0), fact, row("b@example.com", second)},
		"a later address":                      {row("a@example.com", earlier), fact, row("b@example.com", second)},
		"an earlier address":                   {row("a@example.com", later), fact, nil},
		"no address":                           {row("a@example.com", 0), billing.CustomerFact{ID: "cus_1"}, nil},
		"deleted":                              {row("a@example.com", later), billing.CustomerFact{ID: "cus_1", Deleted: true}, row("a@example.com", later, deleted)},
		"what was deleted stays so":            {row("a@example.com", earlier, deleted), fact, row("b@example.com", second, deleted)},
		"the user of a customer is not erased": {row("b@example.com", second), billing.CustomerFact{ID: "cus_1", Email: "b@example.com"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := decided{Outcome: billing.Stale, Customer: test.want, Tally: billing.Tally{}}
			if test.want != nil {
				want.Outcome = billing.Applied
			}
			checkDecision(t, want, decideFor(t, billing.Picture{Customer: test.was}, event("evt_1", second, test.fact), &truth{}))
		})
	}
}
