package main

import (
	"context"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// GetBillingStatus answers how the tenant's switch stands, and of a project that
// is named, what it sells through.
func (s *server) GetBillingStatus(ctx context.Context, r GetBillingStatusRequestObject) (GetBillingStatusResponseObject, error) {
	sw, err := s.store.Switch(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	answer := statusAnswer(sw)
	if answer.Gateways, err = s.offered(ctx); err != nil {
		return nil, err
	}
	id, err := named(r.Params.ProjectID, r.Params.XProjectID)
	if err != nil || id == uuid.Nil {
		return GetBillingStatus200JSONResponse(answer), err
	}
	_, config, err := s.owned(ctx, id)
	if err != nil {
		return nil, err
	}
	answer.Project = &api.ProjectBilling{
		ID: id, Test: s.modeAnswer(config, sw, billing.Test), Live: s.modeAnswer(config, sw, billing.Live),
	}
	return GetBillingStatus200JSONResponse(answer), nil
}

// offered are the gateways that the deployment has credentials for.
func (s *server) offered(ctx context.Context) ([]api.OfferedGateway, error) {
	lent, err := s.vault.Gateways(ctx)
	if err != nil {
		return nil, err
	}
	offered := []api.OfferedGateway{} // [] and not null
	for _, g := range []billing.Gateway{billing.GatewayManaged, billing.GatewayConnect, billing.GatewayPlatform} {
		test, live := lent.Lends(g, billing.Test), lent.Lends(g, billing.Live)
		if test || live {
			offered = append(offered, api.OfferedGateway{
				Gateway: string(g), Test: test, Live: live, FeePercent: billing.FeePercent(lent.Fee(g)),
			})
		}
	}
	return offered, nil
}

// named is the project that the query or the header names; zero: none.
func named(query, header *uuid.UUID) (uuid.UUID, error) {
	switch {
	case query != nil && header != nil && *query != *header:
		return uuid.Nil, billing.InvalidFields(billing.FieldError{
			Loc: []any{"query", "project_id"}, Msg: "Input contradicts X-Project-ID", Type: "value_error",
		})
	case query != nil:
		return *query, nil
	case header != nil:
		return *header, nil
	}
	return uuid.Nil, nil
}

func (s *server) modeAnswer(c *billing.StripeConfig, sw billing.Switch, m billing.Mode) api.ModeBilling {
	route, err := billing.Sells(c, sw, m, s.now())
	return api.ModeBilling{Enabled: err == nil, Gateway: api.Text(string(route.Gateway))}
}

func statusAnswer(sw billing.Switch) api.BillingStatus {
	answer := api.BillingStatus{
		BillingEnabled: sw.Enabled, BillingEnabledAt: api.Time(sw.EnabledAt), BillingGateway: api.Text(string(sw.Gateway)),
	}
	answer.ConnectedAccounts.Test, answer.ConnectedAccounts.Live = api.Text(sw.Test.ID), api.Text(sw.Live.ID)
	return answer
}

// EnableBilling switches billing on, or over to another gateway.
func (s *server) EnableBilling(ctx context.Context, r EnableBillingRequestObject) (EnableBillingResponseObject, error) {
	gateway := billing.GatewayManaged
	if r.Body != nil {
		gateway = *r.Body.Gateway
	}
	tenant := identity.From(ctx).Tenant
	sw, err := again(func() (billing.Switch, error) { return s.enable(ctx, tenant, gateway) })
	if err != nil {
		return nil, err
	}
	return EnableBilling200JSONResponse(statusAnswer(sw)), nil
}

func (s *server) enable(ctx context.Context, tenant string, gateway billing.Gateway) (billing.Switch, error) {
	sw, err := s.store.Switch(ctx, tenant)
	if err != nil || sw.Enabled && sw.Gateway == gateway && !sw.Closing(s.now()) {
		return sw, err
	}
	on := func(sw *billing.Switch) {
		sw.Enabled, sw.Gateway = true, gateway
		if sw.EnabledAt.IsZero() {
			sw.EnabledAt = s.timestamp()
		}
	}
	if sw.Gateway != "" && sw.Gateway != gateway {
		// Also while billing is off: what was sold before it was may have left
		// something that is not known yet.
		return s.turn(ctx, sw, leaving{gateway: true}, on, s.store.SaveSwitch)
	}
	if sw.Closing(s.now()) {
		return sw, errBeingSwitched
	}
	on(&sw)
	if err := s.store.SaveSwitch(ctx, sw); err != nil {
		return sw, err
	}
	return sw, nil
}

// DisableBilling switches billing off, for all of the tenant's projects.
func (s *server) DisableBilling(ctx context.Context, _ DisableBillingRequestObject) (DisableBillingResponseObject, error) {
	tenant := identity.From(ctx).Tenant
	sw, err := again(func() (billing.Switch, error) {
		sw, err := s.store.Switch(ctx, tenant)
		if err != nil {
			return sw, err
		}
		return s.turn(ctx, sw, leaving{everything: true}, func(sw *billing.Switch) {
			sw.Enabled, sw.DisabledAt = false, s.timestamp()
		}, s.store.SaveSwitch)
	})
	if err != nil {
		return nil, err
	}
	return DisableBilling200JSONResponse(statusAnswer(sw)), nil
}
