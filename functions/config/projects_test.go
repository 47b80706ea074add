package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
)

const projects = "/api/v1/projects/"

func TestCreateProject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, name, description string }{
		"name only":           {`{"name": "Harbor Tools"}`, `"Harbor Tools"`, `null`},
		"all fields":          {`{"name": "Harbor Tools", "description": "For boats"}`, `"Harbor Tools"`, `"For boats"`},
		"description null":    {`{"name": "Harbor Tools", "description": null}`, `"Harbor Tools"`, `null`},
		"unknown fields":      {`{"name": "Harbor Tools", "id": 7, "owner": "me", "x": {"y": []}}`, `"Harbor Tools"`, `null`},
		"the longest name":    {`{"name": "` + strings.Repeat("é", 255) + `"}`, `"` + strings.Repeat("é", 255) + `"`, `null`},
		"text of any kind":    {`{"name": "\u0000\"<b>\u2028😀"}`, `"\u0000\"<b>\u2028😀"`, `null`},
		"white space around":  {" \n{\"name\": \"A\"}\n ", `"A"`, `null`},
		"the last of a field": {`{"name": "A", "name": "B"}`, `"B"`, `null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			answer := f.send(t, http.MethodPost, projects, c.body)
			var created struct {
				ID uuid.UUID `json:"id"`
			}
			answer.Decode(t, &created)
			want := fmt.Sprintf(`{"id": %q, "name": %s, "description": %s, "is_active": true,
				"redirect_origins": [], "default_mode": "test", "duplicate_subscriptions": "flag", "grace_period_days": 7, "disputed_payments": "keep", "end_user_refunds": false, "marketplace_fee_bps": 1000, "created_at": "2100-02-03T09:14:08Z"}`,
				created.ID, c.name, c.description)
			answer.Is(t, 201, want)
			f.send(t, http.MethodGet, projects+created.ID.String(), "").Is(t, 200, want)
			f.send(t, http.MethodGet, projects, "").Is(t, 200, `{"projects": [`+want+`], "total": 1, "page": 1, "page_size": 50}`)
		})
	}
}

// A clock has nanoseconds, the table milliseconds: what was created must read
// the same ever after.
func TestCreatedAtDoesNotChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Clock.Set(time.Date(2100, 1, 1, 13, 0, 0, 123456789, time.FixedZone("east", 3600)))
	answer := f.send(t, http.MethodPost, projects, `{"name": "A"}`)
	var created api.Project
	answer.Decode(t, &created)
	f.send(t, http.MethodGet, projects+created.ID.String(), "").Is(t, 200, answer.Body)
	if !strings.Contains(answer.Body, `"2100-01-01T12:00:00.123Z"`) {
		t.Errorf("created_at is not in UTC: %s", answer.Body)
	}
	saved := f.put(t, created.ID, `{"test_secret_key": "sk_test_canary4242"}`)
	f.send(t, http.MethodGet, configPath(created.ID), "").Is(t, 200, saved.Body)
	changed := f.put(t, created.ID, `{}`)
	f.send(t, http.MethodGet, configPath(created.ID), "").Is(t, 200, changed.Body)
}

func TestCreateProjectRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, loc, kind string }{
		"no body":              {``, `["body"]`, "missing"},
		"malformed JSON":       {`{"name": "A"`, `["body"]`, "json_invalid"},
		"two values":           {`{"name": "A"} {"name": "B"}`, `["body"]`, "json_invalid"},
		"null":                 {`null`, `["body"]`, "model_attributes_type"},
		"an array":             {`[{"name": "A"}]`, `["body"]`, "model_attributes_type"},
		"a text":               {`"name"`, `["body"]`, "model_attributes_type"},
		"no name":              {`{}`, `["body", "name"]`, "missing"},
		"name null":            {`{"name": null}`, `["body", "name"]`, "string_type"},
		"name a number":        {`{"name": 1}`, `["body", "name"]`, "string_type"},
		"name empty":           {`{"name": ""}`, `["body", "name"]`, "string_too_short"},
		"name too long":        {`{"name": "` + strings.Repeat("a", 256) + `"}`, `["body", "name"]`, "string_too_long"},
		"description a list":   {`{"name": "A", "description": []}`, `["body", "description"]`, "string_type"},
		"description too long": {`{"name": "A", "description": "` + strings.Repeat("a", 1001) + `"}`, `["body", "description"]`, "string_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			before := f.Stored(t)
			f.send(t, http.MethodPost, projects, c.body).Invalid(t, c.loc, c.kind)
			f.SameAs(t, before)
		})
	}
	t.Run("every mistake is named", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.send(t, http.MethodPost, projects, `{"description": 1}`).Is(t, 422, `{"detail": [
			{"loc": ["body", "name"], "msg": "Field required", "type": "missing"},
			{"loc": ["body", "description"], "msg": "Input should be a valid string", "type": "string_type"}
		]}`)
	})
	t.Run("a body over 1 MiB", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		before := f.Stored(t)
		f.send(t, http.MethodPost, projects, `{"name": "`+strings.Repeat("a", 1<<20)+`"}`).
			Is(t, 413, `{"detail": "The body is larger than 1048576 bytes"}`)
		f.SameAs(t, before)
	})
}

func TestListProjects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.send(t, http.MethodGet, projects, "").Is(t, 200, `{"projects": [], "total": 0, "page": 1, "page_size": 50}`)
	for i := range 5 {
		f.Clock.Advance(time.Second)
		f.send(t, http.MethodPost, projects, fmt.Sprintf(`{"name": "%d"}`, i))
	}
	f.CreateProject(t, "developer-2")
	for query, want := range map[string]struct {
		names      []string
		page, size int
	}{
		"":                                   {[]string{"4", "3", "2", "1", "0"}, 1, 50},
		"?page_size=2":                       {[]string{"4", "3"}, 1, 2},
		"?page_size=2&page=2":                {[]string{"2", "1"}, 2, 2},
		"?page_size=2&page=3":                {[]string{"0"}, 3, 2},
		"?page_size=2&page=4":                {nil, 4, 2},
		"?page_size=100&page=92233720368547": {nil, 92233720368547, 100},
		"?unknown=1":                         {[]string{"4", "3", "2", "1", "0"}, 1, 50},
	} {
		answer := f.send(t, http.MethodGet, projects+query, "")
		var got api.ProjectList
		answer.Decode(t, &got)
		var names []string
		for _, p := range got.Projects {
			names = append(names, p.Name)
		}
		if diff := cmp.Diff(want.names, names); diff != "" || got.Total != 5 || got.Page != want.page || got.PageSize != want.size {
			t.Errorf("%s: %s (-want +got):\n%s", query, answer.Body, diff)
		}
		if !strings.Contains(answer.Body, `"projects":[`) {
			t.Errorf("%s: the list is no array: %s", query, answer.Body)
		}
	}
	for query, want := range map[string]struct{ loc, kind string }{
		"?page=0":        {`["query", "page"]`, "greater_than_equal"},
		"?page=-1":       {`["query", "page"]`, "greater_than_equal"},
		"?page=one":      {`["query", "page"]`, "parsing"},
		"?page_size=0":   {`["query", "page_size"]`, "greater_than_equal"},
		"?page_size=101": {`["query", "page_size"]`, "less_than_equal"},
	} {
		f.send(t, http.MethodGet, projects+query, "").Invalid(t, want.loc, want.kind)
	}
}

// Developers of one tenant share its projects; a subject is no tenant of
// another's name.
func TestProjectsBelongToTheTenant(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var created api.Project
	f.Do(t, f.handler, functiontest.Request{
		Method: http.MethodPost, Path: projects, Body: `{"name": "A"}`,
		Token: f.Token(functiontest.Claims{"sub": "dev-a", "tenant_id": "tenant-1"}),
	}).Decode(t, &created)
	for name, c := range map[string]struct {
		claims functiontest.Claims
		status int
	}{
		"a colleague":        {functiontest.Claims{"sub": "dev-b", "tenantId": "tenant-1"}, 200},
		"the same elsewhere": {functiontest.Claims{"sub": "dev-a", "tenant_id": "tenant-2"}, 403},
		"without a tenant":   {functiontest.Claims{"sub": "dev-a"}, 403},
	} {
		answer := f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: projects + created.ID.String(), Token: f.Token(c.claims)})
		if answer.Status != c.status {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
}

func TestFailingTable(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]string{
		"create project": "TransactWriteItems",
		"list projects":  "Query",
		"get project":    "BatchGetItem",
		"update project": "PutItem",
		"put config":     "TransactWriteItems",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			items := f.Items(t)
			r := at(operations[name], p.ID.String())
			f.Intercept(functiontest.Failing(operation, &types.InternalServerError{}))
			f.send(t, r.Method, r.Path, r.Body).Is(t, 500, `{"detail": "Internal server error"}`)
			if diff := cmp.Diff(items, f.Items(t)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
			f.Intercept(nil)
			if answer := f.send(t, r.Method, r.Path, r.Body); answer.Status >= 300 {
				t.Errorf("tried again: %d %s", answer.Status, answer.Body)
			}
		})
	}
}
