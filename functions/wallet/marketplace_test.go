package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// balances are the creator's and the platform's.
func (f fixture) balances(t *testing.T, creator string) billing.Balances {
	t.Helper()
	found, err := f.Function.Table.Balances(t.Context(), f.scope(), "usd", billing.CreatorBook(creator), billing.Book{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const charging = `{"user_id": "user-1", "creator_id": "bob", "amount_cents": 300, "description": "a tool"}`

// The story: 25.00 is deposited, 3.00 spent at a creator's tool, of which ten
// percent are the platform's.
func TestMarketplace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	call := f.backend(t)
	const charges = "/api/marketplace/charges"
	call(charges, "charge-1", charging).Is(t, 402, tooLow)
	f.deposited(t, user, 2500)

	var charge struct{ ID string }
	answer := call(charges, "charge-1", charging)
	answer.Decode(t, &charge)
	want := fmt.Sprintf(`{"id": %q, "user_id": "user-1", "creator_id": "bob", "amount_cents": 300, "fee_cents": 30, "creator_cents": 270,
		"currency": "usd", "description": "a tool", "created_at": "2100-02-03T09:14:08Z"}`, charge.ID)
	answer.Is(t, 200, want)
	f.setFee(t, 2000)
	call(charges, "charge-1", charging).Is(t, 200, want) // as it was charged
	call(charges, "charge-1", `{"user_id": "user-1", "creator_id": "bob", "amount_cents": 301, "description": "a tool"}`).Is(t, 409, reused)
	call(charges, "charge-1", `{"user_id": "user-1", "creator_id": "bob", "amount_cents": 300, "description": "another"}`).Is(t, 409, reused)
	f.holdsMoney(t, user, 2200)
	bob := billing.Account{Kind: billing.CreatorAccount, Owner: "bob"}
	fees, stripe := billing.Account{Kind: billing.FeesAccount}, billing.Account{Kind: billing.ClearingAccount}
	if diff := cmp.Diff(billing.Balances{bob: 270, fees: 30, stripe: -2500}, f.balances(t, "bob")); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}

	f.Clock.Advance(345 * time.Microsecond) // less than is kept
	refund := charges + "/" + charge.ID + "/refund"
	for range 2 {
		got := call(refund, "refund-1", `{"amount_cents": 105}`)
		var made struct{ ID string }
		got.Decode(t, &made)
		got.Is(t, 200, fmt.Sprintf(`{"id": %q, "charge_id": %q, "amount_cents": 105, "fee_cents": 11, "creator_cents": 94, "currency": "usd", "created_at": "2100-02-03T09:14:08Z"}`,
			made.ID, charge.ID))
	}
	call(refund, "refund-2", `{"amount_cents": 196}`).Is(t, 400,
		`{"error": {"code": "amount_over_charge", "message": "The amount is larger than what is left of the charge"}, "request_id": ""}`)
	if got := call(refund, "", ""); got.Status != 200 {
		t.Errorf("refund of the rest: %d %s", got.Status, got.Body)
	}
	call(refund, "", "").Is(t, 400, `{"error": {"code": "charge_already_refunded", "message": "The charge has been refunded already"}, "request_id": ""}`)
	f.holdsMoney(t, user, 2500)
	if diff := cmp.Diff(billing.Balances{stripe: -2500}, f.balances(t, "bob")); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}
}

// setFee changes the project's fee.
func (f fixture) setFee(t *testing.T, basisPoints int64) {
	t.Helper()
	p, _, err := f.Function.Table.Project(t.Context(), f.project.ID)
	if err != nil {
		t.Fatal(err)
	}
	p.MarketplaceFee = &basisPoints
	if err := f.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

func TestMarketplaceRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	call := f.backend(t)
	invalid := func(message string) string {
		return fmt.Sprintf(`{"error": {"code": "invalid_input", "message": %q}, "request_id": ""}`, message)
	}
	for name, c := range map[string]struct {
		path, key, body string
		status          int
		want            string
	}{
		"no key":          {"", "", charging, 400, invalid("Idempotency-Key: Field required")},
		"no creator":      {"", "k", `{"user_id": "user-1", "amount_cents": 300}`, 400, invalid("creator_id: Field required")},
		"nobody":          {"", "k", `{"user_id": "", "creator_id": "bob", "amount_cents": 300}`, 400, invalid("user_id: String should have at least 1 character")},
		"nothing":         {"", "k", `{"user_id": "a", "creator_id": "bob", "amount_cents": 0}`, 400, invalid("amount_cents: Input should be between 1 and 99999999")},
		"not payable":     {"", "k", `{"user_id": "a", "creator_id": "bob", "amount_cents": 300, "currency": "eur"}`, 400, invalid("currency: Input should be 'usd', which creators are paid in")},
		"no such charge":  {"/charge_usd_0/refund", "", "", 404, `{"error": {"code": "charge_not_found", "message": "Charge not found"}, "request_id": ""}`},
		"no id":           {"/nonsense/refund", "", "", 404, `{"error": {"code": "charge_not_found", "message": "Charge not found"}, "request_id": ""}`},
		"refund, nothing": {"/charge_usd_0/refund", "", `{"amount_cents": 0}`, 400, invalid("amount_cents: Input should be between 1 and 99999999")},
	} {
		t.Run(name, func(t *testing.T) {
			call("/api/marketplace/charges"+c.path, c.key, c.body).Is(t, c.status, c.want)
		})
	}
	// A user's token is not enough to charge a user.
	answer := f.call(t, user, "POST", "/api/marketplace/charges", "k", charging)
	answer.Is(t, 401, `{"error": {"code": "invalid_token", "message": "Could not validate credentials"}, "request_id": ""}`)
}
