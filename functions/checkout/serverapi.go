package main

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
)

// buyer is the calling user, on the way to a purchase in the mode that the
// request names.
func (s *server) buyer(ctx context.Context, testMode *bool, environment *billing.Mode) (*purchase, error) {
	mode, err := api.ModeOf(testMode, environment)
	if err != nil {
		return nil, err
	}
	caller := identity.From(ctx)
	scope := billing.Scope{Project: caller.Project, Mode: mode}
	project, config, err := s.store.Project(ctx, scope.Project)
	if err != nil {
		return nil, err
	}
	o, err := s.sales.Offer(ctx, scope, project, config)
	if err != nil {
		return nil, err
	}
	return &purchase{server: s, Offer: o, caller: caller}, nil
}

// CreatePaymentIntent starts a payment of the calling user.
func (s *server) CreatePaymentIntent(ctx context.Context, r CreatePaymentIntentRequestObject) (CreatePaymentIntentResponseObject, error) {
	p, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	made, err := p.intent(ctx, gateway.Intent{
		Amount: r.Body.Amount, Currency: r.Body.Currency, Description: r.Body.Description, ReceiptEmail: r.Body.ReceiptEmail,
		Once: p.Once(r.Params.IdempotencyKey),
	})
	if err != nil {
		return nil, err
	}
	return CreatePaymentIntent200JSONResponse{ClientSecret: made.ClientSecret, PaymentIntentID: made.ID, Status: string(made.Status)}, nil
}

// CreateServerCheckoutSession starts a purchase of the calling user.
func (s *server) CreateServerCheckoutSession(ctx context.Context, r CreateServerCheckoutSessionRequestObject) (CreateServerCheckoutSessionResponseObject, error) {
	p, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	for name, url := range map[string]string{"success_url": r.Body.SuccessURL, "cancel_url": r.Body.CancelURL} {
		if !p.Project.AllowsRedirect(s.redirects, url) {
			return nil, billing.ErrRedirectNotAllowed.About(name)
		}
	}
	if err := p.choose(ctx, r.Body.Customer, r.Body.CustomerEmail); err != nil {
		return nil, err
	}
	order := gateway.Order{
		Customer: p.checkout.Customer, User: p.caller.Subject, Mode: r.Body.Mode,
		SuccessURL: r.Body.SuccessURL, CancelURL: r.Body.CancelURL,
	}
	if r.Body.Metadata != nil {
		order.Metadata = *r.Body.Metadata
	}
	if r.Body.LineItems != nil {
		order.Items = lineItems(*r.Body.LineItems)
	}
	order.Once = p.Once(r.Params.IdempotencyKey)
	made, err := p.Account.CreateOrder(ctx, order)
	if err != nil {
		return nil, err
	}
	if err := p.sales.Confirm(ctx, p.Offer, made.ID, p.Account.ExpireSession); err != nil {
		return nil, err
	}
	return CreateServerCheckoutSession200JSONResponse{Session: sessionAnswer(made)}, nil
}

// choose settles who the Stripe customer is: the one that is named, which has
// to be the project's, or the user's own.
func (p *purchase) choose(ctx context.Context, id, email *string) error {
	if id != nil {
		found, err := p.Account.Customers(p.Project.Owner).Read(ctx, *id)
		if err == nil {
			p.checkout.Customer = found.ID
		}
		return err
	}
	if email != nil {
		p.caller.Email = *email
	}
	_, err := p.customer(ctx)
	return err
}

func lineItems(sent []api.LineItem) []*stripe.CheckoutSessionLineItemParams {
	var items []*stripe.CheckoutSessionLineItemParams
	for _, line := range sent {
		item := &stripe.CheckoutSessionLineItemParams{Price: line.Price, Quantity: line.Quantity}
		if d := line.PriceData; d != nil {
			item.PriceData = &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: &d.Currency, UnitAmount: &d.UnitAmount, Product: d.Product,
			}
			if d.ProductData != nil {
				item.PriceData.ProductData = &stripe.CheckoutSessionLineItemPriceDataProductDataParams{
					Name: &d.ProductData.Name, Description: d.ProductData.Description,
				}
			}
			if d.Recurring != nil {
				item.PriceData.Recurring = &stripe.CheckoutSessionLineItemPriceDataRecurringParams{
					Interval: &d.Recurring.Interval, IntervalCount: d.Recurring.IntervalCount,
				}
			}
		}
		items = append(items, item)
	}
	return items
}

// GetServerCheckoutSession tells what became of a session of the calling user.
func (s *server) GetServerCheckoutSession(ctx context.Context, r GetServerCheckoutSessionRequestObject) (GetServerCheckoutSessionResponseObject, error) {
	if err := api.SessionID(r.SessionID); err != nil {
		return nil, err
	}
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	caller := identity.From(ctx)
	scope := billing.Scope{Project: caller.Project, Mode: mode}
	project, config, err := s.store.Project(ctx, scope.Project)
	if err != nil {
		return nil, err
	}
	account, err := s.gateway.Account(ctx, scope, project, config)
	if err != nil {
		return nil, err
	}
	found, err := account.ReadSession(ctx, r.SessionID, caller.Subject)
	if err != nil {
		return nil, err
	}
	return GetServerCheckoutSession200JSONResponse{Session: sessionAnswer(found)}, nil
}

func sessionAnswer(s *stripe.CheckoutSession) api.ServerSession {
	answer := api.ServerSession{
		ID: s.ID, Object: s.Object, URL: api.Text(s.URL), Mode: string(s.Mode), Status: string(s.Status),
		PaymentStatus: string(s.PaymentStatus), AmountTotal: s.AmountTotal, Currency: api.Text(string(s.Currency)), Livemode: s.Livemode,
	}
	if s.Customer != nil {
		answer.Customer = &s.Customer.ID
	}
	if s.Subscription != nil {
		answer.Subscription = &s.Subscription.ID
	}
	if s.PaymentIntent != nil {
		answer.PaymentIntent = &s.PaymentIntent.ID
	}
	return answer
}
