package billing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

func TestTransactionAdvance(t *testing.T) {
	t.Parallel()
	failed := billing.Transaction{ID: "in_1", Status: billing.TransactionFailed, Amount: 2400, Currency: "usd"}
	paid := billing.Transaction{ID: "in_1", Status: billing.TransactionSucceeded, Amount: 2400, Currency: "usd", CreatedAt: billing.At(20)}
	refund := func(refunded int64) billing.Transaction {
		return billing.Transaction{Status: billing.TransactionSucceeded, Amount: 2400, Refunded: refunded, Currency: "usd", CreatedAt: billing.At(30)}
	}
	state := func(status billing.TransactionStatus, refunded, created int64) billing.Transaction {
		x := billing.Transaction{ID: "in_1", Status: status, Amount: 2400, Refunded: refunded, Currency: "usd"}
		if created != 0 {
			x.CreatedAt = billing.At(created)
		}
		return x
	}
	tests := map[string]struct {
		told []billing.Transaction
		want billing.Transaction
	}{
		"failed":                         {[]billing.Transaction{failed}, state(billing.TransactionFailed, 0, 0)},
		"failed, then paid":              {[]billing.Transaction{failed, paid}, state(billing.TransactionSucceeded, 0, 20)},
		"paid, then the failure arrives": {[]billing.Transaction{paid, failed}, state(billing.TransactionSucceeded, 0, 20)},
		"refunded in part":               {[]billing.Transaction{paid, refund(600)}, state(billing.TransactionPartiallyRefunded, 600, 20)},
		"the refund arrives first":       {[]billing.Transaction{refund(600), paid}, state(billing.TransactionPartiallyRefunded, 600, 20)},
		"refunds never shrink":           {[]billing.Transaction{paid, refund(2400), refund(600)}, state(billing.TransactionRefunded, 2400, 20)},
		"refunded in whole":              {[]billing.Transaction{paid, refund(600), refund(2400)}, state(billing.TransactionRefunded, 2400, 20)},
		"paid again after a refund":      {[]billing.Transaction{refund(2400), paid, failed, paid}, state(billing.TransactionRefunded, 2400, 20)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, advance(test.told)); diff != "" {
				t.Errorf("Advance (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTransactionAdvanceKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	known := billing.Transaction{
		ID: "in_1", Owner: "cus_1", User: "user-1", Subscription: "sub_1", PaymentIntent: "pi_1",
		Status: billing.TransactionSucceeded, Amount: 100, Currency: "usd", Description: "Team", CreatedAt: billing.At(10), Revision: 3,
	}
	if diff := cmp.Diff(known, known.Advance(billing.Transaction{})); diff != "" {
		t.Errorf("nothing told (-want +got):\n%s", diff)
	}
	told := known
	told.Revision = 0
	got := billing.Transaction{Revision: 3}.Advance(told)
	if diff := cmp.Diff(known, got); diff != "" {
		t.Errorf("all told (-want +got):\n%s", diff)
	}
}

func advance(told []billing.Transaction) billing.Transaction {
	var x billing.Transaction
	for _, fact := range told {
		x = x.Advance(fact)
	}
	return x
}

// Whatever the order in which the facts of one payment arrive, and however
// often, the result is the same.
func TestTransactionAdvanceIsIndependentOfOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		facts := paymentFacts(t)
		want := advance(facts)
		told := facts
		for range rapid.IntRange(0, 4).Draw(t, "duplicates") {
			told = append(told, rapid.SampledFrom(facts).Draw(t, "duplicate"))
		}
		got := advance(rapid.Permutation(told).Draw(t, "order"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("another order (-want +got):\n%s", diff)
		}
	})
}

// paymentFacts is what Stripe tells about one payment, in the order in which
// it happens: perhaps pending or failed first, perhaps paid, perhaps refunded
// step by step. Each kind of fact has an amount of its own, as when a credit
// lowers what the card is charged.
func paymentFacts(t *rapid.T) []billing.Transaction {
	amount := rapid.Int64Range(1, 1_000_000)
	created := rapid.Int64Range(1, 1000)
	var facts []billing.Transaction
	for _, status := range []billing.TransactionStatus{billing.TransactionPending, billing.TransactionFailed, billing.TransactionSucceeded} {
		if len(facts) > 0 && !rapid.Bool().Draw(t, string(status)) {
			continue
		}
		facts = append(facts, billing.Transaction{
			ID: "in_1", Owner: "cus_1", Subscription: "sub_1", Status: status,
			Amount: amount.Draw(t, "amount"), Currency: "usd", Description: "Team",
			CreatedAt: billing.At(created.Draw(t, "created")),
		})
	}
	charged := amount.Draw(t, "charged")
	var refunded int64
	chargedAt := billing.At(created.Draw(t, "charged at"))
	for range rapid.IntRange(0, 3).Draw(t, "refunds") {
		if refunded == charged {
			break
		}
		refunded += rapid.Int64Range(1, charged-refunded).Draw(t, "refund")
		facts = append(facts, billing.Transaction{
			Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded,
			Amount: charged, Refunded: refunded, Currency: "usd", CreatedAt: chargedAt,
		})
	}
	return facts
}

func TestOwner(t *testing.T) {
	t.Parallel()
	if got := billing.Owner("cus_1", "pi_1"); got != "cus_1" {
		t.Errorf("Owner = %s, want the customer", got)
	}
	if got := billing.Owner("", "pi_1"); got != "pi_1" {
		t.Errorf("Owner = %s, want the payment intent", got)
	}
}
