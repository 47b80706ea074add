package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
	"billhook/pkg/stripeevent"
	"billhook/pkg/wallet"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const user = "user-1"

// fixture is the function, with the Stripe sandbox and a project that has
// credentials for test mode.
type fixture struct {
	*functiontest.World
	handler   http.Handler
	sandbox   *functiontest.Sandbox
	project   billing.Project
	projector *projector.Projector
	wallets   *wallet.Wallets // as the schedule has them
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w, sandbox := functiontest.New(t), functiontest.NewSandbox(t)
	project := w.CreateProject(t, "developer-1")
	w.Configure(t, project.ID, billing.Test, functiontest.Credentials(billing.Test))
	table := w.Function.Table
	stripe := gateway.New(table, w.Function.Vault, sandbox.URL)
	learner := projector.New(table, stripe, w.Function.Now)
	return fixture{
		w, handler(w.Function, sandbox.URL), sandbox, project, learner,
		wallet.New(table, stripe, learner, w.Function.Log, w.Function.Now),
	}
}

func (f fixture) scope() billing.Scope {
	return billing.Scope{Project: f.project.ID, Mode: billing.Test}
}

// call calls the function as a user, under an Idempotency-Key if it is not empty.
func (f fixture) call(t *testing.T, as, method, path, key, body string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: method, Path: path, Token: f.EndUser(f.project.ID, as), Body: body, Header: http.Header{}}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return f.Do(t, f.handler, r)
}

// backend gives the project a key pair, and answers what calls the function
// with it.
func (f fixture) backend(t *testing.T) func(path, key, body string) functiontest.Answer {
	t.Helper()
	pair := f.pair(t)
	return func(path, key, body string) functiontest.Answer {
		t.Helper()
		r := functiontest.Request{Method: http.MethodPost, Path: path, Body: body, Header: pair.Clone()}
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		return f.Do(t, f.handler, r)
	}
}

// pair is a key pair of the project, as headers.
func (f fixture) pair(t *testing.T) http.Header {
	t.Helper()
	k, key, err := billing.NewKey(rand.Reader, f.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	secret, err := k.AddSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.Tenant, k.Project = f.project.Owner, f.project.ID
	if err := f.Function.Table.CreateKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return http.Header{
		"X-Api-Key": {key.Reveal()}, "X-Secret-Key": {secret.Reveal()},
		"X-Tenant-Id": {f.project.Owner}, "X-Project-Id": {f.project.ID.String()},
	}
}

// started starts a deposit, and answers its session.
func (f fixture) started(t *testing.T, as string, amount int64, more string) string {
	t.Helper()
	var started struct {
		URL     string `json:"url"`
		Session string `json:"session_id"`
	}
	answer := f.call(t, as, http.MethodPost, "/api/balance/deposit", "", fmt.Sprintf(
		`{"amount_cents": %d, "success_url": "https://app.example.com/ok?a=b#top", "cancel_url": "https://app.example.com/no"%s}`, amount, more))
	if answer.Status != http.StatusOK {
		t.Fatalf("deposit: %d %s", answer.Status, answer.Body)
	}
	answer.Decode(t, &started)
	return started.Session
}

// deposited has a user pay into the wallet.
func (f fixture) deposited(t *testing.T, as string, amount int64) (session string) {
	t.Helper()
	session = f.started(t, as, amount, "")
	f.sandbox.Pay(t, session)
	f.verify(t, as, session).Is(t, 200, fmt.Sprintf(`{"deposited": true, "amount_cents": %d}`, amount))
	return session
}

func (f fixture) verify(t *testing.T, as, session string) functiontest.Answer {
	t.Helper()
	return f.call(t, as, http.MethodGet, "/api/balance/verify?session_id="+session, "", "")
}

func (f fixture) spend(t *testing.T, as, key string, amount int64) functiontest.Answer {
	t.Helper()
	return f.call(t, as, http.MethodPost, "/api/balance/spend", key, fmt.Sprintf(`{"amount_cents": %d, "description": "work"}`, amount))
}

// wallet reads a user's wallet as it is stored.
func (f fixture) wallet(t *testing.T, as string) billing.Wallet {
	t.Helper()
	w, err := f.Function.Table.Wallet(t.Context(), f.scope(), "usd", as)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// holdsMoney checks what a user has, and that the whole ledger adds up.
func (f fixture) holdsMoney(t *testing.T, as string, balance int64) {
	t.Helper()
	if w := f.wallet(t, as); w.Balance != balance || w.Balance+w.Held != w.Deposited-w.Spent {
		t.Errorf("%s has %d, want %d: %+v", as, w.Balance, balance, w)
	}
	f.addsUp(t)
}

func (f fixture) addsUp(t *testing.T) {
	t.Helper()
	for _, currency := range []string{"usd", "jpy", "kwd"} {
		if differ, err := f.Function.Table.Recount(t.Context(), f.scope(), currency); err != nil || len(differ) > 0 {
			t.Errorf("the balances in %s differ from their postings: %v, %v", currency, differ, err)
		}
	}
}

// deliver has the projector apply Stripe's events of some types, all that there
// are so far, oldest first.
func (f fixture) deliver(t *testing.T, types ...string) int {
	t.Helper()
	n := 0
	for _, kind := range types {
		list := f.sandbox.API.Events.List(&stripe.EventListParams{Type: &kind, ListParams: stripe.ListParams{Limit: stripe.Int64(100)}})
		for list.Next() {
			event, err := f.event(t, list.Event().ID)
			if err != nil {
				t.Fatal(err)
			}
			f.Clock.Advance(time.Second) // Stripe is asked about an object every half second at most
			if _, err := f.projector.Apply(t.Context(), f.scope(), event); err != nil {
				t.Fatalf("apply %s: %v", kind, err)
			}
			n++
		}
		if err := list.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// event is one of Stripe's, as its delivery tells it.
func (f fixture) event(t *testing.T, id string) (billing.Event, error) {
	t.Helper()
	found, err := f.sandbox.API.Events.Get(id, nil)
	if err != nil {
		return billing.Event{}, err
	}
	return stripeevent.Decode(found.LastResponse.RawJSON)
}
