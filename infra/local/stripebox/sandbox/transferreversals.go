package sandbox

import (
	"net/http"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// reverse takes back an amount of a transfer, in minor units. The source is the
// refund of a destination charge that caused it, if one did.
func (a *account) reverse(t *object.Transfer, amount int64, metadata map[string]string, source string) *object.TransferReversal {
	reversal := &object.TransferReversal{
		ID: a.newID("trr_"), Object: "transfer_reversal", Amount: amount, Created: a.now, Currency: t.Currency, Metadata: metadata,
		SourceRefund: object.To(source), Transfer: object.To(t.ID),
	}
	if member := a.member(t.Destination.ID); member != nil {
		reversal.DestinationPaymentRefund = object.Text(member.giveBack(t, amount, reversal.ID))
	}
	reversal.BalanceTransaction = a.book(entry{kind: typeTransferRefund, currency: t.Currency, source: reversal.ID, amount: amount})
	a.update("transfer.reversed", t, func() {
		t.AmountReversed += amount
		t.Reversed = t.AmountReversed == t.Amount
		t.Reversals.Data = append([]*object.TransferReversal{reversal}, t.Reversals.Data...) // newest first
	})
	return reversal
}

// giveBack refunds the payment that a transfer was for the connected account.
func (a *account) giveBack(t *object.Transfer, amount int64, reversalID string) string {
	payment := a.Charges.get(t.DestinationPayment)
	refund := a.Refunds.add(&object.Refund{
		ID: a.newID("pyr_"), Object: "refund", Amount: amount, Charge: object.To(payment.ID), Created: a.now, Currency: t.Currency,
		SourceTransferReversal: object.To(reversalID), Status: statusSucceeded,
	})
	refund.BalanceTransaction = a.book(entry{kind: typePaymentRefund, currency: t.Currency, source: refund.ID, amount: -amount})
	a.update("charge.refunded", payment, func() {
		payment.AmountRefunded += amount
		payment.Refunded = payment.AmountRefunded == payment.AmountCaptured
	})
	return refund.ID
}

type createReversalParams struct {
	Amount               *int64        `form:"amount"`
	Description          string        `form:"description"`
	Metadata             form.Metadata `form:"metadata"`
	RefundApplicationFee bool          `form:"refund_application_fee"`
}

func createReversal(c *call, p createReversalParams) (any, error) {
	transfer, err := c.Transfers.at(c.id)
	if err != nil {
		return nil, err
	}
	rest := transfer.Amount - transfer.AmountReversed
	if rest == 0 {
		return nil, invalid("", "", "Transfer %s is already fully reversed.", transfer.ID)
	}
	amount, err := part(p.Amount, rest, transfer.Currency, "Reversal amount (%s) is greater than unreversed amount on transfer (%s)")
	if err != nil {
		return nil, err
	}
	fee := c.feeOfTransfer(transfer)
	if p.RefundApplicationFee && fee == nil {
		return nil, invalid("refund_application_fee", "", "Attempting to refund_application_fee on transfer %s, but it has no application fee.", transfer.ID)
	}
	back := feeShare(fee, p.RefundApplicationFee, amount, transfer.Amount)
	if member := c.member(transfer.Destination.ID); member == nil || member.available(transfer.Currency)+back < amount {
		return nil, insufficient("The destination account has insufficient available funds for this reversal.")
	}
	c.returnShare(fee, back)
	return c.reverse(transfer, amount, p.Metadata.Apply(nil), ""), nil
}

// feeOfTransfer is the application fee on a destination charge's transfer.
func (a *account) feeOfTransfer(t *object.Transfer) *object.ApplicationFee {
	for fee := range a.ApplicationFees.all {
		if fee.Charge == t.DestinationPayment {
			return fee
		}
	}
	return nil
}

// feeShare is how much of a fee goes back with a part of what it was taken
// from; 0 without a fee, or when it is not wanted.
func feeShare(fee *object.ApplicationFee, wanted bool, part, whole int64) int64 {
	if fee == nil || !wanted {
		return 0
	}
	return min(fee.Amount*part/whole, fee.Amount-fee.AmountRefunded)
}

// returnShare moves a part of a platform's fee back to the connected account.
func (a *account) returnShare(fee *object.ApplicationFee, amount int64) {
	if amount == 0 {
		return
	}
	a.platform.returnFee(fee, amount, nil)
	if member := a.member(fee.Account.ID); member != nil {
		member.book(entry{kind: typeAdjustment, currency: fee.Currency, amount: amount, description: "Application fee refund"})
	}
}

func listReversals(c *call, p listParams) (any, error) {
	transfer, err := c.Transfers.at(c.id)
	if err != nil {
		return nil, err
	}
	return listInOrder(c, p, transfer.Reversals.Data)
}

func retrieveReversal(c *call, _ struct{}) (any, error) {
	transfer, err := c.Transfers.at(c.id)
	if err != nil {
		return nil, err
	}
	for _, reversal := range transfer.Reversals.Data {
		if reversal.ID == c.part {
			return reversal, nil
		}
	}
	return nil, noSuch(http.StatusNotFound, "transfer reversal", c.part, "id")
}
