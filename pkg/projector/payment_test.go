package projector

import (
	"testing"

	"billhook/pkg/billing"
)

func invoice(status billing.TransactionStatus, amount int64) billing.Transaction {
	return billing.Transaction{
		ID: "in_1", Owner: "cus_1", User: "user-1", Subscription: "sub_1", PaymentIntent: "pi_1",
		Status: status, Amount: amount, Currency: "usd", CreatedAt: billing.At(900),
	}
}

func TestDecidePayment(t *testing.T) {
	t.Parallel()
	paid, failed := invoice(billing.TransactionSucceeded, 2400), invoice(billing.TransactionFailed, 2400)
	kept := func(x billing.Transaction, revision int64) *billing.Transaction {
		x.Revision = revision
		return &x
	}
	nameless := func(x billing.Transaction) billing.Transaction {
		x.User = ""
		return x
	}
	active := rowAt(second, sub())
	active.User, active.Revision = "user-3", 4
	pastDue := *active
	pastDue.Status, pastDue.PastDueSince = billing.StatusPastDue, billing.At(later)
	counted := billing.Tally{"payments.succeeded": 1, "paid.usd": 1, "gross.usd": 2400}
	failure := billing.Tally{"payments.failed": 1}
	overdue := billing.Tally{"payments.failed": 1, "subscriptions.active": -1, "subscriptions.past_due": 1}
	tests := map[string]struct {
		was  billing.Picture
		fact billing.PaymentFact
		at   int64
		want decided
	}{
		"paid": {
			billing.Picture{}, billing.PaymentFact{Payment: paid}, second,
			decided{Outcome: billing.Applied, Transaction: kept(paid, 0), Tally: counted},
		},
		"paid, told again": {
			billing.Picture{Transaction: kept(paid, 2)}, billing.PaymentFact{Payment: paid}, later,
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"paid after a failure": {
			billing.Picture{Transaction: kept(failed, 2)}, billing.PaymentFact{Payment: paid}, later,
			decided{Outcome: billing.Applied, Transaction: kept(paid, 2), Tally: billing.Tally{
				"payments.failed": -1, "payments.succeeded": 1, "paid.usd": 1, "gross.usd": 2400,
			}},
		},
		"the failure comes after the payment": {
			billing.Picture{Transaction: kept(paid, 2)}, billing.PaymentFact{Payment: failed}, later,
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"a renewal that is paid says nothing of the subscription": {
			billing.Picture{Subscription: &pastDue}, billing.PaymentFact{Payment: paid, Renewal: true}, later,
			decided{Outcome: billing.Applied, Transaction: kept(paid, 0), Tally: counted},
		},
		"the free start of a trial is no payment": {
			billing.Picture{}, billing.PaymentFact{Payment: invoice(billing.TransactionSucceeded, 0), Free: true}, second,
			decided{Outcome: billing.Ignored, Tally: billing.Tally{}},
		},
		"the user of the subscription": {
			billing.Picture{Subscription: active}, billing.PaymentFact{Payment: nameless(paid)}, later,
			decided{Outcome: billing.Applied, Tally: counted, Transaction: func() *billing.Transaction {
				x := paid
				x.User = "user-3"
				return &x
			}()},
		},
		"a first payment that fails leaves the subscription": {
			billing.Picture{Subscription: active}, billing.PaymentFact{Payment: failed}, later,
			decided{Outcome: billing.Applied, Transaction: kept(failed, 0), Tally: failure},
		},
		"a renewal that fails puts it past due": {
			billing.Picture{Subscription: active}, billing.PaymentFact{Payment: failed, Renewal: true}, later,
			decided{Outcome: billing.Applied, Transaction: kept(failed, 0), Subscription: &pastDue, Tally: overdue},
		},
		"but not in the row's own second": {
			billing.Picture{Subscription: active}, billing.PaymentFact{Payment: failed, Renewal: true}, second,
			decided{Outcome: billing.Applied, Transaction: kept(failed, 0), Tally: failure},
		},
		"nor before it": {
			billing.Picture{Subscription: active}, billing.PaymentFact{Payment: failed, Renewal: true}, earlier,
			decided{Outcome: billing.Applied, Transaction: kept(failed, 0), Tally: failure},
		},
		"nor another status than active": {
			billing.Picture{Subscription: rowAt(second, sub(status(billing.StatusTrialing)))}, billing.PaymentFact{Payment: failed, Renewal: true}, later,
			decided{Outcome: billing.Applied, Transaction: kept(failed, 0), Tally: failure},
		},
		"nor a subscription that is not known": {
			billing.Picture{}, billing.PaymentFact{Payment: failed, Renewal: true}, later,
			decided{Outcome: billing.Applied, Transaction: kept(failed, 0), Tally: failure},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDecision(t, test.want, decideFor(t, test.was, event("evt_1", test.at, test.fact), &truth{}))
		})
	}
}

func TestDecideRefund(t *testing.T) {
	t.Parallel()
	paid := invoice(billing.TransactionSucceeded, 2400)
	paid.Revision = 2
	refund := func(id string, refunded int64) billing.PaymentFact {
		return billing.PaymentFact{Payment: billing.Transaction{
			ID: id, Owner: "cus_1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded,
			Amount: 2400, Refunded: refunded, Currency: "usd", CreatedAt: billing.At(901),
		}}
	}
	after := func(status billing.TransactionStatus, refunded int64) *billing.Transaction {
		x := paid
		x.Status, x.Refunded = status, refunded
		return &x
	}
	tests := map[string]struct {
		was  billing.Picture
		fact billing.PaymentFact
		want decided
	}{
		"in part": {
			billing.Picture{Transaction: &paid}, refund("in_1", 600),
			decided{Outcome: billing.Applied, Transaction: after(billing.TransactionPartiallyRefunded, 600), Tally: billing.Tally{
				"payments.succeeded": -1, "payments.partially_refunded": 1, "refunded.usd": 600,
			}},
		},
		"in whole, the invoice not told": {
			billing.Picture{Transaction: &paid}, refund("", 2400),
			decided{Outcome: billing.Applied, Transaction: after(billing.TransactionRefunded, 2400), Tally: billing.Tally{
				"payments.succeeded": -1, "payments.refunded": 1, "refunded.usd": 2400,
			}},
		},
		"less than is known": {
			billing.Picture{Transaction: after(billing.TransactionPartiallyRefunded, 600)}, refund("in_1", 500),
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"before the payment": {
			billing.Picture{Customer: &billing.Customer{ID: "cus_1", User: "user-2"}}, refund("", 600),
			decided{
				Outcome: billing.Applied,
				Transaction: &billing.Transaction{
					ID: "pi_1", Owner: "cus_1", User: "user-2", PaymentIntent: "pi_1", Status: billing.TransactionPartiallyRefunded,
					Amount: 2400, Refunded: 600, Currency: "usd", CreatedAt: billing.At(901),
				},
				Tally: billing.Tally{"payments.partially_refunded": 1, "paid.usd": 1, "gross.usd": 2400, "refunded.usd": 600},
				Asked: []string{"pi_1"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDecision(t, test.want, decideFor(t, test.was, event("evt_1", second, test.fact), &truth{invoices: map[string]string{"pi_1": ""}}))
		})
	}
}

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
	disputed := billing.Customer{ID: "cus_1", User: "user-1", Disputes: 2, Revision: 7}
	settled := disputed
	settled.Disputes = 1
	tests := map[string]struct {
		was      *billing.Transaction
		customer *billing.Customer
		told     *billing.Dispute
		want     decided
	}{
		"opened": {
			&paid, nil, dispute(billing.DisputeNeedsResponse, second),
			decided{Outcome: billing.Applied, Customer: &billing.Customer{ID: "cus_1", Disputes: 1}, Transaction: with(dispute(billing.DisputeNeedsResponse, second)), Tally: billing.Tally{"disputes.needs_response": 1}},
		},
		"lost": {
			with(dispute(billing.DisputeNeedsResponse, second)), &disputed, dispute(billing.DisputeLost, later),
			decided{Outcome: billing.Applied, Customer: &settled, Transaction: with(dispute(billing.DisputeLost, later)), Tally: billing.Tally{
				"disputes.needs_response": -1, "disputes.lost": 1, "lost.usd": 2400,
			}},
		},
		"opened, which arrives after it was won": {
			with(dispute(billing.DisputeWon, later)), &settled, dispute(billing.DisputeNeedsResponse, second),
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"an inquiry, which takes no money": {
			&paid, &settled, dispute(billing.DisputeWarningNeedsResponse, second),
			decided{Outcome: billing.Applied, Transaction: with(dispute(billing.DisputeWarningNeedsResponse, second)),
				Tally: billing.Tally{"disputes.warning_needs_response": 1}},
		},
		"under review, which is open, too": {
			with(dispute(billing.DisputeNeedsResponse, second)), &disputed, dispute(billing.DisputeUnderReview, later),
			decided{Outcome: billing.Applied, Transaction: with(dispute(billing.DisputeUnderReview, later)), Tally: billing.Tally{
				"disputes.needs_response": -1, "disputes.under_review": 1,
			}},
		},
		"settled, and opened before there was a count": {
			with(dispute(billing.DisputeNeedsResponse, second)), nil, dispute(billing.DisputeWon, later),
			decided{Outcome: billing.Applied, Customer: &billing.Customer{ID: "cus_1"}, Transaction: with(dispute(billing.DisputeWon, later)), Tally: billing.Tally{
				"disputes.needs_response": -1, "disputes.won": 1,
			}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.Asked = []string{"ch_1"}
			e := event("evt_1", later, billing.ChargeFact{Charge: "ch_1", Dispute: test.told})
			checkDecision(t, test.want, decideFor(t, billing.Picture{Transaction: test.was, Customer: test.customer}, e, stripe()))
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
