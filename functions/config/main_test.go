package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/identity"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// fixture is the function in a world of its own.
type fixture struct {
	*functiontest.World
	handler http.Handler
	stripe  *functiontest.Stripe // takes every key
}

const developer = "developer-1"

func newFixture(t *testing.T) fixture {
	t.Helper()
	w := functiontest.New(t)
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"object": "balance"}`))
	return fixture{w, wired(w.Function, stripe.URL), stripe}
}

// newInstance is another instance of the function on the same account.
func (f fixture) newInstance(t *testing.T) fixture {
	t.Helper()
	return fixture{f.World, wired(f.NewInstance(t), f.stripe.URL), f.stripe}
}

// wired is the function as main wires it.
func wired(f *function.Function, stripe string) http.Handler {
	return handler(f, newServer(f, stripe, "https://hooks.example.com/"))
}

// send makes a request as the developer.
func (f fixture) send(t *testing.T, method, path, body string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: method, Path: path, Token: f.Developer(developer), Body: body})
}

func configPath(project uuid.UUID) string {
	return "/api/v1/payments/stripe/projects/" + project.String() + "/config"
}

// put saves credentials and expects it to work.
func (f fixture) put(t *testing.T, project uuid.UUID, body string) functiontest.Answer {
	t.Helper()
	answer := f.send(t, http.MethodPut, configPath(project), body)
	if answer.Status != http.StatusOK {
		t.Fatalf("PUT: %d %s", answer.Status, answer.Body)
	}
	return answer
}

// credentials are the project's credentials in force in a mode.
func (f fixture) credentials(t *testing.T, s billing.Scope) billing.Credentials {
	t.Helper()
	_, config, err := f.Function.Table.Project(t.Context(), s.Project)
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Function.Vault.Credentials(t.Context(), s, config.Set(s.Mode).Version)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// operations are all routes of the function, with a body each takes.
var operations = map[string]functiontest.Request{
	"create project": {Method: http.MethodPost, Path: "/api/v1/projects/", Body: `{"name": "Harbor Tools"}`},
	"list projects":  {Method: http.MethodGet, Path: "/api/v1/projects/"},
	"get project":    {Method: http.MethodGet, Path: "/api/v1/projects/{project_id}"},
	"update project": {Method: http.MethodPut, Path: "/api/v1/projects/{project_id}", Body: `{"name": "Pier Tools"}`},
	"delete project": {Method: http.MethodDelete, Path: "/api/v1/projects/{project_id}"},
	"create key":     {Method: http.MethodPost, Path: "/api/v1/projects/{project_id}/api-keys", Body: `{"name": "web"}`},
	"list keys":      {Method: http.MethodGet, Path: "/api/v1/projects/{project_id}/api-keys"},
	"revoke key":     {Method: http.MethodDelete, Path: "/api/v1/projects/{project_id}/api-keys/0195a3f0-7d10-7a4e-8c55-2f4be1a9d603"},
	"create own key": {Method: http.MethodPost, Path: "/api/v1/auth/developer-keys", Body: `{"name": "starter kit"}`},
	"list own keys":  {Method: http.MethodGet, Path: "/api/v1/auth/developer-keys"},
	"revoke own key": {Method: http.MethodDelete, Path: "/api/v1/auth/developer-keys/0195a3f0-7d10-7a4e-8c55-2f4be1a9d603"},
	"validate":       {Method: http.MethodPost, Path: "/api/v1/payments/stripe/projects/{project_id}/validate-credentials", Body: `{"secret_key": "sk_test_canary4242"}`},
	"get config":     {Method: http.MethodGet, Path: "/api/v1/payments/stripe/projects/{project_id}/config"},
	"put config":     {Method: http.MethodPut, Path: "/api/v1/payments/stripe/projects/{project_id}/config", Body: `{"test_secret_key": "sk_test_canary4242"}`},
	"delete config":  {Method: http.MethodDelete, Path: "/api/v1/payments/stripe/projects/{project_id}/config"},
	"billing status": {Method: http.MethodGet, Path: "/v1/dashboard/billing/status"},
	"enable billing": {Method: http.MethodPost, Path: "/v1/dashboard/billing/enable", Body: `{"gateway": "managed"}`},
	"disable":        {Method: http.MethodPost, Path: "/v1/dashboard/billing/disable"},
	"connect":        {Method: http.MethodPost, Path: "/v1/dashboard/billing/connect", Body: `{"returnUrl": "https://app.example.com/"}`},
	"deauthorize":    {Method: http.MethodPost, Path: "/v1/dashboard/billing/connect/deauthorize"},
	"webhook URLs":   {Method: http.MethodGet, Path: "/api/v1/payments/stripe/projects/{project_id}/webhook-urls"},
}

// at is an operation on a project.
func at(r functiontest.Request, project string) functiontest.Request {
	r.Path = strings.ReplaceAll(r.Path, "{project_id}", project)
	return r
}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	for name, r := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, "caller")
			f.RefusesTokens(t, f.handler, identity.Developer, at(r, p.ID.String()))
		})
	}
}

func TestProjectsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	for name, r := range operations {
		if !strings.Contains(r.Path, "{project_id}") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			others := f.CreateProject(t, "developer-2")
			f.Configure(t, others.ID, billing.Test, functiontest.Credentials(billing.Test))
			before := f.Stored(t)
			for project, want := range map[string]struct {
				status int
				body   string
			}{
				others.ID.String():                {403, `{"detail": "You do not have permission to access this resource"}`},
				uuid.NewString():                  {404, `{"detail": "Project not found"}`},
				strings.Repeat("0", 8) + "-no-id": {422, `{"detail": [{"loc": ["path", "project_id"], "msg": "Input could not be parsed", "type": "parsing"}]}`},
				"1":                               {422, `{"detail": [{"loc": ["path", "project_id"], "msg": "Input could not be parsed", "type": "parsing"}]}`},
			} {
				sent := at(r, project)
				f.send(t, sent.Method, sent.Path, sent.Body).Is(t, want.status, want.body)
			}
			f.SameAs(t, before)
		})
	}
}

func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.Stored(t)
	f.send(t, http.MethodGet, "/api/v1/nothing", "").Is(t, 404, `{"detail": "Not Found"}`)
	f.SameAs(t, before)
}
