package sandbox

import (
	"net/http"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// takeFee gives the platform its fee on a connected account's charge. The
// origin is the platform's own charge, if the money came from there. It is
// called on the platform.
func (a *account) takeFee(member *account, charge *object.Charge, amount int64, origin string) *object.ApplicationFee {
	id := a.newID("fee_")
	fee := a.ApplicationFees.add(&object.ApplicationFee{
		ID: id, Object: "application_fee", Account: object.To(member.id), Amount: amount, Application: a.clientID(), Charge: charge.ID,
		Created: a.now, Currency: charge.Currency, FeeSource: object.FeeSource{Charge: charge.ID, Type: "charge"}, Livemode: a.Livemode,
		OriginatingTransaction: object.To(origin),
		Refunds:                object.NewList[*object.FeeRefund]("/v1/application_fees/"+id+"/refunds", nil),
	})
	fee.BalanceTransaction = a.book(entry{kind: typeApplicationFee, currency: fee.Currency, source: fee.ID, amount: amount})
	a.emit("application_fee.created", fee)
	return fee
}

// returnFee gives back a part of the platform's fee, in minor units. The
// connected account's side of it is the caller's.
func (a *account) returnFee(fee *object.ApplicationFee, amount int64, metadata map[string]string) *object.FeeRefund {
	refund := &object.FeeRefund{
		ID: a.newID("fr_"), Object: "fee_refund", Amount: amount, Created: a.now, Currency: fee.Currency,
		Fee: object.To(fee.ID), Metadata: metadata,
	}
	refund.BalanceTransaction = a.book(entry{kind: typeFeeRefund, currency: fee.Currency, source: refund.ID, amount: -amount})
	a.update("application_fee.refunded", fee, func() {
		fee.AmountRefunded += amount
		fee.Refunded = fee.AmountRefunded == fee.Amount
		fee.Refunds.Data = append([]*object.FeeRefund{refund}, fee.Refunds.Data...) // newest first
	})
	return refund
}

func retrieveApplicationFee(c *call, _ struct{}) (any, error) { return c.ApplicationFees.at(c.id) }

type listFeesParams struct {
	listParams
	Charge  string     `form:"charge"`
	Created form.Range `form:"created"`
}

func listApplicationFees(c *call, p listFeesParams) (any, error) {
	return list(c, &c.ApplicationFees, p.listParams, func(fee *object.ApplicationFee) bool {
		return (matches(p.Charge, fee.Charge) || p.Charge == fee.OriginatingTransaction.ID) && p.Created.Contains(fee.Created)
	})
}

type refundFeeParams struct {
	Amount   *int64        `form:"amount"`
	Metadata form.Metadata `form:"metadata"`
}

// refundApplicationFee moves it from the platform to the connected account.
func refundApplicationFee(c *call, p refundFeeParams) (any, error) {
	fee, err := c.ApplicationFees.at(c.id)
	if err != nil {
		return nil, err
	}
	rest := fee.Amount - fee.AmountRefunded
	if rest == 0 {
		return nil, invalid("", "", "Application fee %s has already been refunded.", fee.ID)
	}
	amount, err := part(p.Amount, rest, fee.Currency, "Refund amount (%s) is greater than unrefunded amount on fee (%s)")
	if err != nil {
		return nil, err
	}
	refund := c.returnFee(fee, amount, p.Metadata.Apply(nil))
	if member := c.member(fee.Account.ID); member != nil {
		member.book(entry{kind: typeAdjustment, currency: fee.Currency, amount: amount, description: "Application fee refund"})
	}
	return refund, nil
}

// part is the amount asked for, in minor units, by default all that is left;
// tooMuch says that, with both amounts, of one that is more.
func part(asked *int64, rest int64, currency, tooMuch string) (int64, error) {
	switch {
	case asked == nil:
		return rest, nil
	case *asked < 1:
		return 0, invalid("amount", codeInvalidInteger, "Invalid positive integer")
	case *asked > rest:
		return 0, invalid("amount", "", tooMuch, formatMoney(*asked, currency), formatMoney(rest, currency))
	}
	return *asked, nil
}

func listFeeRefunds(c *call, p listParams) (any, error) {
	fee, err := c.ApplicationFees.at(c.id)
	if err != nil {
		return nil, err
	}
	return listInOrder(c, p, fee.Refunds.Data)
}

func retrieveFeeRefund(c *call, _ struct{}) (any, error) {
	fee, err := c.ApplicationFees.at(c.id)
	if err != nil {
		return nil, err
	}
	for _, refund := range fee.Refunds.Data {
		if refund.ID == c.part {
			return refund, nil
		}
	}
	return nil, noSuch(http.StatusNotFound, "fee refund", c.part, "id")
}
