package sandbox

import (
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Statuses of payouts, beside paid, failed and canceled.
const (
	statusPending   = "pending"
	statusInTransit = "in_transit"
)

const (
	// payoutTransit is when a payout leaves for the bank, in seconds after its
	// creation; until then it can be canceled.
	payoutTransit = secondsPerDay
	// payoutArrival is when it has arrived.
	payoutArrival = 2 * secondsPerDay
	// instantArrival is the same for an instant payout, which is under way at
	// once.
	instantArrival = 30 * 60

	methodInstant = "instant"
)

type createPayoutParams struct {
	Amount              *int64        `form:"amount,required"`
	Currency            string        `form:"currency,required"`
	Description         string        `form:"description"`
	Destination         string        `form:"destination"`
	Metadata            form.Metadata `form:"metadata"`
	Method              string        `form:"method" enum:"instant standard"`
	SourceType          string        `form:"source_type" enum:"card"`
	StatementDescriptor string        `form:"statement_descriptor"`
}

func createPayout(c *call, p createPayoutParams) (any, error) {
	currency := strings.ToLower(p.Currency)
	if *p.Amount < 1 {
		return nil, invalid("amount", codeInvalidInteger, "This value must be greater than or equal to 1.")
	}
	if !c.Profile.PayoutsEnabled {
		return nil, invalid("", "payouts_not_allowed", "Payouts are not enabled for this account: its onboarding is not complete.")
	}
	bank, err := c.bankFor(currency, p.Destination)
	if err != nil {
		return nil, err
	}
	if *p.Amount > c.available(currency) {
		return nil, insufficient("You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. " +
			"You can use the the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).")
	}
	payout := c.newPayout(*p.Amount, currency, bank.ID)
	payout.Description, payout.Metadata = object.Text(p.Description), p.Metadata.Apply(nil)
	payout.StatementDescriptor = object.Text(p.StatementDescriptor)
	if p.Method == methodInstant {
		payout.Method, payout.Status, payout.ArrivalDate = methodInstant, statusInTransit, c.now+instantArrival
	}
	c.emit("payout.created", payout)
	return payout, nil
}

// newPayout books and stores a payout of an amount in minor units. Its event is
// the caller's.
func (a *account) newPayout(amount int64, currency, bankID string) *object.Payout {
	payout := a.Payouts.add(&object.Payout{
		ID: a.newID("po_"), Object: "payout", Amount: amount, ArrivalDate: a.now + payoutArrival, Created: a.now, Currency: currency,
		Destination: object.To(bankID), Livemode: a.Livemode, Method: "standard", ReconciliationStatus: "not_applicable",
		SourceType: "card", Status: statusPending, Type: "bank_account",
	})
	payout.BalanceTransaction = a.book(entry{
		kind: typePayout, currency: currency, source: payout.ID, amount: -amount, description: "STRIPE PAYOUT",
	})
	return payout
}

// bankFor is the bank account with the id, or the default one of a currency.
func (a *account) bankFor(currency, id string) (*object.BankAccount, error) {
	for _, bank := range a.Profile.ExternalAccounts.Data {
		if bank.ID == id || id == "" && bank.Currency == currency && bank.DefaultForCurrency {
			return bank, nil
		}
	}
	if id != "" {
		return nil, invalid("destination", codeMissing, "No such external account: '%s'", id)
	}
	return nil, invalid("", "", "Sorry, you don't have any external accounts in that currency (%s).", currency)
}

// payoutTask is the next thing that happens to a payout by itself.
func (a *account) payoutTask(payout *object.Payout) (task, bool) {
	switch payout.Status {
	case statusPending:
		return task{payout.Created + payoutTransit, func() {
			a.update("payout.updated", payout, func() { payout.Status = statusInTransit })
		}}, true
	case statusInTransit:
		return task{payout.ArrivalDate, func() { a.arrive(payout) }}, true
	}
	return task{}, false
}

// arrive ends a payout: paid, unless the bank account is one of Stripe's that
// fail, which brings the money back and stops further payouts to it.
func (a *account) arrive(payout *object.Payout) {
	code, message := bankFailure(a.BankNumbers[payout.Destination.ID])
	if code == "" || payout.Amount < 0 {
		payout.Status = statusPaid
		a.emit("payout.paid", payout)
		return
	}
	payout.Status, payout.FailureCode, payout.FailureMessage = statusFailed, object.Text(code), object.Text(message)
	payout.FailureBalanceTransaction = a.book(entry{
		kind: typePayoutFailure, currency: payout.Currency, source: payout.ID, amount: payout.Amount, description: "STRIPE PAYOUT FAILURE",
	})
	a.emit("payout.failed", payout)
	for _, bank := range a.Profile.ExternalAccounts.Data {
		if bank.ID == payout.Destination.ID {
			a.update("account.external_account.updated", bank, func() { bank.Status = "errored" })
		}
	}
}

func cancelPayout(c *call, _ struct{}) (any, error) {
	payout, err := c.Payouts.at(c.id)
	if err != nil {
		return nil, err
	}
	if payout.Status != statusPending || payout.OriginalPayout.ID != "" {
		return nil, invalid("", "", "Payouts can only be canceled while they are pending. This payout has a status of %s.", payout.Status)
	}
	payout.Status = statusCanceled
	payout.FailureBalanceTransaction = c.book(entry{
		kind: typePayoutCancel, currency: payout.Currency, source: payout.ID, amount: payout.Amount, description: "STRIPE PAYOUT CANCEL",
	})
	c.emit("payout.canceled", payout)
	return payout, nil
}

type reversePayoutParams struct {
	Metadata form.Metadata `form:"metadata"`
}

// reversePayout debits the bank account again: a payout of the negative amount.
func reversePayout(c *call, p reversePayoutParams) (any, error) {
	payout, err := c.Payouts.at(c.id)
	if err != nil {
		return nil, err
	}
	if payout.Status != statusPaid || payout.ReversedBy.ID != "" || payout.OriginalPayout.ID != "" {
		return nil, invalid("", "", "Payouts can only be reversed once, after they have been paid. This payout has a status of %s.", payout.Status)
	}
	reversal := c.newPayout(-payout.Amount, payout.Currency, payout.Destination.ID)
	reversal.OriginalPayout, reversal.Metadata = object.To(payout.ID), p.Metadata.Apply(nil)
	c.emit("payout.created", reversal)
	c.update("payout.updated", payout, func() { payout.ReversedBy = object.To(reversal.ID) })
	return reversal, nil
}

func retrievePayout(c *call, _ struct{}) (any, error) { return c.Payouts.at(c.id) }

type updatePayoutParams struct {
	Metadata form.Metadata `form:"metadata"`
}

func updatePayout(c *call, p updatePayoutParams) (any, error) {
	payout, err := c.Payouts.at(c.id)
	if err != nil {
		return nil, err
	}
	c.update("payout.updated", payout, func() { payout.Metadata = p.Metadata.Apply(payout.Metadata) })
	return payout, nil
}

type listPayoutsParams struct {
	listParams
	ArrivalDate form.Range `form:"arrival_date"`
	Created     form.Range `form:"created"`
	Destination string     `form:"destination"`
	Status      string     `form:"status" enum:"canceled failed in_transit paid pending"`
}

func listPayouts(c *call, p listPayoutsParams) (any, error) {
	return list(c, &c.Payouts, p.listParams, func(payout *object.Payout) bool {
		return matches(p.Status, payout.Status) && matches(p.Destination, payout.Destination.ID) &&
			p.ArrivalDate.Contains(payout.ArrivalDate) && p.Created.Contains(payout.Created)
	})
}
