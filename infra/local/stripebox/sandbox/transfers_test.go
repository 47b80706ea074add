package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
)

func TestTransfers(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	_, err := b.charge(5000)
	b.must(err)
	h := b.listen()
	params := &stripe.TransferParams{Amount: stripe.Int64(3000), Currency: stripe.String("usd"), Destination: &seller, TransferGroup: stripe.String("order_7")}
	params.AddExpand("balance_transaction")
	params.AddExpand("destination")
	transfer, err := b.api.Transfers.New(params)
	b.must(err)
	if transfer.BalanceTransaction.Amount != -3000 || transfer.BalanceTransaction.Type != stripe.BalanceTransactionTypeTransfer ||
		transfer.Destination.Type != stripe.AccountTypeExpress || transfer.TransferGroup != "order_7" {
		t.Errorf("transfer = %+v", transfer)
	}
	payment := &stripe.ChargeParams{}
	payment.SetStripeAccount(seller)
	payment.AddExpand("balance_transaction")
	received, err := b.api.Charges.Get(transfer.DestinationPayment.ID, payment)
	b.must(err)
	if received.Amount != 3000 || received.SourceTransfer.ID != transfer.ID || received.BalanceTransaction.Type != stripe.BalanceTransactionTypePayment {
		t.Errorf("payment = %+v", received)
	}
	_, err = b.api.TransferReversals.New(&stripe.TransferReversalParams{ID: &transfer.ID, Amount: stripe.Int64(1000)})
	b.must(err)
	if platform, connected := b.available(""), b.available(seller); platform != 3000 || connected != 2000 {
		t.Errorf("balances = %d and %d, want 3000 and 2000", platform, connected)
	}
	_, err = b.api.TransferReversals.New(&stripe.TransferReversalParams{ID: &transfer.ID})
	b.must(err)
	transfer, err = b.api.Transfers.Get(transfer.ID, nil)
	b.must(err)
	if !transfer.Reversed || transfer.AmountReversed != 3000 || len(transfer.Reversals.Data) != 2 || transfer.Reversals.Data[0].Amount != 2000 {
		t.Errorf("reversed transfer = %+v", transfer)
	}
	b.settle()
	if diff := cmp.Diff([]string{"transfer.created", "transfer.reversed", "transfer.reversed"}, h.types()); diff != "" {
		t.Errorf("webhooks (-want +got)\n%s", diff)
	}
}

// A transfer from a charge is bounded by it, and both are of one group.
func TestTransferFromACharge(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	pi, err := b.charge(5000)
	b.must(err)
	create := func(amount int64) (*stripe.Transfer, error) {
		return b.api.Transfers.New(&stripe.TransferParams{
			Amount: &amount, Currency: stripe.String("usd"), Destination: &seller, SourceTransaction: &pi.LatestCharge.ID,
		})
	}
	transfer, err := create(4000)
	b.must(err)
	if transfer.SourceTransaction.ID != pi.LatestCharge.ID || transfer.TransferGroup != "group_"+pi.LatestCharge.ID {
		t.Errorf("transfer = %+v", transfer)
	}
	if _, err := create(1001); b.stripeError(err).Param != "amount" {
		t.Errorf("more than the rest: %v", err)
	}
	rest, err := b.api.Transfers.New(&stripe.TransferParams{
		Currency: stripe.String("usd"), Destination: &seller, SourceTransaction: &pi.LatestCharge.ID,
	})
	b.must(err)
	if rest.Amount != 1000 {
		t.Errorf("the rest = %d, want 1000", rest.Amount)
	}
	if _, err := create(1); b.stripeError(err).Param != "amount" {
		t.Errorf("more than nothing: %v", err)
	}
}

