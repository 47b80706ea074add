package stripeevent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// A payment for a wallet says so in its metadata, wherever it is told of.
func TestWalletMark(t *testing.T) {
	t.Parallel()
	const marked = `"metadata": {"user_id": "ann", "project_id": "p", "billhook_wallet": "auto_reload"}`
	want := billing.WalletMark{Project: "p", User: "ann", Kind: billing.PostAutoReload}
	for eventType, object := range map[string]string{
		"payment_intent.succeeded": `{"id": "pi_1", "created": 1, "currency": "usd", "amount_received": 500, ` + marked + `}`,
		"charge.refunded": `{"id": "ch_1", "created": 1, "currency": "usd", "status": "succeeded", "captured": true, "amount": 500,
			"amount_captured": 500, "amount_refunded": 0, "payment_intent": "pi_1", ` + marked + `}`,
		"checkout.session.completed": `{"id": "cs_1", "mode": "payment", "payment_intent": "pi_1", "amount_total": 500, "currency": "usd", "payment_status": "paid", ` + marked + `}`,
	} {
		fact, err := Object(eventType, []byte(object), time.Unix(1, 0))
		if err != nil {
			t.Fatalf("%s: %v", eventType, err)
		}
		var got billing.WalletMark
		switch f := fact.(type) {
		case billing.PaymentFact:
			got = f.Wallet
		case billing.CheckoutFact:
			got = f.Wallet
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", eventType, diff)
		}
	}
	for name, m := range map[string]metadata{
		"none": {UserID: "ann", ProjectID: "p"}, "another word": {UserID: "ann", ProjectID: "p", Wallet: "spend"},
		"nobody's": {ProjectID: "p", Wallet: "deposit"},
	} {
		if got := m.wallet(); got != (billing.WalletMark{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestObjectUnreadable(t *testing.T) {
	t.Parallel()
	for name, object := range map[string]string{"no JSON": `{`, "no id": `{}`} {
		if fact, err := Object("payment_intent.succeeded", []byte(object), time.Unix(1, 0)); err == nil {
			t.Errorf("%s reads as %v", name, fact)
		}
	}
}
