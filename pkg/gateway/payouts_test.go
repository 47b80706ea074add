package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func sentPayout() billing.Payout {
	return billing.Payout{
		ID: "po-1", Creator: "bob", Account: "acct_1", Amount: 2700, Currency: "usd", Status: billing.PayoutSent,
		Transfer: "tr_1", CreatedAt: billing.At(1770110000),
	}
}

// What is made for a payout names it, and is made once for it.
func TestWhatIsMadeForAPayout(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "made_1", "status": "pending", "amount_reversed": 0}`))
	a, p := account(t, stripe.URL), sentPayout()
	for range 2 {
		if made, err := a.Transfer(t.Context(), p); err != nil || made.Transfer != "made_1" {
			t.Errorf("transfer: %+v, %v", made, err)
		}
		if made, err := a.PayBank(t.Context(), p); err != nil || made.BankPayout != "made_1" || made.Status != "pending" {
			t.Errorf("bank payout: %+v, %v", made, err)
		}
	}
	other := p
	other.ID = "po-2"
	if _, err := a.Transfer(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	asked := stripe.Requests()
	want := map[string]string{
		"amount": "2700", "currency": "usd", "metadata[billhook_payout]": "po-1", "metadata[user_id]": "bob",
		"metadata[project_id]": scope.Project.String(), "destination": "acct_1", "transfer_group": "po-1",
	}
	got := map[string]string{}
	for name := range asked[0].Form {
		got[name] = asked[0].Form.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transfer (-want +got):\n%s", diff)
	}
	keys := []string{asked[0].IdempotencyKey, asked[1].IdempotencyKey, asked[4].IdempotencyKey}
	if asked[2].IdempotencyKey != keys[0] || asked[3].IdempotencyKey != keys[1] || keys[0] == keys[1] || keys[0] == keys[2] || keys[0] == "" {
		t.Errorf("idempotency keys: %v", keys)
	}
}

// What was made is found by what it names, in the account that it is in.
func TestWhatWasMadeForAPayoutIsFound(t *testing.T) {
	t.Parallel()
	var accounts []string
	const list = `{"object": "list", "has_more": false, "data": [
		{"id": "other_1", "metadata": {}, "status": "paid"},
		{"id": "found_1", "metadata": {"billhook_payout": "po-1"}, "status": "failed", "failure_code": "account_closed", "failure_message": "closed", "amount_reversed": 700}]}`
	stripe := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
		accounts = append(accounts, r.URL.Path+" "+r.Header.Get("Stripe-Account")+" "+r.URL.Query().Get("transfer_group"))
		functiontest.Answering(http.StatusOK, list)(w, r)
	})
	a, p := account(t, stripe.URL), sentPayout()
	transfer, err := a.FindTransfer(t.Context(), p)
	if diff := cmp.Diff(billing.TransferFact{Transfer: "found_1", Reversed: 700}, transfer); diff != "" || err != nil {
		t.Errorf("transfer: %v (-want +got):\n%s", err, diff)
	}
	bank, err := a.FindBankPayout(t.Context(), p)
	want := billing.BankPayoutFact{BankPayout: "found_1", Status: "failed", FailureCode: "account_closed", FailureMessage: "closed"}
	if diff := cmp.Diff(want, bank); diff != "" || err != nil {
		t.Errorf("bank payout: %v (-want +got):\n%s", err, diff)
	}
	p.ID = "po-2"
	if transfer, err = a.FindTransfer(t.Context(), p); transfer.Transfer != "" || err != nil {
		t.Errorf("another payout's: %+v, %v", transfer, err)
	}
	if diff := cmp.Diff([]string{"/v1/transfers  po-1", "/v1/payouts acct_1 ", "/v1/transfers  po-2"}, accounts); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// The rest of a transfer is reversed; a transfer that is reversed is left alone.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		transfer string
		want     string // what is reversed; empty: nothing
	}{
		"whole":    {`{"id": "tr_1", "amount": 2700, "amount_reversed": 0, "reversed": false}`, "2700"},
		"the rest": {`{"id": "tr_1", "amount": 2700, "amount_reversed": 700, "reversed": false}`, "2000"},
		"done":     {`{"id": "tr_1", "amount": 2700, "amount_reversed": 2700, "reversed": true}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, c.transfer))
			got, err := account(t, stripe.URL).TakeBack(t.Context(), sentPayout())
			if diff := cmp.Diff(billing.TransferFact{Transfer: "tr_1", Reversed: 2700}, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			reversed := ""
			for _, r := range stripe.Requests() {
				if strings.HasSuffix(r.Operation, "/reversals") {
					reversed += r.Form.Get("amount")
				}
			}
			if reversed != c.want {
				t.Errorf("reversed %q, want %q", reversed, c.want)
			}
		})
	}
}

func TestCreatorAccount(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "acct_1", "url": "https://connect.stripe.com/setup/1",
		"details_submitted": true, "payouts_enabled": true, "capabilities": {"transfers": "pending"}, "requirements": {"currently_due": ["a"]}}`,
		"Date", "Tue, 03 Feb 2026 09:14:08 GMT"))
	a := account(t, stripe.URL)
	if id, err := a.CreateCreatorAccount(t.Context(), "bob", ""); id != "acct_1" || err != nil {
		t.Errorf("%s, %v", id, err)
	}
	if id, err := a.CreateCreatorAccount(t.Context(), "bob", "acct_0"); id != "acct_1" || err != nil {
		t.Errorf("after another: %s, %v", id, err)
	}
	url, err := a.OnboardingURL(t.Context(), "acct_1", "https://app.example.com/done", "https://app.example.com/again")
	if url != "https://connect.stripe.com/setup/1" || err != nil {
		t.Errorf("%s, %v", url, err)
	}
	state, asOf, err := a.CreatorAccount(t.Context(), "acct_1")
	want := billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, CurrentlyDue: []string{"a"}}
	if diff := cmp.Diff(want, state); diff != "" || err != nil || asOf.Format("15:04") != "09:14" {
		t.Errorf("as of %s, %v (-want +got):\n%s", asOf, err, diff)
	}
	asked := stripe.Requests()
	made := asked[0].Form
	if made.Get("type") != "express" || made.Get("settings[payouts][schedule][interval]") != "manual" || made.Get("capabilities[transfers][requested]") != "true" ||
		made.Get("metadata[user_id]") != "bob" || asked[0].IdempotencyKey == asked[1].IdempotencyKey {
		t.Errorf("asked %+v, then %+v", asked[0], asked[1])
	}
	if link := asked[2].Form; link.Get("type") != "account_onboarding" || link.Get("return_url") != "https://app.example.com/done" || link.Get("refresh_url") != "https://app.example.com/again" {
		t.Errorf("link %v", link)
	}
}
