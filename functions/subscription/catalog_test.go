package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const catalogPath = "/v1/billing/plans"

func (h holders) catalog(t *testing.T, query string, headers ...string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: http.MethodGet, Path: catalogPath + query, Header: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.Do(t, h.handler, r)
}

func TestPlanCatalog(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	h.catalog(t, "", "X-Project-ID", h.project.String()).Is(t, 200, `{"plans": [
		{"id": "plan_free", "key": "free", "name": "Free", "description": null, "priceCents": 0, "currency": null, "interval": null,
			"features": [], "prices": [], "trialDays": 0, "isDefault": true},
		{"id": "plan_starter", "key": "starter", "name": "Starter", "description": null, "priceCents": 900, "currency": "usd", "interval": "month",
			"features": [], "prices": [{"interval": "month", "priceCents": 900, "priceId": "price_starter_monthly"}], "trialDays": 0, "isDefault": false},
		{"id": "plan_pro", "key": "pro", "name": "Pro", "description": null, "priceCents": 2900, "currency": "usd", "interval": "month",
			"features": [{"key": "export", "name": "Export", "description": null, "limit": null}], "prices": [
				{"interval": "month", "priceCents": 2900, "priceId": "price_pro_monthly"}, {"interval": "year", "priceCents": 29000, "priceId": "price_pro_yearly"}],
			"trialDays": 14, "isDefault": false}
	]}`)
	h.catalog(t, "?project_id="+h.project.String()+"&environment=live").Is(t, 200, `{"plans": []}`)
	off := h.CreateProject(t, "developer-1").ID
	h.catalog(t, "", "X-Project-ID", off.String()).Is(t, 200, `{"plans": []}`)
}

// Whoever has the catalog is told so until it changes.
func TestPlanCatalogIsKept(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	query := "?project_id=" + h.project.String()
	first := h.catalog(t, query)
	etag := first.Header.Get("ETag")
	if len(etag) < 10 || etag[0] != '"' || first.Header.Get("Cache-Control") != "public, max-age=60" || first.Header.Get("Vary") != "X-Project-ID" {
		t.Errorf("headers %v", first.Header)
	}
	for named, kept := range map[string]bool{
		etag: true, `"another", ` + etag: true, "W/" + etag: true, "*": true, `"another"`: false, "": false, etag[1 : len(etag)-1]: false,
	} {
		answer := h.catalog(t, query, "If-None-Match", named)
		want := functiontest.Answer{Status: 200, Body: first.Body}
		if kept {
			want = functiontest.Answer{Status: 304}
		}
		if diff := cmp.Diff(want, functiontest.Answer{Status: answer.Status, Body: answer.Body}); diff != "" || answer.Header.Get("ETag") != etag {
			t.Errorf("If-None-Match %s (-want +got):\n%s", named, diff)
		}
	}
	next := plans()[0]
	was := next
	was.Revision, next.Name = 1, "Beginner"
	if err := h.Function.Table.SavePlan(t.Context(), h.scope(), was, next); err != nil {
		t.Fatal(err)
	}
	var got api.PlanCatalog
	changed := h.catalog(t, query, "If-None-Match", etag)
	if changed.Decode(t, &got); changed.Status != 200 || changed.Header.Get("ETag") == etag || got.Plans[1].Name != "Beginner" {
		t.Errorf("changed: %d %s", changed.Status, changed.Body)
	}
}

func TestPlanCatalogOfNoProject(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	other := uuid.NewString()
	for name, c := range map[string]struct {
		query, header string
		status        int
		code, says    string
	}{
		"none":          {"", "", 400, "project_required", "Send X-Project-ID or project_id"},
		"unknown":       {"", other, 404, "project_not_found", "Project not found"},
		"two":           {"?project_id=" + other, h.project.String(), 400, "invalid_project_id", "project_id contradicts X-Project-ID"},
		"no id":         {"?project_id=1", "", 400, "invalid_input", "project_id: Input could not be parsed"},
		"contradictory": {"?environment=live&test_mode=true", h.project.String(), 400, "invalid_input", "environment: Input contradicts test_mode"},
	} {
		t.Run(name, func(t *testing.T) {
			var headers []string
			if c.header != "" {
				headers = []string{"X-Project-ID", c.header}
			}
			h.catalog(t, c.query, headers...).Is(t, c.status, functiontest.PlansError(c.status, c.code, c.says))
		})
	}
}

// The deployment's default project is for callers who name none.
func TestPlanCatalogOfTheDefaultProject(t *testing.T) {
	t.Parallel()
	deployment, named := uuid.New(), uuid.New()
	s := &server{project: deployment}
	for name, c := range map[string]struct{ header, query, want *uuid.UUID }{
		"none":      {nil, nil, &deployment},
		"by header": {&named, nil, &named},
		"in query":  {nil, &named, &named},
		"in both":   {&named, &named, &named},
	} {
		if got, err := s.catalogProject(c.header, c.query); got != *c.want || err != nil {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// The project's default mode counts, and plans that cost the same have an order.
func TestPlanCatalogOfTheDefaultMode(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	h.Configure(t, h.project, billing.Live, functiontest.Credentials(billing.Live))
	p, _, err := h.Function.Table.Project(t.Context(), h.project)
	if err != nil {
		t.Fatal(err)
	}
	p.DefaultMode = billing.Live
	if err := h.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	live := billing.Scope{Project: h.project, Mode: billing.Live}
	for i, key := range []string{"c", "a", "b"} {
		plan := billing.Plan{ID: fmt.Sprint("plan_", i), Key: key, Name: key, Visible: true}
		if err := h.Function.Table.SavePlan(t.Context(), live, billing.Plan{}, plan); err != nil {
			t.Fatal(err)
		}
	}
	var got api.PlanCatalog
	h.catalog(t, "?project_id="+h.project.String()).Decode(t, &got)
	var keys []string
	for _, plan := range got.Plans {
		keys = append(keys, plan.Key)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, keys); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
