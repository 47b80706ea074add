package gateway

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// subject is what an event tells of whose it is.
type subject struct {
	Livemode bool `json:"livemode"`
	Data     struct {
		Object struct {
			ID                  string              `json:"id"`
			Object              string              `json:"object"`
			Metadata            map[string]string   `json:"metadata"`
			Customer            reference           `json:"customer"`
			Charge              reference           `json:"charge"`
			SubscriptionDetails subscriptionDetails `json:"subscription_details"` // of an invoice
			Parent              struct {
				SubscriptionDetails subscriptionDetails `json:"subscription_details"` // since 2025-03-31.basil
			} `json:"parent"`
		} `json:"object"`
	} `json:"data"`
}

type subscriptionDetails struct {
	Metadata map[string]string `json:"metadata"`
}

// reference is the id of another object. What is no text, such as an expanded
// object, is none.
type reference string

// UnmarshalJSON reads a text.
func (r *reference) UnmarshalJSON(b []byte) error {
	var id string
	if json.Unmarshal(b, &id) == nil {
		*r = reference(id)
	}
	return nil
}

// named is the project that the event's object names; empty: none.
func (s subject) named() string {
	o := s.Data.Object
	for _, m := range []map[string]string{o.Metadata, o.SubscriptionDetails.Metadata, o.Parent.SubscriptionDetails.Metadata} {
		if id := m[metadataProject]; id != "" {
			return id
		}
	}
	return ""
}

func (s subject) customer() string {
	if s.Data.Object.Object == "customer" {
		return s.Data.Object.ID
	}
	return string(s.Data.Object.Customer)
}

// ScopeOf is whose event it is that comes from an account that projects share;
// the zero Scope: nobody's. Its object names the project, or a customer whose
// project is known, or a charge that tells either. A name alone proves nothing,
// because the owner of a connected account can write any: the project has to be
// served by the account.
func (g *Gateway) ScopeOf(ctx context.Context, from billing.Route, event []byte) (billing.Scope, error) {
	var s subject
	if err := json.Unmarshal(event, &s); err != nil {
		return billing.Scope{}, fmt.Errorf("read whose event it is: %w", err)
	}
	mode := billing.ModeOf(s.Livemode)
	project, err := g.projectOf(ctx, from, mode, s.named(), s.customer())
	if charge := string(s.Data.Object.Charge); err == nil && project == uuid.Nil && s.customer() == "" && charge != "" {
		var named, customer string
		if named, customer, err = g.chargeOwner(ctx, from, mode, charge); err == nil {
			project, err = g.projectOf(ctx, from, mode, named, customer)
		}
	}
	if err != nil || project == uuid.Nil {
		return billing.Scope{}, err
	}
	scope := billing.Scope{Project: project, Mode: mode}
	serves, err := g.serves(ctx, from, scope)
	if err != nil || !serves {
		return billing.Scope{}, err
	}
	return scope, nil
}

// projectOf is the project that is named, or whose customer it is; zero: none.
func (g *Gateway) projectOf(ctx context.Context, from billing.Route, m billing.Mode, named, customer string) (uuid.UUID, error) {
	if id, err := uuid.Parse(named); err == nil {
		return id, nil
	}
	if customer == "" {
		return uuid.Nil, nil
	}
	return g.projects.ProjectOfCustomer(ctx, from, m, customer)
}

// serves reports whether a route leads to the account that serves a scope.
func (g *Gateway) serves(ctx context.Context, r billing.Route, s billing.Scope) (bool, error) {
	p, config, err := g.projects.Project(ctx, s.Project)
	if billing.KindOf(err) == billing.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	route, err := g.Route(ctx, s, p, config)
	if kind := billing.KindOf(err); kind == billing.NotFound || kind == billing.PermissionDenied { // no account serves it
		return false, nil
	}
	return route == r, err
}
