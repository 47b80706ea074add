package stripeevent_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// connectedEvent is an event as an endpoint for connected accounts gets it; an
// empty account stands for one that happened in the endpoint's own.
func connectedEvent(t *testing.T, kind, account string, o object) []byte {
	t.Helper()
	event := object{
		"id": "evt_1", "object": "event", "type": kind, "created": start, "livemode": false, "api_version": "2024-06-20",
		"data": object{"object": o},
	}
	if account != "" {
		event["account"] = account
	}
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func forPayout() object {
	return object{"billhook_payout": "po-1", "user_id": "bob", "project_id": "project-1"}
}

func accountObject() object {
	return object{
		"id": "acct_1", "object": "account", "details_submitted": true, "payouts_enabled": true, "capabilities": object{"transfers": "active"},
		"requirements": object{"currently_due": []string{}, "disabled_reason": nil},
	}
}

func TestDecodePayouts(t *testing.T) {
	t.Parallel()
	ref := billing.PayoutRef{Project: "project-1", Creator: "bob", Payout: "po-1"}
	transfer := object{"id": "tr_1", "object": "transfer", "amount": 2700, "amount_reversed": 0, "metadata": forPayout()}
	payout := object{"id": "po_1", "object": "payout", "status": "paid", "failure_code": nil, "failure_message": nil, "metadata": forPayout()}
	enabled := billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, Transfers: true, CurrentlyDue: []string{}}
	limited := billing.AccountState{DetailsSubmitted: true, CurrentlyDue: []string{"individual.id_number"}, DisabledReason: "requirements.past_due"}
	for name, c := range map[string]struct {
		kind, account string
		object        object
		want          billing.Fact
	}{
		"an account":                {"account.updated", "acct_1", accountObject(), billing.AccountFact{Account: "acct_1", State: enabled}},
		"an account of ours":        {"account.updated", "", accountObject(), nil},
		"one that left":             {"account.application.deauthorized", "acct_1", object{"id": "ca_1", "object": "application"}, billing.AccountFact{Account: "acct_1", Gone: true}},
		"a transfer":                {"transfer.created", "", transfer, billing.TransferFact{PayoutRef: ref, Transfer: "tr_1"}},
		"a transfer, reversed":      {"transfer.reversed", "", with(transfer, object{"amount_reversed": 700}), billing.TransferFact{PayoutRef: ref, Transfer: "tr_1", Reversed: 700}},
		"a transfer of others":      {"transfer.created", "", with(transfer, object{"metadata": object{}}), nil},
		"a payout":                  {"payout.paid", "acct_1", payout, billing.BankPayoutFact{PayoutRef: ref, Account: "acct_1", BankPayout: "po_1", Status: "paid"}},
		"a payout of ours":          {"payout.paid", "", payout, nil},
		"a payout of the account's": {"payout.paid", "acct_1", with(payout, object{"metadata": object{}}), nil},
		"a payout that failed": {
			"payout.failed", "acct_1", with(payout, object{"status": "failed", "failure_code": "account_closed", "failure_message": "closed"}),
			billing.BankPayoutFact{PayoutRef: ref, Account: "acct_1", BankPayout: "po_1", Status: "failed", FailureCode: "account_closed", FailureMessage: "closed"},
		},
		"an account that is limited": {
			"account.updated", "acct_1", with(accountObject(), object{
				"payouts_enabled": false, "capabilities": object{"transfers": "inactive"},
				"requirements": object{"currently_due": []string{"individual.id_number"}, "disabled_reason": "requirements.past_due"},
			}),
			billing.AccountFact{Account: "acct_1", State: limited},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := stripeevent.Decode(connectedEvent(t, c.kind, c.account, c.object))
			if diff := cmp.Diff(c.want, event.Fact); diff != "" || err != nil || event.Account != c.account {
				t.Errorf("of %q: %v, fact (-want +got):\n%s", event.Account, err, diff)
			}
		})
	}
}

// What must be there and is not makes an event unreadable, never a zero.
func TestDecodePayoutsNeeds(t *testing.T) {
	t.Parallel()
	for name, body := range map[string][]byte{
		"an account's id":       connectedEvent(t, "account.updated", "acct_1", with(accountObject(), object{"id": nil})),
		"details_submitted":     connectedEvent(t, "account.updated", "acct_1", with(accountObject(), object{"details_submitted": nil})),
		"payouts_enabled":       connectedEvent(t, "account.updated", "acct_1", with(accountObject(), object{"payouts_enabled": nil})),
		"who left":              connectedEvent(t, "account.application.deauthorized", "", object{"id": "ca_1", "object": "application"}),
		"a transfer's id":       connectedEvent(t, "transfer.created", "", object{"amount_reversed": 0, "metadata": forPayout()}),
		"what is reversed":      connectedEvent(t, "transfer.reversed", "", object{"id": "tr_1", "metadata": forPayout()}),
		"a payout's id":         connectedEvent(t, "payout.paid", "acct_1", object{"status": "paid", "metadata": forPayout()}),
		"what became of it":     connectedEvent(t, "payout.paid", "acct_1", object{"id": "po_1", "metadata": forPayout()}),
		"a number, not a text":  connectedEvent(t, "transfer.reversed", "", object{"id": "tr_1", "amount_reversed": "all", "metadata": forPayout()}),
		"a list of what is due": connectedEvent(t, "account.updated", "acct_1", with(accountObject(), object{"requirements": object{"currently_due": 1}})),
	} {
		if event, err := stripeevent.Decode(body); err == nil || event.ID != "evt_1" || event.Fact != nil {
			t.Errorf("%s: %+v, %v", name, event, err)
		}
	}
	if _, err := stripeevent.Account([]byte(`{"id": "acct_1"}`)); err == nil {
		t.Error("an answer without its members is read")
	}
}
