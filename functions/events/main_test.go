package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const developer = "developer-1"

// fixture is the function, with a Stripe to ask, and a project of the developer
// that receives events in test mode.
type fixture struct {
	*functiontest.World
	handler http.Handler
	intake  *intake.Intake       // as the webhooks function's
	stripe  *functiontest.Stripe // knows no event
	project uuid.UUID
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w := functiontest.New(t)
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusNotFound,
		`{"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such event"}}`))
	project := w.CreateProject(t, developer).ID
	w.Configure(t, project, billing.Test, functiontest.Credentials(billing.Test))
	f := w.Function
	account := gateway.New(f.Table, f.Vault, stripe.URL)
	events := &intake.Intake{
		Events: projector.New(f.Table, account, f.Now), Records: f.Table, Metrics: f.Metrics, Log: f.Log, Now: f.Now,
	}
	return fixture{w, handler(f, stripe.URL), events, stripe, project}
}

func (f fixture) scope() billing.Scope { return billing.Scope{Project: f.project, Mode: billing.Test} }

// send makes a request as the developer; the path is below the project's.
func (f fixture) send(t *testing.T, method, path string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: method, Path: f.path(path), Token: f.Developer(developer)})
}

func (f fixture) path(below string) string {
	return "/api/v1/payments/stripe/projects/" + f.project.String() + below
}

// deliver takes a delivery of Stripe's in.
func (f fixture) deliver(t *testing.T, body []byte) {
	t.Helper()
	if _, err := f.intake.Receive(t.Context(), f.scope(), body); err != nil {
		t.Fatal(err)
	}
}

// Nora's story, as events/README.md tells it.
const (
	noraSubscription = "sub_1Sw0m01X1QbhkHe4Zr9LmTyW"
	noraInvoice      = "in_1SwiPpRW1QbhkHe4Zr9LmTyW"
	noraRenewal      = "in_1SwVzQyq1QbhkHe4Zr9LmTyW"

	evtCreated  = "evt_1SwDzKUK1QbhkHe4Zr9LmTyW"
	evtUpdated  = "evt_1SwHa25u1QbhkHe4Zr9LmTyW"
	evtPaid     = "evt_1Sw4HT4J1QbhkHe4Zr9LmTyW"
	evtPaidToo  = "evt_1SwR4O591QbhkHe4Zr9LmTyW"
	evtCheckout = "evt_1SwU5nin1QbhkHe4Zr9LmTyW"
	evtRefunded = "evt_1SwXU3O51QbhkHe4Zr9LmTyW"
	evtFailed   = "evt_1Sw7lFSM1QbhkHe4Zr9LmTyW"
	evtDeleted  = "evt_1SwHE5vn1QbhkHe4Zr9LmTyW"
)

// tell delivers the whole story, each event a second after it happened.
func (f fixture) tell(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"customer.subscription.created", "customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded",
		"checkout.session.completed", "charge.refunded", "invoice.payment_failed", "customer.subscription.deleted",
	} {
		body := sample(t, name)
		var event struct{ Created int64 }
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		f.Clock.Set(billing.At(event.Created + 1))
		f.deliver(t, body)
	}
}

// sample is a sample event, moved from the year 2026 to that of the clock: what
// is stored must not have expired.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../events/stripe", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		t.Fatal(err)
	}
	moved, err := json.Marshal(move(event))
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

// move adds 74 years to what looks like a time.
func move(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = move(member)
		}
	case []any:
		for i, item := range v {
			v[i] = move(item)
		}
	case float64:
		if v > 1.7e9 && v < 1.9e9 {
			years := time.Date(2100, 2, 3, 0, 0, 0, 0, time.UTC).Unix() - time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC).Unix()
			return int64(v) + years
		}
	}
	return v
}

// operations are all routes of the function.
var operations = map[string]functiontest.Request{
	"list events":  {Method: http.MethodGet, Path: "/events"},
	"replay event": {Method: http.MethodPost, Path: "/events/" + evtPaid + "/replay"},
	"timeline":     {Method: http.MethodGet, Path: "/subscriptions/" + noraSubscription + "/timeline"},
}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	for name, r := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			r.Path = f.path(r.Path)
			f.RefusesTokens(t, f.handler, identity.Developer, r)
		})
	}
}

func TestProjectsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tell(t)
	others := f
	others.project = f.CreateProject(t, "developer-2").ID
	f.Configure(t, others.project, billing.Test, functiontest.Credentials(billing.Test))
	unknown := f
	unknown.project = uuid.New()
	before := f.Stored(t)
	for name, r := range operations {
		others.send(t, r.Method, r.Path).Is(t, 403, `{"detail": "You do not have permission to access this resource"}`)
		unknown.send(t, r.Method, r.Path).Is(t, 404, `{"detail": "Project not found"}`)
		bad := functiontest.Request{Method: r.Method, Path: strings.Replace(f.path(r.Path), f.project.String(), "1", 1), Token: f.Developer(developer)}
		f.Do(t, f.handler, bad).Invalid(t, `["path", "project_id"]`, "parsing")
		contradiction := f.send(t, r.Method, r.Path+"?test_mode=true&environment=live")
		contradiction.Invalid(t, `["query", "environment"]`, "value_error")
		if t.Failed() {
			t.Fatalf("at %s", name)
		}
	}
	f.SameAs(t, before)
	if asked := f.stripe.Requests(); len(asked) != 0 {
		t.Errorf("Stripe was asked: %v", asked)
	}
}
