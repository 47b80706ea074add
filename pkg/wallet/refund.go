package wallet

import (
	"context"
	"fmt"

	"billhook/pkg/billing"
)

// ErrNoCharge is the error of a marketplace charge that does not exist.
var ErrNoCharge = billing.NewError(billing.NotFound, "charge_not_found", "Charge not found")

var (
	errOverCharge = billing.NewError(billing.Refused, "amount_over_charge", "The amount is larger than what is left of the charge")
	errRefunded   = billing.NewError(billing.Refused, "charge_already_refunded", "The charge has been refunded already")
)

// Refund gives a part of a marketplace charge back, all that is left of it if
// amount is 0. Name names the refund: it is made once; empty: a refund of the
// same part is the same.
func (w *Wallets) Refund(ctx context.Context, s billing.Scope, currency, id string, amount int64, name string) (billing.Posting, error) {
	if name != "" {
		known, err := w.store.Posting(ctx, s, currency, refundID(id, name))
		if err != nil {
			return billing.Posting{}, err
		}
		if known != nil {
			return *known, refundedAs(*known, amount)
		}
	}
	charge, refunded, err := w.store.Charge(ctx, s, currency, id)
	if err != nil {
		return billing.Posting{}, err
	}
	if charge == nil {
		return billing.Posting{}, ErrNoCharge
	}
	left := charge.Charged().Price - refunded
	switch {
	case left == 0:
		return billing.Posting{}, errRefunded
	case amount > left:
		return billing.Posting{}, errOverCharge
	case amount == 0:
		amount = left
	}
	if name == "" {
		name = fmt.Sprint(refunded + amount)
	}
	c := billing.Cause{
		ID: refundID(id, name), At: w.now(), Currency: currency, Description: charge.Description, Reference: id,
	}
	return w.store.RefundCharge(ctx, s, *charge, refunded, amount, billing.RefundOf(c, *charge, refunded, amount))
}

func refundID(charge, name string) string { return charge + "#refund#" + name }

// refundedAs refuses another amount under the name of a refund; 0 is any.
func refundedAs(known billing.Posting, amount int64) error {
	for _, e := range known.Entries {
		if e.Account.Kind == billing.WalletAccount && amount != 0 && e.Amount != amount {
			return billing.ErrAnotherPosting
		}
	}
	return nil
}
