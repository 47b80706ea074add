package sandbox

import (
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type createRefundParams struct {
	refundShareParams
	Amount        *int64        `form:"amount"`
	Charge        string        `form:"charge"`
	Metadata      form.Metadata `form:"metadata"`
	PaymentIntent string        `form:"payment_intent"`
	Reason        string        `form:"reason" enum:"duplicate fraudulent requested_by_customer"`
}

func createRefund(c *call, p createRefundParams) (any, error) {
	charge, err := p.charge(c.account)
	if err != nil {
		return nil, err
	}
	rest := charge.AmountCaptured - charge.AmountRefunded
	if rest == 0 {
		return nil, invalid("", "charge_already_refunded", "Charge %s has already been refunded.", charge.ID)
	}
	if c.chargedBack(charge.ID) {
		return nil, invalid("", "charge_disputed", "Charge %s has been charged back; cannot issue a refund.", charge.ID)
	}
	amount := rest
	if p.Amount != nil {
		amount = *p.Amount
	}
	if amount < 1 {
		return nil, invalid("amount", codeInvalidInteger, "Invalid positive integer")
	}
	if amount > rest {
		return nil, invalid("amount", "", "Refund amount (%s) is greater than unrefunded amount on charge (%s)",
			formatMoney(amount, charge.Currency), formatMoney(rest, charge.Currency))
	}
	if err := p.check(charge); err != nil {
		return nil, err
	}
	refund := c.Refunds.add(&object.Refund{
		ID: c.newID("re_"), Object: "refund", Amount: amount, Charge: object.To(charge.ID), Created: c.now, Currency: charge.Currency,
		DestinationDetails: &object.DestinationDetails{Type: "card", Card: object.RefundedCard{Type: "refund"}},
		Metadata:           p.Metadata.Apply(nil), PaymentIntent: charge.PaymentIntent, Reason: object.Text(p.Reason), Status: statusSucceeded,
	})
	c.bookRefund(refund, charge, p.refundShareParams)
	c.update("charge.refunded", charge, func() {
		charge.AmountRefunded += amount
		charge.Refunded = charge.AmountRefunded == charge.AmountCaptured
	})
	return refund, nil
}

// charge is what the parameters ask to refund.
func (p *createRefundParams) charge(a *account) (*object.Charge, error) {
	if p.Charge == "" && p.PaymentIntent == "" {
		return nil, invalid("", form.CodeMissing, "One of the following params should be provided for this request: payment_intent or charge.")
	}
	id, param := p.Charge, "charge"
	if id == "" {
		pi, err := a.PaymentIntents.ref(p.PaymentIntent, "payment_intent")
		if err != nil {
			return nil, err
		}
		if pi.Status != statusSucceeded {
			return nil, invalid("payment_intent", "", "This PaymentIntent (%s) does not have a successful charge to refund.", pi.ID)
		}
		id, param = pi.LatestCharge.ID, "payment_intent"
	}
	charge, err := a.Charges.ref(id, param)
	if err != nil {
		return nil, err
	}
	if !charge.Paid {
		return nil, invalid(param, "", "This charge (%s) has failed and cannot be refunded.", charge.ID)
	}
	return charge, nil
}

// refundsOf are a charge's refunds, newest first.
func (a *account) refundsOf(chargeID string) []*object.Refund {
	var refunds []*object.Refund
	for refund := range a.Refunds.all {
		if refund.Charge.ID == chargeID {
			refunds = append(refunds, refund)
		}
	}
	slices.Reverse(refunds)
	return refunds
}

func retrieveRefund(c *call, _ struct{}) (any, error) { return c.Refunds.at(c.id) }

type listRefundsParams struct {
	listParams
	Charge        string     `form:"charge"`
	Created       form.Range `form:"created"`
	PaymentIntent string     `form:"payment_intent"`
}

func listRefunds(c *call, p listRefundsParams) (any, error) {
	return list(c, &c.Refunds, p.listParams, func(refund *object.Refund) bool {
		return matches(p.Charge, refund.Charge.ID) && matches(p.PaymentIntent, refund.PaymentIntent.ID) &&
			p.Created.Contains(refund.Created)
	})
}
