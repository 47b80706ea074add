package main

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// book are the plans of a project in one mode, as they were read.
type book struct {
	scope   billing.Scope
	project billing.Project
	config  *billing.StripeConfig
	plans   []billing.Plan
}

// book opens the plans of a project that the caller owns, in the mode that the
// request names, else the project's default.
func (s *server) book(ctx context.Context, project uuid.UUID, testMode *bool, environment *billing.Mode) (book, error) {
	p, config, err := s.owned(ctx, project)
	if err != nil {
		return book{}, err
	}
	mode, err := api.ModeOr(testMode, environment, p.DefaultMode)
	if err != nil {
		return book{}, err
	}
	b := book{scope: billing.Scope{Project: project, Mode: mode}, project: p, config: config}
	b.plans, err = s.store.Plans(ctx, b.scope)
	return b, err
}

// plan is one of the book's.
func (b book) plan(id string) (billing.Plan, error) {
	if found := billing.PlanNamed(b.plans, id, ""); found != nil && id != "" {
		return *found, nil
	}
	return billing.Plan{}, billing.ErrNoPlan
}

// ListPlans answers the plans of a project.
func (s *server) ListPlans(ctx context.Context, r ListPlansRequestObject) (ListPlansResponseObject, error) {
	b, err := s.book(ctx, r.AppID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(b.plans, billing.ComparePlans)
	answer := ListPlans200JSONResponse{Plans: []api.DeveloperPlan{}}
	for _, p := range b.plans {
		answer.Plans = append(answer.Plans, planAnswer(p))
	}
	return answer, nil
}

// GetPlan answers one plan.
func (s *server) GetPlan(ctx context.Context, r GetPlanRequestObject) (GetPlanResponseObject, error) {
	b, err := s.book(ctx, r.AppID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	p, err := b.plan(r.PlanID)
	if err != nil {
		return nil, err
	}
	return GetPlan200JSONResponse(planAnswer(p)), nil
}

// keyedPlans is the UUIDv5 namespace of plans.
var keyedPlans = uuid.MustParse("4c0a86de-6f1b-4d2c-9f57-a3e81b0d5c92")

// planID follows from the plan's key: a request that is repeated after it got
// halfway finds at Stripe what it made there.
func planID(s billing.Scope, name string) string {
	id := uuid.NewSHA1(keyedPlans, []byte(s.String()+"#"+name))
	return "plan_" + hex.EncodeToString(id[:])
}

// CreatePlan creates a plan and, at Stripe, the prices that are given as
// amounts.
func (s *server) CreatePlan(ctx context.Context, r CreatePlanRequestObject) (CreatePlanResponseObject, error) {
	b, err := s.book(ctx, r.AppID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if billing.PlanNamed(b.plans, "", r.Body.Key) != nil {
		return nil, billing.ErrPlanKeyTaken
	}
	was := billing.Plan{}
	next := billing.Plan{ID: planID(b.scope, r.Body.Key), Key: r.Body.Key, Name: r.Body.Name, CreatedAt: s.timestamp()}
	e := &edition{server: s, book: b, was: was, next: next}
	err = e.edit(ctx, api.UpdatePlanRequest{
		Description: r.Body.Description, Currency: r.Body.Currency,
		PriceMonthlyCents: r.Body.PriceMonthlyCents, PriceYearlyCents: r.Body.PriceYearlyCents,
		StripePriceMonthlyID: r.Body.StripePriceMonthlyID, StripePriceYearlyID: r.Body.StripePriceYearlyID,
		TrialDays: r.Body.TrialDays, IsDefault: r.Body.IsDefault, SortOrder: r.Body.SortOrder,
		Visible: r.Body.Visible, Features: r.Body.Features,
	})
	if err != nil {
		return nil, err
	}
	if err := e.save(ctx); err != nil {
		return nil, err
	}
	return CreatePlan201JSONResponse(planAnswer(e.next)), nil
}

// UpdatePlan changes what was sent of a plan.
func (s *server) UpdatePlan(ctx context.Context, r UpdatePlanRequestObject) (UpdatePlanResponseObject, error) {
	p, err := again(func() (billing.Plan, error) {
		b, err := s.book(ctx, r.AppID, r.Params.TestMode, r.Params.Environment)
		if err != nil {
			return billing.Plan{}, err
		}
		return s.edited(ctx, b, r.PlanID, func(e *edition) error { return e.edit(ctx, *r.Body) })
	})
	if err != nil {
		return nil, err
	}
	return UpdatePlan200JSONResponse(planAnswer(p)), nil
}

// DeletePlan archives a plan. One that never had a price, which nobody can have
// bought, is removed: a price that it gets at the same time makes it another
// revision, which is then archived.
func (s *server) DeletePlan(ctx context.Context, r DeletePlanRequestObject) (DeletePlanResponseObject, error) {
	_, err := again(func() (billing.Plan, error) {
		b, err := s.book(ctx, r.AppID, r.Params.TestMode, r.Params.Environment)
		if err != nil {
			return billing.Plan{}, err
		}
		p, err := b.plan(r.PlanID)
		if err == nil && !p.EverSold() {
			return p, s.store.DeletePlan(ctx, b.scope, p)
		}
		archived := true
		return s.edited(ctx, b, r.PlanID, func(e *edition) error { return e.edit(ctx, api.UpdatePlanRequest{Archived: &archived}) })
	})
	if err != nil {
		return nil, err
	}
	return DeletePlan204Response{}, nil
}

func planAnswer(p billing.Plan) api.DeveloperPlan {
	answer := api.DeveloperPlan{
		ID:              p.ID,
		Key:             p.Key,
		Name:            p.Name,
		Description:     api.Text(p.Description),
		Currency:        api.Text(p.Currency),
		StripeProductID: api.Text(p.Product),
		TrialDays:       p.TrialDays,
		IsDefault:       p.Default,
		SortOrder:       int64(p.SortOrder),
		Visible:         p.Visible,
		Archived:        p.Archived,
		Features:        api.FeaturesOf(p.Features),
		CreatedAt:       p.CreatedAt,
		UpdatedAt:       api.Time(p.UpdatedAt),
	}
	if p.Monthly != nil {
		answer.PriceMonthlyCents, answer.StripePriceMonthlyID = &p.Monthly.Amount, &p.Monthly.ID
	}
	if p.Yearly != nil {
		answer.PriceYearlyCents, answer.StripePriceYearlyID = &p.Yearly.Amount, &p.Yearly.ID
	}
	return answer
}
