package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func TestCreateProjectWithSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var created api.Project
	answer := f.send(t, http.MethodPost, projects, `{"name": "A", "default_mode": "live", "duplicate_subscriptions": "cancel_newest", "marketplace_fee_bps": 0,
		"grace_period_days": 60, "disputed_payments": "suspend", "end_user_refunds": true, "redirect_origins": ["https://App.example.com:443", "https://*.example.com", "http://localhost:3000"]}`)
	answer.Decode(t, &created)
	want := fmt.Sprintf(`{"id": %q, "name": "A", "description": null, "is_active": true, "default_mode": "live", "duplicate_subscriptions": "cancel_newest", "marketplace_fee_bps": 0,
		"grace_period_days": 60, "disputed_payments": "suspend", "end_user_refunds": true, "redirect_origins": ["https://app.example.com", "https://*.example.com", "http://localhost:3000"],
		"created_at": "2100-02-03T09:14:08Z"}`, created.ID)
	answer.Is(t, 201, want)
	f.send(t, http.MethodGet, projects+created.ID.String(), "").Is(t, 200, want)
}

// Only what is sent changes: each case says what a PUT makes of the same
// project.
func TestUpdateProject(t *testing.T) {
	t.Parallel()
	settings := func(name, description, origins, mode, duplicates, access string) string {
		return fmt.Sprintf(`"name": %s, "description": %s, "redirect_origins": %s, "default_mode": %s, "duplicate_subscriptions": %s, %s, "marketplace_fee_bps": 250`,
			name, description, origins, mode, duplicates, access)
	}
	const name, description, origins, mode, duplicates = `"A"`, `"For boats"`, `["https://a.example"]`, `"live"`, `"cancel_newest"`
	const access, others = `"grace_period_days": 14, "disputed_payments": "suspend", "end_user_refunds": true`, `"grace_period_days": 0, "disputed_payments": "keep", "end_user_refunds": false`
	for title, c := range map[string]struct{ body, want string }{
		"nothing":             {`{}`, settings(name, description, origins, mode, duplicates, access)},
		"nulls":               {`{"name": null, "redirect_origins": null, "default_mode": null, "duplicate_subscriptions": null, "grace_period_days": null, "disputed_payments": null, "end_user_refunds": null}`, settings(name, description, origins, mode, duplicates, access)},
		"unknown fields":      {`{"id": 7, "is_active": false, "owner": "me"}`, settings(name, description, origins, mode, duplicates, access)},
		"the name":            {`{"name": "B"}`, settings(`"B"`, description, origins, mode, duplicates, access)},
		"the description":     {`{"description": "For piers"}`, settings(name, `"For piers"`, origins, mode, duplicates, access)},
		"a description, null": {`{"description": null}`, settings(name, `null`, origins, mode, duplicates, access)},
		"an empty one":        {`{"description": ""}`, settings(name, `null`, origins, mode, duplicates, access)},
		"the origins":         {`{"redirect_origins": ["https://*.b.example"]}`, settings(name, description, `["https://*.b.example"]`, mode, duplicates, access)},
		"no origins":          {`{"redirect_origins": []}`, settings(name, description, `[]`, mode, duplicates, access)},
		"the mode":            {`{"default_mode": "test"}`, settings(name, description, origins, `"test"`, duplicates, access)},
		"the duplicates":      {`{"duplicate_subscriptions": "flag"}`, settings(name, description, origins, mode, `"flag"`, access)},
		"the access":          {`{` + others + `}`, settings(name, description, origins, mode, duplicates, others)},
		"everything":          {`{` + settings(`"B"`, `"b"`, `[]`, `"test"`, `"flag"`, others) + `}`, settings(`"B"`, `"b"`, `[]`, `"test"`, `"flag"`, others)},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			var created api.Project
			f.send(t, http.MethodPost, projects, `{`+settings(name, description, origins, mode, duplicates, access)+`}`).Decode(t, &created)
			f.Clock.Advance(time.Hour)
			want := fmt.Sprintf(`{"id": %q, "is_active": true, "created_at": "2100-02-03T09:14:08Z", %s}`, created.ID, c.want)
			f.send(t, http.MethodPut, projects+created.ID.String(), c.body).Is(t, 200, want)
			f.send(t, http.MethodGet, projects+created.ID.String(), "").Is(t, 200, want)
			f.send(t, http.MethodGet, projects, "").Is(t, 200, `{"projects": [`+want+`], "total": 1, "page": 1, "page_size": 50}`)
		})
	}
}

func TestUpdateProjectRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, loc, kind string }{
		"no body":          {``, `["body"]`, "missing"},
		"name empty":       {`{"name": ""}`, `["body", "name"]`, "string_too_short"},
		"a bad origin":     {`{"redirect_origins": ["https://a.example", "http://a.example"]}`, `["body", "redirect_origins", 1]`, "value_error"},
		"an unknown mode":  {`{"default_mode": "prod"}`, `["body", "default_mode"]`, "enum"},
		"a long grace":     {`{"grace_period_days": 61}`, `["body", "grace_period_days"]`, "value_error"},
		"less than none":   {`{"grace_period_days": -1}`, `["body", "grace_period_days"]`, "value_error"},
		"grace in words":   {`{"grace_period_days": "7"}`, `["body", "grace_period_days"]`, "int_type"},
		"refunds in words": {`{"end_user_refunds": "yes"}`, `["body", "end_user_refunds"]`, "bool_type"},
		"an odd policy":    {`{"disputed_payments": "refund"}`, `["body", "disputed_payments"]`, "enum"},
		"a fee too high":   {`{"marketplace_fee_bps": 10001}`, `["body", "marketplace_fee_bps"]`, "value_error"},
		"another word":     {`{"duplicate_subscriptions": "refund"}`, `["body", "duplicate_subscriptions"]`, "enum"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			before := f.Stored(t)
			f.send(t, http.MethodPut, projects+p.ID.String(), c.body).Invalid(t, c.loc, c.kind)
			f.SameAs(t, before)
		})
	}
}

