package main

import (
	"context"
	"strconv"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// errRefundsNotAllowed refuses a refund that only the buyer asks for.
var errRefundsNotAllowed = billing.NewError(billing.PermissionDenied, "refunds_not_allowed",
	"The project does not let end users refund payments: switch end_user_refunds on, or send the project's key pair")

// RefundPayment pays back a one-off payment of the calling user, in whole or in
// part. Its row tells when the caller hears of it.
func (s *server) RefundPayment(ctx context.Context, r RefundPaymentRequestObject) (RefundPaymentResponseObject, error) {
	if err := api.PaymentID(r.PaymentID); err != nil {
		return nil, err
	}
	p, err := s.payer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !p.project.EndUserRefunds && !p.caller.Backed {
		return nil, errRefundsNotAllowed
	}
	row, err := s.bought(ctx, p, r.PaymentID)
	if err != nil {
		return nil, err
	}
	payment, err := p.account.Payment(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	refund := gateway.Refund{Once: refundOnce(r.Params.IdempotencyKey, row)}
	if r.Body != nil {
		refund.Amount, refund.Reason = r.Body.AmountCents, r.Body.Reason
	}
	made, err := p.account.Refund(ctx, payment, refund)
	if err != nil {
		return nil, err
	}
	// The answer to a refund that was made before is of that time.
	charge, err := p.account.ObserveCharge(ctx, payment.LatestCharge.ID)
	if err != nil {
		return nil, err
	}
	if err := s.observer.ObservePayment(ctx, p.scope, charge); err != nil {
		return nil, err
	}
	return RefundPayment200JSONResponse{
		RefundID: made.ID, Status: string(made.Status), AmountCents: made.Amount, RefundedAmountCents: charge.Fact.Payment.Refunded,
	}, nil
}

// bought is the user's one-off payment with an id: the record's, or Stripe's of
// the payment intent.
func (s *server) bought(ctx context.Context, p payer, id string) (billing.Transaction, error) {
	if p.customer == "" {
		return billing.Transaction{}, gateway.ErrNoPayment
	}
	rows, err := s.rows(ctx, p)
	if err != nil {
		return billing.Transaction{}, err
	}
	for _, x := range rows {
		oneOff := x.Subscription == "" && x.ID == x.PaymentIntent
		if oneOff && (x.ID == id || p.scope.RecordID(x.ID).String() == id) {
			return x, nil
		}
	}
	return billing.Transaction{}, gateway.ErrNoPayment
}

// refundOnce names a refund after the caller's Idempotency-Key. Without one it is
// named after what the row knew: asked for by twins, it is one refund.
func refundOnce(key *string, row billing.Transaction) string {
	if key != nil {
		return "key " + *key
	}
	return "revision " + strconv.FormatInt(row.Revision, 10)
}
