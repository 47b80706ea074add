package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// payOut pays an amount of an account's balance out; "" is the platform.
func (b *box) payOut(account string, amount int64, method string) (*stripe.Payout, error) {
	b.t.Helper()
	params := &stripe.PayoutParams{Amount: &amount, Currency: stripe.String("usd"), Method: &method}
	if account != "" {
		params.SetStripeAccount(account)
	}
	return b.api.Payouts.New(params)
}

func (b *box) payoutStatus(id string) stripe.PayoutStatus {
	b.t.Helper()
	payout, err := b.api.Payouts.Get(id, nil)
	b.must(err)
	return payout.Status
}

func TestPayout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	_, err := b.charge(5000)
	b.must(err)
	payout, err := b.payOut("", 3000, "standard")
	b.must(err)
	if payout.Status != stripe.PayoutStatusPending || payout.ArrivalDate != start.AddDate(0, 0, 2).Unix() || payout.Destination.ID == "" {
		t.Errorf("payout = %+v", payout)
	}
	if got := b.available(""); got != 2000 {
		t.Errorf("the balance is %d, want 2000", got)
	}
	for _, step := range []struct {
		status stripe.PayoutStatus
		events []string
	}{
		{stripe.PayoutStatusInTransit, []string{"payout.updated"}},
		{stripe.PayoutStatusPaid, []string{"payout.paid"}},
		{stripe.PayoutStatusPaid, []string{}},
	} {
		if diff := cmp.Diff(step.events, b.advance(`{"days":1}`)); diff != "" {
			t.Errorf("events (-want +got)\n%s", diff)
		}
		if got := b.payoutStatus(payout.ID); got != step.status {
			t.Errorf("status = %s, want %s", got, step.status)
		}
	}
	reversal, err := b.api.Payouts.Reverse(payout.ID, nil)
	b.must(err)
	if reversal.Amount != -3000 || reversal.OriginalPayout.ID != payout.ID || b.available("") != 5000 {
		t.Errorf("reversal = %+v", reversal)
	}
	if _, err := b.api.Payouts.Reverse(payout.ID, nil); b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("reversing it again: %v", err)
	}
}

func TestInstantPayout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	_, err := b.charge(5000)
	b.must(err)
	payout, err := b.payOut("", 3000, "instant")
	b.must(err)
	if payout.Status != stripe.PayoutStatusInTransit || payout.Method != stripe.PayoutMethodInstant {
		t.Errorf("payout = %+v", payout)
	}
	if diff := cmp.Diff([]string{"payout.paid"}, b.advance(`{"seconds":1800}`)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

func TestCancelPayout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	_, err := b.charge(5000)
	b.must(err)
	payout, err := b.payOut("", 3000, "standard")
	b.must(err)
	canceled, err := b.api.Payouts.Cancel(payout.ID, nil)
	b.must(err)
	if canceled.Status != stripe.PayoutStatusCanceled || b.available("") != 5000 {
		t.Errorf("payout = %+v, balance = %d", canceled, b.available(""))
	}
	if types := b.eventTypes(""); types[len(types)-1] != "payout.canceled" {
		t.Errorf("events = %v", types)
	}
	late, err := b.payOut("", 3000, "standard")
	b.must(err)
	b.advance(`{"days":1}`)
	if _, err := b.api.Payouts.Cancel(late.ID, nil); b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("canceling one in transit: %v", err)
	}
}

// A payout to one of Stripe's failing test numbers comes back.
func TestPayoutFails(t *testing.T) {
	t.Parallel()
	for number, code := range map[string]stripe.PayoutFailureCode{
		"000111111116": stripe.PayoutFailureCodeNoAccount, "000111111113": stripe.PayoutFailureCodeAccountClosed,
		"000222222227": stripe.PayoutFailureCodeInsufficientFunds, "000333333335": stripe.PayoutFailureCodeDebitNotAuthorized,
		"000444444440": stripe.PayoutFailureCodeInvalidCurrency,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			h := b.listenConnect()
			account, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
			b.must(err)
			b.onboard(account.ID, url.Values{"account_number": {number}})
			_, err = b.charge(5000, func(p *stripe.PaymentIntentParams) { p.SetStripeAccount(account.ID) })
			b.must(err)
			payout, err := b.payOut(account.ID, 5000, "standard")
			b.must(err)
			b.advance(`{"days":2}`)
			params := &stripe.PayoutParams{}
			params.SetStripeAccount(account.ID)
			payout, err = b.api.Payouts.Get(payout.ID, params)
			b.must(err)
			if payout.Status != stripe.PayoutStatusFailed || payout.FailureCode != code || payout.FailureMessage == "" ||
				payout.FailureBalanceTransaction == nil || b.available(account.ID) != 5000 {
				t.Errorf("payout = %+v, balance = %d", payout, b.available(account.ID))
			}
			b.settle()
			types := h.types()
			want := []string{"payout.created", "payout.updated", "payout.failed", "account.external_account.updated"}
			if diff := cmp.Diff(want, types[len(types)-len(want):]); diff != "" {
				t.Errorf("webhooks (-want +got)\n%s", diff)
			}
		})
	}
}

func TestPayoutsRefuse(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	young, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
	b.must(err)
	_, err = b.charge(100)
	b.must(err)
	for name, test := range map[string]struct {
		account, currency, destination string
		amount                         int64
		param                          string
		code                           stripe.ErrorCode
	}{
		"more than there is":   {"", "usd", "", 101, "", stripe.ErrorCodeBalanceInsufficient},
		"nothing":              {"", "usd", "", 0, "amount", stripe.ErrorCodeParameterInvalidInteger},
		"no bank for it":       {"", "eur", "", 1, "", ""},
		"unknown bank account": {"", "usd", "ba_x", 1, "destination", stripe.ErrorCodeResourceMissing},
		"not onboarded":        {young.ID, "usd", "", 1, "", stripe.ErrorCodePayoutsNotAllowed},
	} {
		params := &stripe.PayoutParams{Amount: &test.amount, Currency: &test.currency}
		if test.destination != "" {
			params.Destination = &test.destination
		}
		if test.account != "" {
			params.SetStripeAccount(test.account)
		}
		_, err := b.api.Payouts.New(params)
		if refused := b.stripeError(err); refused.HTTPStatusCode != http.StatusBadRequest || refused.Param != test.param || refused.Code != test.code {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}
