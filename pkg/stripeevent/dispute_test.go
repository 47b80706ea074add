package stripeevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func disputeObject() object {
	return object{
		"id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1", "status": "needs_response",
		"reason": "fraudulent", "amount": 2400, "currency": "usd", "created": start,
	}
}

func refundObject() object {
	return object{"id": "re_1", "object": "refund", "charge": "ch_1", "payment_intent": "pi_1", "status": "failed", "amount": 600}
}

func TestDecodeDispute(t *testing.T) {
	t.Parallel()
	for kind, status := range map[string]billing.DisputeStatus{
		"charge.dispute.created":          billing.DisputeNeedsResponse,
		"charge.dispute.updated":          billing.DisputeUnderReview,
		"charge.dispute.closed":           billing.DisputeLost,
		"charge.dispute.funds_withdrawn":  billing.DisputeNeedsResponse,
		"charge.dispute.funds_reinstated": billing.DisputeWon,
	} {
		for name, charge := range map[string]any{"id": "ch_1", "expanded": object{"id": "ch_1", "amount": 2400}} {
			t.Run(kind+" charge "+name, func(t *testing.T) {
				t.Parallel()
				got := decodeAs[billing.ChargeFact](t, kind, with(disputeObject(), object{"status": string(status), "charge": charge}))
				want := billing.ChargeFact{Charge: "ch_1", Dispute: &billing.Dispute{
					ID: "dp_1", Status: status, Reason: "fraudulent", Amount: 2400, CreatedAt: billing.At(start), AsOf: billing.At(told),
				}}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("fact (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestDecodeRefund(t *testing.T) {
	t.Parallel()
	cameToNothing := billing.ChargeFact{Charge: "ch_1"}
	tests := map[string]struct {
		kind   string
		object object
		want   billing.Fact
	}{
		"failed":                       {"refund.failed", refundObject(), cameToNothing},
		"failed, the type says it":     {"refund.failed", with(refundObject(), object{"status": "pending"}), cameToNothing},
		"failed, expanded charge":      {"refund.failed", with(refundObject(), object{"charge": object{"id": "ch_1"}}), cameToNothing},
		"failed, of no charge":         {"refund.failed", withNull(refundObject(), "charge"), nil},
		"updated, failed":              {"refund.updated", refundObject(), cameToNothing},
		"updated, canceled":            {"refund.updated", with(refundObject(), object{"status": "canceled"}), cameToNothing},
		"updated, succeeded":           {"refund.updated", with(refundObject(), object{"status": "succeeded"}), nil},
		"updated, pending":             {"refund.updated", with(refundObject(), object{"status": "pending"}), nil},
		"updated, no status":           {"refund.updated", withNull(refundObject(), "status"), nil},
		"updated, canceled, no charge": {"refund.updated", with(refundObject(), object{"status": "canceled", "charge": nil}), nil},
		"the old type, failed":         {"charge.refund.updated", refundObject(), cameToNothing},
		"the old type, succeeded":      {"charge.refund.updated", with(refundObject(), object{"status": "succeeded"}), nil},
		"created":                      {"refund.created", refundObject(), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := decode(t, delivery(t, test.kind, test.object, nil))
			if diff := cmp.Diff(test.want, event.Fact); diff != "" {
				t.Errorf("fact (-want +got):\n%s", diff)
			}
			if event.Object != "re_1" {
				t.Errorf("the event is about %q", event.Object)
			}
		})
	}
}
