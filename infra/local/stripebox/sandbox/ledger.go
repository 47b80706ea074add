package sandbox

import (
	"cmp"
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Types of balance transactions.
const (
	typeAdjustment     = "adjustment"
	typeApplicationFee = "application_fee"
	typeFeeRefund      = "application_fee_refund"
	typeCharge         = "charge"
	typePayment        = "payment"
	typePaymentRefund  = "payment_refund"
	typePayout         = "payout"
	typePayoutCancel   = "payout_cancel"
	typePayoutFailure  = "payout_failure"
	typeRefund         = "refund"
	typeTransfer       = "transfer"
	typeTransferRefund = "transfer_refund"
)

// reportingCategory is Stripe's coarser name of a type,
// https://docs.stripe.com/reports/reporting-categories.
func reportingCategory(transactionType string) string {
	switch transactionType {
	case typeApplicationFee:
		return "platform_earning"
	case typeFeeRefund:
		return "platform_earning_refund"
	case typePayment:
		return typeCharge
	case typePaymentRefund:
		return typeRefund
	case typePayoutCancel, typePayoutFailure:
		return "payout_reversal"
	case typeTransferRefund:
		return "transfer_reversal"
	case typeAdjustment:
		return "other_adjustment"
	}
	return transactionType
}

// entry is a change of an account's balance. The amount is in minor units and
// negative when money leaves; the application's fee is taken from it.
type entry struct {
	kind, currency, source, description string
	category                            string // for reports; empty for the type's own
	amount, applicationFee              int64
}

// book records a change of the balance, which is available at once: the
// sandbox takes no fees of its own and lets no one wait.
func (a *account) book(e entry) object.Ref {
	transaction := &object.BalanceTransaction{
		ID: a.newID("txn_"), Object: "balance_transaction", Amount: e.amount, AvailableOn: a.now, Created: a.now, Currency: e.currency,
		Description: object.Text(e.description), Fee: e.applicationFee, FeeDetails: []object.FeeDetail{}, Net: e.amount - e.applicationFee,
		ReportingCategory: cmp.Or(e.category, reportingCategory(e.kind)), Source: object.To(e.source), Status: "available", Type: e.kind,
	}
	if e.applicationFee != 0 {
		transaction.FeeDetails = append(transaction.FeeDetails, object.FeeDetail{
			Amount: e.applicationFee, Application: object.Text(a.clientID()), Currency: e.currency,
			Description: "Application fee", Type: typeApplicationFee,
		})
	}
	return object.To(a.BalanceTransactions.add(transaction).ID)
}

// available is the balance in a currency, in minor units.
func (a *account) available(currency string) int64 {
	var sum int64
	for transaction := range a.BalanceTransactions.all {
		if transaction.Currency == currency {
			sum += transaction.Net
		}
	}
	return sum
}

// currencies are those that the account has or had a balance in, its default
// first.
func (a *account) currencies() []string {
	currencies := []string{a.Profile.DefaultCurrency}
	for transaction := range a.BalanceTransactions.all {
		if !slices.Contains(currencies, transaction.Currency) {
			currencies = append(currencies, transaction.Currency)
		}
	}
	return currencies
}

// insufficient is Stripe's refusal to move more than the balance.
func insufficient(message string) *apiError {
	return invalid("", "balance_insufficient", "%s", message)
}

func retrieveBalanceTransaction(c *call, _ struct{}) (any, error) {
	return c.BalanceTransactions.at(c.id)
}

type listTransactionsParams struct {
	listParams
	Created  form.Range `form:"created"`
	Currency string     `form:"currency"`
	Payout   string     `form:"payout"`
	Source   string     `form:"source"`
	Type     string     `form:"type"`
}

// listBalanceTransactions cannot be filtered by a payout: at Stripe only automatic
// payouts consist of transactions, and the sandbox's are manual.
func listBalanceTransactions(c *call, p listTransactionsParams) (any, error) {
	if p.Payout != "" {
		payout, err := c.Payouts.ref(p.Payout, "payout")
		if err != nil {
			return nil, err
		}
		return nil, invalid("payout", "", "Balance transaction history can only be filtered on automatic transfers, not manual ones: %s.", payout.ID)
	}
	return list(c, &c.BalanceTransactions, p.listParams, func(transaction *object.BalanceTransaction) bool {
		return matches(p.Currency, transaction.Currency) && matches(p.Source, transaction.Source.ID) &&
			matches(p.Type, transaction.Type) && p.Created.Contains(transaction.Created)
	})
}
