package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// catalogAge is how long a catalog may be kept, and by whom. What it depends on
// beside the URL is a header.
const (
	catalogAge  = "public, max-age=60"
	catalogVary = "X-Project-ID"
)

// catalogAnswer is a catalog with the ETag that it is known by.
type catalogAnswer struct {
	body []byte
	etag string
	kept bool // the caller has it
}

// VisitGetPlanCatalogResponse answers the Plans API.
func (a catalogAnswer) VisitGetPlanCatalogResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitListTiersResponse answers the Account API.
func (a catalogAnswer) VisitListTiersResponse(w http.ResponseWriter) error { return a.write(w) }

// write writes the catalog, or that the caller has it.
func (a catalogAnswer) write(w http.ResponseWriter) error {
	w.Header().Set("ETag", a.etag)
	w.Header().Set("Cache-Control", catalogAge)
	w.Header().Set("Vary", catalogVary)
	if a.kept {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(a.body)
	return err
}

// GetPlanCatalog answers the plans that are for sale, to anybody.
func (s *server) GetPlanCatalog(ctx context.Context, r GetPlanCatalogRequestObject) (GetPlanCatalogResponseObject, error) {
	plans, err := s.forSale(ctx, r.Params)
	if err != nil {
		return nil, err
	}
	catalog := api.PlanCatalog{Plans: []api.CatalogPlan{}}
	for _, p := range plans {
		catalog.Plans = append(catalog.Plans, api.CatalogPlanOf(p))
	}
	return answerCatalog(catalog, r.Params.IfNoneMatch)
}

// ListTiers answers the plans that are for sale as tiers, to anybody.
func (s *server) ListTiers(ctx context.Context, r ListTiersRequestObject) (ListTiersResponseObject, error) {
	plans, err := s.forSale(ctx, api.GetPlanCatalogParams(r.Params))
	if err != nil {
		return nil, err
	}
	return answerCatalog(api.TiersOf(plans), r.Params.IfNoneMatch)
}

// answerCatalog answers a catalog to a caller who may have it.
func answerCatalog(catalog any, has *string) (catalogAnswer, error) {
	body, err := json.Marshal(catalog)
	if err != nil {
		return catalogAnswer{}, fmt.Errorf("encode catalog: %w", err)
	}
	sum := sha256.Sum256(body)
	answer := catalogAnswer{body: append(body, '\n'), etag: `"` + hex.EncodeToString(sum[:16]) + `"`}
	answer.kept = has != nil && matches(*has, answer.etag)
	return answer, nil
}

// forSale are the visible plans of the project and mode that the request names,
// in order; none where billing is off.
func (s *server) forSale(ctx context.Context, r api.GetPlanCatalogParams) ([]billing.Plan, error) {
	id, err := s.catalogProject(r.XProjectID, r.ProjectID)
	if err != nil {
		return nil, err
	}
	project, config, err := s.store.Project(ctx, id)
	if err != nil {
		return nil, err
	}
	mode, err := api.ModeOr(r.TestMode, r.Environment, project.DefaultMode)
	if err != nil {
		return nil, err
	}
	sw, err := s.store.Switch(ctx, project.Owner)
	if err != nil {
		return nil, err
	}
	if _, err := billing.Sells(config, sw, mode, s.now()); err != nil {
		return nil, nil //nolint:nilerr // billing is off
	}
	plans, err := s.store.Plans(ctx, billing.Scope{Project: id, Mode: mode})
	plans = slices.DeleteFunc(plans, func(p billing.Plan) bool { return p.Archived || !p.Visible })
	slices.SortFunc(plans, billing.ComparePlans)
	return plans, err
}

// catalogProject is the project that a caller without a token names, by a
// header, in the query, or not at all.
func (s *server) catalogProject(header, query *uuid.UUID) (uuid.UUID, error) {
	switch {
	case header != nil && query != nil && *header != *query:
		return uuid.Nil, billing.NewError(billing.Refused, "invalid_project_id", "project_id contradicts X-Project-ID")
	case header != nil:
		return *header, nil
	case query != nil:
		return *query, nil
	case s.project != uuid.Nil:
		return s.project, nil
	}
	return uuid.Nil, billing.NewError(billing.Refused, "project_required", "Send X-Project-ID or project_id")
}

// matches reports whether an If-None-Match header names an ETag.
func matches(header, etag string) bool {
	for known := range strings.SplitSeq(header, ",") {
		known = strings.TrimPrefix(strings.TrimSpace(known), "W/")
		if known == etag || known == "*" {
			return true
		}
	}
	return false
}
