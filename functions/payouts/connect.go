package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// ConnectPayouts answers the URL of Stripe's onboarding.
func (s *server) ConnectPayouts(ctx context.Context, r ConnectPayoutsRequestObject) (ConnectPayoutsResponseObject, error) {
	o, err := s.office(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !o.project.AllowsRedirect(s.redirects, r.Body.ReturnURL) {
		return nil, billing.ErrRedirectNotAllowed.About("return_url")
	}
	if !o.project.AllowsRedirect(s.redirects, r.Body.RefreshURL) {
		return nil, billing.ErrRedirectNotAllowed.About("refresh_url")
	}
	account, err := s.gateway.Payer(ctx, o.scope, o.project, o.config)
	if err != nil {
		return nil, err
	}
	creator, err := s.connected(ctx, o, account)
	if err != nil {
		return nil, err
	}
	url, err := account.OnboardingURL(ctx, creator.Account, r.Body.ReturnURL, r.Body.RefreshURL)
	if err != nil {
		return nil, err
	}
	return ConnectPayouts200JSONResponse{URL: url}, nil
}

// connected is the creator with a Stripe account, which is made if there is
// none. A twin of the request gets the same account from Stripe.
func (s *server) connected(ctx context.Context, o office, account *gateway.Account) (billing.Creator, error) {
	c, err := s.store.Creator(ctx, o.scope, o.creator)
	if err != nil || c.Account != "" {
		return c, err
	}
	if c.Account, err = account.CreateCreatorAccount(ctx, c.ID, c.Former); err != nil {
		return c, err
	}
	err = s.store.ConnectCreator(ctx, o.scope, c)
	if !billing.IsConcurrentChange(err) {
		return c, err
	}
	now, failed := s.store.Creator(ctx, o.scope, o.creator)
	if failed != nil || now.Account == "" {
		return c, err
	}
	return now, nil
}

// GetPayoutStatus answers whether and when the creator is paid.
func (s *server) GetPayoutStatus(ctx context.Context, r GetPayoutStatusRequestObject) (GetPayoutStatusResponseObject, error) {
	o, err := s.office(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	c, err := s.store.Creator(ctx, o.scope, o.creator)
	if err != nil {
		return nil, err
	}
	// Who comes back from onboarding looks here before Stripe's event is in.
	if status := c.Status(); status == billing.CreatorOnboarding || status == billing.CreatorRestricted {
		account, err := s.gateway.Payer(ctx, o.scope, o.project, o.config)
		if err != nil {
			return nil, err
		}
		if err := s.refresh(ctx, o.scope, account, &c); err != nil {
			return nil, err
		}
	}
	return GetPayoutStatus200JSONResponse(statusOf(c)), nil
}

// refresh asks Stripe for the state of a creator's account, and keeps it. If
// somebody else writes meanwhile, theirs is kept.
func (s *server) refresh(ctx context.Context, scope billing.Scope, account *gateway.Account, c *billing.Creator) error {
	news, err := learn(ctx, account, c)
	if err != nil || !news {
		return err
	}
	if err := s.store.SaveCreator(ctx, scope, *c); err != nil && !billing.IsConcurrentChange(err) {
		return err
	}
	return nil
}

// learn asks Stripe for the state of a creator's account. What is known of it was
// told before Stripe is asked, so the answer is never the older of the two.
func learn(ctx context.Context, account *gateway.Account, c *billing.Creator) (news bool, err error) {
	state, asOf, err := account.CreatorAccount(ctx, c.Account)
	if err != nil {
		return false, err
	}
	if asOf.Before(c.AsOf) {
		asOf = c.AsOf
	}
	return c.Told(state, asOf), nil
}

// PutPayoutSettings changes when the creator is paid.
func (s *server) PutPayoutSettings(ctx context.Context, r PutPayoutSettingsRequestObject) (PutPayoutSettingsResponseObject, error) {
	o, err := s.office(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	var c billing.Creator
	err = again(func() error {
		if c, err = s.store.Creator(ctx, o.scope, o.creator); err != nil || c.Frequency == r.Body.Frequency {
			return err
		}
		c.Frequency, c.DueAt = r.Body.Frequency, r.Body.Frequency.Next(s.now())
		return s.store.SaveCreator(ctx, o.scope, c)
	})
	if err != nil {
		return nil, err
	}
	return PutPayoutSettings200JSONResponse(statusOf(c)), nil
}

func statusOf(c billing.Creator) api.PayoutStatus {
	answer := api.PayoutStatus{
		Status:          c.Status(),
		AccountID:       api.Text(c.Account),
		PayoutsEnabled:  c.Status() == billing.CreatorEnabled,
		RequirementsDue: []string{},
		DisabledReason:  api.Text(c.State.DisabledReason),
		Frequency:       c.Frequency,
		NextPayoutAt:    api.Time(c.DueAt),
		MinimumCents:    billing.LeastPayout,
		Currency:        billing.PayoutCurrency,
	}
	answer.RequirementsDue = append(answer.RequirementsDue, c.State.CurrentlyDue...)
	if answer.Frequency == "" {
		answer.Frequency = billing.PayoutsManual
	}
	return answer
}
