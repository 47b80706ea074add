package main

import (
	"context"
	"errors"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
)

// errSubscribedToPlan is errAlreadySubscribed where plans are sold.
var errSubscribedToPlan = billing.NewError(billing.Conflict, errAlreadySubscribed.Code, errAlreadySubscribed.Message)

// CreatePlanCheckout starts the purchase of a plan for the calling user.
func (s *server) CreatePlanCheckout(ctx context.Context, r CreatePlanCheckoutRequestObject) (CreatePlanCheckoutResponseObject, error) {
	p, err := s.planBuyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !p.Project.AllowsRedirect(s.redirects, r.Body.SuccessURL) {
		return nil, billing.ErrRedirectNotAllowed.About("successUrl")
	}
	if !p.Project.AllowsRedirect(s.redirects, r.Body.CancelURL) {
		return nil, billing.ErrRedirectNotAllowed.About("cancelUrl")
	}
	sold, err := s.planOffer(ctx, p.Scope, *r.Body)
	if err != nil {
		return nil, err
	}
	session, err := p.buy(ctx, sold, r.Body.SuccessURL, r.Body.CancelURL)
	if err != nil {
		return nil, err
	}
	return CreatePlanCheckout200JSONResponse{URL: session.URL, SessionID: session.ID}, nil
}

// planBuyer is the calling user of the Plans or the Account API, on the way to a
// purchase in the mode that the request names, else the project's default.
func (s *server) planBuyer(ctx context.Context, testMode *bool, environment *billing.Mode) (*purchase, error) {
	caller := identity.From(ctx)
	project, config, err := s.store.Project(ctx, caller.Project)
	if err != nil {
		return nil, err
	}
	mode, err := api.ModeOr(testMode, environment, project.DefaultMode)
	if err != nil {
		return nil, err
	}
	scope := billing.Scope{Project: caller.Project, Mode: mode}
	o, err := s.sales.Offer(ctx, scope, project, config)
	if err != nil {
		return nil, err
	}
	return &purchase{server: s, Offer: o, caller: caller}, nil
}

// planOffer is the plan that the request names, at the price that it asks for.
func (s *server) planOffer(ctx context.Context, scope billing.Scope, body api.PlanCheckoutRequest) (billing.Offer, error) {
	plans, err := s.store.Plans(ctx, scope)
	if err != nil {
		return billing.Offer{}, err
	}
	plan := api.NamedPlan(plans, body.PlanID, body.PlanKey)
	if plan == nil {
		return billing.Offer{}, billing.ErrNoPlan
	}
	price := plan.Offered()
	if body.Interval != nil {
		price = plan.Price(*body.Interval)
	}
	if price == nil {
		return billing.Offer{}, billing.ErrPlanNotSold
	}
	return billing.Offer{Plan: *plan, Price: *price, Quantity: *body.Quantity}, nil
}

// buy starts the purchase of an offer.
func (p *purchase) buy(ctx context.Context, offered billing.Offer, successURL, cancelURL string) (gateway.Session, error) {
	sold, err := p.prices.In(ctx, p.Scope, p.Account, offered)
	if err != nil {
		return gateway.Session{}, err
	}
	p.checkout = planCheckout(p.caller, sold, successURL, cancelURL)
	p.offeredTrial, p.currency = p.checkout.TrialDays > 0, sold.Plan.Currency
	session, err := p.start(ctx)
	if errors.Is(err, errAlreadySubscribed) {
		return gateway.Session{}, errSubscribedToPlan
	}
	return session, err
}

// planCheckout sells an offer. Which plan was bought is decided by the price
// alone; the metadata tells it to whoever reads the subscription at Stripe.
func planCheckout(caller identity.Caller, o billing.Offer, successURL, cancelURL string) gateway.Checkout {
	return gateway.Checkout{
		User:       caller.Subject,
		Price:      o.Price.ID,
		Plan:       o.Plan.Name,
		Quantity:   o.Quantity,
		Recurring:  true,
		TrialDays:  o.Plan.TrialDays,
		SuccessURL: successURL,
		CancelURL:  cancelURL,
		Metadata:   gateway.PlanMetadata(o.Plan),
	}
}