// changing saves the project before each of the product's first n writes of
// an operation, as somebody else would.
func (f fixture) changing(t *testing.T, operation string, project uuid.UUID, n int) {
	t.Helper()
	f.Intercept(func(ctx context.Context, called string, input any, next functiontest.Next) (any, error) {
		if called == operation && n > 0 {
			n--
			f.Intercept(nil)
			p, _, err := f.Function.Table.Project(ctx, project)
			if err != nil {
				return nil, err
			}
			p.Description = "changed by somebody else"
			if err := f.Function.Table.SaveProject(ctx, p); err != nil {
				return nil, err
			}
			f.changing(t, operation, project, n)
		}
		return next(ctx, input)
	})
}

func TestProjectsThatChangeMeanwhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request   string
		operation string
		body      string
		times     int
		status    int
	}{
		"an update, twice":       {http.MethodPut, "PutItem", `{"name": "B"}`, 2, 200},
		"an update, every time":  {http.MethodPut, "PutItem", `{"name": "B"}`, 3, 409},
		"a deletion, twice":      {http.MethodDelete, "TransactWriteItems", ``, 2, 204},
		"a deletion, every time": {http.MethodDelete, "TransactWriteItems", ``, 3, 409},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			f.changing(t, c.operation, p.ID, c.times)
			answer := f.send(t, c.request, projects+p.ID.String(), c.body)
			f.Intercept(nil)
			switch c.status {
			case 409:
				answer.Is(t, 409, `{"detail": "The project was changed at the same time; try again"}`)
			case 204:
				answer.Is(t, 204, "")
			default:
				var got api.Project
				answer.Decode(t, &got)
				if answer.Status != c.status || got.Name != "B" || *got.Description != "changed by somebody else" {
					t.Errorf("a change was lost: %d %s", answer.Status, answer.Body)
				}
			}
		})
	}
}

func TestDeleteProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	f.put(t, p.ID, testKeys)
	key := f.send(t, http.MethodPost, projects+p.ID.String()+"/api-keys", `{}`)
	if key.Status != 201 {
		t.Fatalf("%d %s", key.Status, key.Body)
	}
	f.send(t, http.MethodDelete, projects+p.ID.String(), "").Is(t, 204, "")

	before := f.Stored(t)
	for name, r := range operations {
		if strings.Contains(r.Path, "{project_id}") {
			r = at(r, p.ID.String())
			if answer := f.send(t, r.Method, r.Path, r.Body); answer.Status != 404 || answer.Body != `{"detail":"Project not found"}`+"\n" {
				t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
			}
		}
	}
	f.send(t, http.MethodGet, projects, "").Is(t, 200, `{"projects": [], "total": 0, "page": 1, "page_size": 50}`)
	others := f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: projects + p.ID.String(), Token: f.Developer("developer-2")})
	others.Is(t, 404, `{"detail": "Project not found"}`)
	f.SameAs(t, before)
	item := before.Items["PROJECT#"+p.ID.String()+" PROJECT"]
	if item["name"] != p.Name || item["deleted_at"] == nil {
		t.Errorf("the project was not kept: %v", item)
	}
}

// count puts a tally into the project's counters, as events would.
func (f fixture) count(t *testing.T, s billing.Scope, event string, tally billing.Tally) {
	t.Helper()
	err := f.Function.Table.Commit(t.Context(), s, billing.Changes{
		Event: billing.EventRecord{ID: event, Type: "customer.subscription.updated", Outcome: billing.Applied, Created: f.Clock.Now(), ReceivedAt: f.Clock.Now()},
		Tally: tally,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLiveSubscriptionsKeepTheirProject(t *testing.T) {
	t.Parallel()
	for status, kept := range map[string]bool{
		"active": true, "trialing": true, "past_due": true, "unpaid": true, "paused": true, "incomplete": true,
		"canceled": false, "incomplete_expired": false,
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			f.count(t, billing.Scope{Project: p.ID, Mode: billing.Test}, "evt_test", billing.Tally{"subscriptions.active": 1})
			f.count(t, billing.Scope{Project: p.ID, Mode: billing.Live}, "evt_live", billing.Tally{"subscriptions." + status: 1})
			before := f.Items(t)
			answer := f.send(t, http.MethodDelete, projects+p.ID.String(), "")
			if !kept {
				answer.Is(t, 204, "")
				return
			}
			answer.Is(t, 409, `{"detail": "The project has live subscriptions that have not ended: cancel them first"}`)
			if diff := cmp.Diff(before, f.Items(t)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
		})
	}
}
