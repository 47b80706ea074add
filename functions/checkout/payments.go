package main

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
)

// payer is the calling user of the Plans API with what was bought before, also
// where nothing is sold any more.
type payer struct {
	caller   identity.Caller
	scope    billing.Scope
	project  billing.Project
	account  *gateway.Account
	customer string // Stripe's id, in the account; empty for a user who has bought nothing there
}

// payer is read in the mode that the request names, else in the project's
// default.
func (s *server) payer(ctx context.Context, testMode *bool, environment *billing.Mode) (payer, error) {
	p := payer{caller: identity.From(ctx)}
	var config *billing.StripeConfig
	var err error
	if p.project, config, err = s.store.Project(ctx, p.caller.Project); err != nil {
		return p, err
	}
	mode, err := api.ModeOr(testMode, environment, p.project.DefaultMode)
	if err != nil {
		return p, err
	}
	p.scope = billing.Scope{Project: p.caller.Project, Mode: mode}
	if p.account, err = s.gateway.Account(ctx, p.scope, p.project, config); err != nil {
		return p, err
	}
	link, err := s.store.Link(ctx, p.scope, p.caller.Subject)
	if link.KnownOn(p.account.Route()) {
		p.customer = link.Customer
	}
	return p, err
}

// ListPayments answers a page of the calling user's one-off payments. Stripe has
// more of them than the rows: fees, metadata and what a payment waits for.
func (s *server) ListPayments(ctx context.Context, r ListPaymentsRequestObject) (ListPaymentsResponseObject, error) {
	limit, err := api.QueryLimit(r.Params.Limit, 20)
	if err != nil {
		return nil, err
	}
	after, err := api.PaymentCursor(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	p, err := s.payer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	answer := ListPayments200JSONResponse{Items: []api.OneOffPayment{}}
	if p.customer == "" {
		return answer, nil
	}
	rows, err := s.rows(ctx, p)
	if err != nil {
		return nil, err
	}
	page, err := p.account.Payments(ctx, p.customer, limit, after)
	if err != nil {
		return nil, err
	}
	for _, payment := range page.Payments {
		answer.Items = append(answer.Items, p.shows(payment, rows[payment.ID]))
	}
	answer.NextCursor = api.NextPage(page.Next)
	return answer, nil
}

// rows are the user's payments as events told of them, by Stripe's ids.
func (s *server) rows(ctx context.Context, p payer) (map[string]billing.Transaction, error) {
	transactions, err := s.store.Transactions(ctx, p.scope, p.customer)
	rows := make(map[string]billing.Transaction, len(transactions))
	for _, x := range transactions {
		rows[x.ID] = x
	}
	return rows, err
}

// shows is a payment as Stripe tells it, beside its row; the zero row where no
// event has told of it.
func (p payer) shows(payment gateway.Payment, row billing.Transaction) api.OneOffPayment {
	answer := api.OneOffPayment{
		ID:                    p.scope.RecordID(payment.ID),
		EnvironmentID:         p.scope.Mode,
		StripeAccountID:       p.account.Route().Account,
		StripePaymentIntentID: payment.ID,
		AmountCents:           payment.Amount,
		ApplicationFeeCents:   payment.ApplicationFeeAmount,
		Currency:              string(payment.Currency),
		CustomerEmail:         api.Text(payment.ReceiptEmail),
		Description:           api.Text(payment.Description),
		Status:                statusOf(payment, row),
		FeeBpsApplied:         payment.FeeBasisPoints(),
		Metadata:              payment.Metadata(),
		CreatedAt:             billing.At(payment.Created),
	}
	answer.UpdatedAt = answer.CreatedAt
	later := func(at time.Time) {
		if at.After(answer.UpdatedAt) {
			answer.UpdatedAt = at
		}
	}
	later(row.LastEvent.Created)
	if charge := payment.LatestCharge; charge != nil {
		later(billing.At(charge.Created))
		answer.StripeChargeID = &charge.ID
		answer.RefundedAmountCents = charge.AmountRefunded
		if fee := charge.ApplicationFee; fee != nil {
			answer.RefundedFeeCents = fee.AmountRefunded
		}
	}
	return answer
}

// The statuses beyond Stripe's own of a payment intent.
const (
	statusRefunded          = "refunded"
	statusPartiallyRefunded = "partially_refunded"
	statusDisputed          = "disputed"
)

// statusOf is Stripe's status of a payment that has not succeeded, and of one
// that has, where its money is. A dispute that was won counts no more, which
// Stripe's charge does not tell, but the row.
func statusOf(payment gateway.Payment, row billing.Transaction) string {
	charge := payment.LatestCharge
	if payment.Status != stripe.PaymentIntentStatusSucceeded || charge == nil {
		return string(payment.Status)
	}
	dispute := row.Dispute.Status
	switch {
	case charge.Refunded:
		return statusRefunded
	case charge.Disputed && dispute != billing.DisputeWon && dispute != billing.DisputeWarningClosed:
		return statusDisputed
	case charge.AmountRefunded > 0:
		return statusPartiallyRefunded
	}
	return string(payment.Status)
}
