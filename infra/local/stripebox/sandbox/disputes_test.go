package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// disputed pays with a card whose charges are disputed.
func (b *box) disputed(token string) *stripe.Dispute {
	b.t.Helper()
	pi, err := b.confirmWith(token)
	b.must(err)
	disputes := b.api.Disputes.List(&stripe.DisputeListParams{PaymentIntent: &pi.ID})
	if !disputes.Next() {
		b.t.Fatalf("the charge is not disputed: %v", disputes.Err())
	}
	return disputes.Dispute()
}

func TestDispute(t *testing.T) {
	t.Parallel()
	evidence := func(text string) func(*box, string) error {
		return func(b *box, id string) error {
			_, err := b.api.Disputes.Update(id, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: &text}})
			return err
		}
	}
	giveUp := func(b *box, id string) error { _, err := b.api.Disputes.Close(id, nil); return err }
	wait := func(b *box, _ string) error { b.advance(`{"days":9}`); return nil }
	opened := []string{"charge.dispute.created", "charge.dispute.funds_withdrawn"}
	inquired := opened[:1]
	tests := map[string]struct {
		card    string
		act     func(*box, string) error
		status  stripe.DisputeStatus
		events  []string
		balance int64
	}{
		"open":                 {"pm_card_createDispute", nil, "needs_response", opened, 0},
		"won":                  {"pm_card_createDispute", evidence("winning_evidence"), "won", append(opened[:2:2], "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated"), 700},
		"lost":                 {"pm_card_createDispute", evidence("losing_evidence"), "lost", append(opened[:2:2], "charge.dispute.updated", "charge.dispute.closed"), 0},
		"in review":            {"pm_card_createDisputeProductNotReceived", evidence("They have it."), "under_review", append(opened[:2:2], "charge.dispute.updated"), 0},
		"given up":             {"pm_card_createDispute", giveUp, "lost", append(opened[:2:2], "charge.dispute.closed"), 0},
		"not answered in time": {"pm_card_createDispute", wait, "lost", append(opened[:2:2], "charge.dispute.closed"), 0},
		"inquiry":              {"pm_card_createDisputeInquiry", nil, "warning_needs_response", inquired, 700},
		"answered inquiry":     {"pm_card_createDisputeInquiry", evidence("winning_evidence"), "warning_closed", append(inquired[:1:1], "charge.dispute.updated", "charge.dispute.closed"), 700},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			dispute := b.disputed(test.card)
			if test.act != nil {
				b.must(test.act(b, dispute.ID))
			}
			params := &stripe.DisputeParams{}
			params.AddExpand("charge")
			after, err := b.api.Disputes.Get(dispute.ID, params)
			b.must(err)
			if after.Status != test.status || after.Amount != 700 || !after.Charge.Disputed || !after.Charge.Paid {
				t.Errorf("dispute = %s over %d, charge disputed %t", after.Status, after.Amount, after.Charge.Disputed)
			}
			if diff := cmp.Diff(test.events, b.eventTypes("")[3:]); diff != "" {
				t.Errorf("events after the payment (-want +got)\n%s", diff)
			}
			if got := b.available(""); got != test.balance {
				t.Errorf("balance = %d, want %d", got, test.balance)
			}
			moved := int64(700) // by the charge
			for _, transaction := range after.BalanceTransactions {
				moved += transaction.Net
				if transaction.Type != stripe.BalanceTransactionTypeAdjustment {
					t.Errorf("the dispute's money is moved by a transaction of the type %s", transaction.Type)
				}
			}
			if moved != test.balance {
				t.Errorf("its transactions leave %d, want %d", moved, test.balance)
			}
		})
	}
}

func TestDisputeEvidence(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	dispute := b.disputed("pm_card_createDispute")
	staged, err := b.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{
		Evidence: &stripe.DisputeEvidenceParams{ProductDescription: stripe.String("Books")}, Submit: stripe.Bool(false),
	})
	b.must(err)
	if staged.Status != stripe.DisputeStatusNeedsResponse || !staged.EvidenceDetails.HasEvidence || staged.EvidenceDetails.SubmissionCount != 0 {
		t.Errorf("staged: %s %+v", staged.Status, staged.EvidenceDetails)
	}
	submitted, err := b.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{Submit: stripe.Bool(true)})
	b.must(err)
	if submitted.Status != stripe.DisputeStatusUnderReview || submitted.EvidenceDetails.SubmissionCount != 1 || submitted.Evidence.ProductDescription != "Books" {
		t.Errorf("submitted: %s %+v", submitted.Status, submitted.EvidenceDetails)
	}
	_, err = b.api.Refunds.New(&stripe.RefundParams{PaymentIntent: &dispute.PaymentIntent.ID})
	if failure := b.stripeError(err); failure.Code != "charge_disputed" {
		t.Errorf("refunding: %v", failure)
	}
	_, err = b.api.Disputes.Close(dispute.ID, nil)
	b.must(err)
	for name, change := range map[string]func() error{
		"close": func() error { _, err := b.api.Disputes.Close(dispute.ID, nil); return err },
		"evidence": func() error {
			_, err := b.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{CustomerName: stripe.String("J")}})
			return err
		},
	} {
		if failure := b.stripeError(change()); failure.HTTPStatusCode != http.StatusBadRequest {
			t.Errorf("%s afterwards: %v", name, failure)
		}
	}
	if got := b.do(http.MethodPost, "/v1/disputes/"+dispute.ID, "evidence[made_up]=x"); got.status != http.StatusBadRequest {
		t.Errorf("unknown evidence = %d %s", got.status, got.body)
	}
}

func TestSubscriptionPaymentIsDisputed(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4000000000000259")
	events := b.eventTypes("")
	want := []string{"invoice.paid", "invoice.payment_succeeded", "charge.dispute.created", "charge.dispute.funds_withdrawn", "checkout.session.completed"}
	if diff := cmp.Diff(want, events[len(events)-len(want):]); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if sub.Status != stripe.SubscriptionStatusActive {
		t.Errorf("subscription = %s", sub.Status)
	}
}
