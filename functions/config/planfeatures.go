package main

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// PutPlanFeature adds a feature to a plan, or replaces it where it stands.
func (s *server) PutPlanFeature(ctx context.Context, r PutPlanFeatureRequestObject) (PutPlanFeatureResponseObject, error) {
	feature := billing.Feature{Name: r.Body.Name, Limit: r.Body.Limit}
	set(&feature.Description, r.Body.Description)
	p, err := s.editFeatures(ctx, r.AppID, r.PlanID, r.Key, r.Params.TestMode, r.Params.Environment, func(features []billing.Feature, at int) ([]billing.Feature, error) {
		feature.Key = r.Key
		if at < 0 {
			return append(features, feature), nil
		}
		features[at] = feature
		return features, nil
	})
	if err != nil {
		return nil, err
	}
	return PutPlanFeature200JSONResponse(planAnswer(p)), nil
}

var errNoFeature = billing.NewError(billing.NotFound, "feature_not_found", "The plan has no such feature")

// DeletePlanFeature removes a feature from a plan.
func (s *server) DeletePlanFeature(ctx context.Context, r DeletePlanFeatureRequestObject) (DeletePlanFeatureResponseObject, error) {
	p, err := s.editFeatures(ctx, r.AppID, r.PlanID, r.Key, r.Params.TestMode, r.Params.Environment, func(features []billing.Feature, at int) ([]billing.Feature, error) {
		if at < 0 {
			return nil, errNoFeature
		}
		return slices.Delete(features, at, at+1), nil
	})
	if err != nil {
		return nil, err
	}
	return DeletePlanFeature200JSONResponse(planAnswer(p)), nil
}

// editFeatures changes a copy of a plan's features; at is where the key stands,
// negative for nowhere.
func (s *server) editFeatures(ctx context.Context, project uuid.UUID, plan, name string, testMode *bool, environment *billing.Mode,
	edit func(features []billing.Feature, at int) ([]billing.Feature, error),
) (billing.Plan, error) {
	if _, err := api.NamedFeature(name); err != nil {
		return billing.Plan{}, err
	}
	return again(func() (billing.Plan, error) {
		b, err := s.book(ctx, project, testMode, environment)
		if err != nil {
			return billing.Plan{}, err
		}
		return s.edited(ctx, b, plan, func(e *edition) error {
			at := slices.IndexFunc(e.was.Features, func(f billing.Feature) bool { return f.Key == name })
			e.next.Features, err = edit(slices.Clone(e.was.Features), at)
			return err
		})
	})
}