func TestTransfersRefuse(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	_, err := b.charge(5000)
	b.must(err)
	transfer, err := b.api.Transfers.New(&stripe.TransferParams{Amount: stripe.Int64(3000), Currency: stripe.String("usd"), Destination: &seller})
	b.must(err)
	payout := &stripe.PayoutParams{Amount: stripe.Int64(2500), Currency: stripe.String("usd")}
	payout.SetStripeAccount(seller)
	_, err = b.api.Payouts.New(payout)
	b.must(err)
	young, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
	b.must(err)
	create := func(amount int64, currency, destination string) error {
		_, err := b.api.Transfers.New(&stripe.TransferParams{Amount: &amount, Currency: &currency, Destination: &destination})
		return err
	}
	reverse := func(amount int64) error {
		_, err := b.api.TransferReversals.New(&stripe.TransferReversalParams{ID: &transfer.ID, Amount: &amount})
		return err
	}
	for name, test := range map[string]struct {
		err   error
		param string
		code  stripe.ErrorCode
	}{
		"more than there is":            {create(2001, "usd", seller), "", stripe.ErrorCodeBalanceInsufficient},
		"another currency":              {create(1, "eur", seller), "", stripe.ErrorCodeBalanceInsufficient},
		"nothing":                       {create(0, "usd", seller), "amount", stripe.ErrorCodeParameterInvalidInteger},
		"unknown destination":           {create(1, "usd", "acct_x"), "destination", stripe.ErrorCodeResourceMissing},
		"not onboarded":                 {create(1, "usd", young.ID), "destination", "insufficient_capabilities_for_transfer"},
		"reversal of too much":          {reverse(3001), "amount", ""},
		"reversal of what is not there": {reverse(501), "", stripe.ErrorCodeBalanceInsufficient},
	} {
		refused := b.stripeError(test.err)
		if refused.HTTPStatusCode != http.StatusBadRequest || refused.Param != test.param || refused.Code != test.code || refused.Type != stripe.ErrorTypeInvalidRequest {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}

// A refund shows in the balance, too, and in its transactions.
func TestBalanceTransactions(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	pi, err := b.charge(5000)
	b.must(err)
	_, err = b.api.Refunds.New(&stripe.RefundParams{PaymentIntent: &pi.ID, Amount: stripe.Int64(200)})
	b.must(err)
	_, err = b.api.PaymentIntents.New(&stripe.PaymentIntentParams{
		Amount: stripe.Int64(700), Currency: stripe.String("eur"), Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_visa"),
	})
	b.must(err)
	balance, err := b.api.Balance.Get(nil)
	b.must(err)
	if len(balance.Available) != 2 || balance.Available[0].Amount != 4800 || balance.Available[1].Amount != 700 || balance.Pending[0].Amount != 0 {
		t.Errorf("balance = %+v", balance)
	}
	type row struct {
		Type     stripe.BalanceTransactionType
		Category stripe.BalanceTransactionReportingCategory
		Net      int64
		Currency stripe.Currency
	}
	for name, test := range map[string]struct {
		params stripe.BalanceTransactionListParams
		want   []row
	}{
		"all":         {stripe.BalanceTransactionListParams{}, []row{{"charge", "charge", 700, "eur"}, {"refund", "refund", -200, "usd"}, {"charge", "charge", 5000, "usd"}}},
		"by type":     {stripe.BalanceTransactionListParams{Type: stripe.String("refund")}, []row{{"refund", "refund", -200, "usd"}}},
		"by currency": {stripe.BalanceTransactionListParams{Currency: stripe.String("eur")}, []row{{"charge", "charge", 700, "eur"}}},
		"by source":   {stripe.BalanceTransactionListParams{Source: &pi.LatestCharge.ID}, []row{{"charge", "charge", 5000, "usd"}}},
	} {
		var got []row
		list := b.api.BalanceTransactions.List(&test.params)
		for list.Next() {
			transaction := list.BalanceTransaction()
			got = append(got, row{transaction.Type, transaction.ReportingCategory, transaction.Net, transaction.Currency})
		}
		b.must(list.Err())
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestMoneyInClover(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	_, err := b.charge(5000)
	b.must(err)
	_, err = b.payOut("", 3000, "standard")
	b.must(err)
	for path, fields := range map[string][]string{
		"/v1/payouts": {"payout_method", "trace_id"}, "/v1/balance_transactions": {"balance_type"},
	} {
		var answer struct{ Data []map[string]any }
		got := b.do(http.MethodGet, path, "", "Stripe-Version", object.CloverVersion)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if len(answer.Data) == 0 {
			t.Fatalf("%s = %s", path, got.body)
		}
		for _, field := range fields {
			if _, has := answer.Data[0][field]; !has {
				t.Errorf("%s: no %s", path, field)
			}
		}
	}
}
