package functiontest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/identity"
)

// World is what one function's test runs in: an account with a table, and a
// Function on it that reads a clock of its own. At the end of the test, logs,
// answers and items are searched for secrets.
type World struct {
	*Account
	Function *function.Function
	Clock    *Clock

	log, answers *transcript
}

const (
	jwtSecret   = "jwt-canary-ubR3nWq8ZcX5tYh2Lm7Pf4Ks9Dv1Gj6A" //nolint:gosec // made for the search below
	jwtSecretID = "billhook-test/jwt"
	audience    = "billhook-test"
)

// New makes a World. The test's package needs dynamodbtest.Main.
func New(t *testing.T) *World {
	t.Helper()
	w := &World{Account: NewAccount(t), Clock: newClock(), log: &transcript{}, answers: &transcript{}}
	w.CreateTable(t)
	w.CreateSecret(t, jwtSecretID, jwtSecret)
	w.Function = w.NewInstance(t)
	t.Cleanup(func() {
		w.Intercept(nil)
		w.checkSecrets(t)
		if n := w.scans(); n != 0 {
			t.Errorf("the table was scanned %d times", n)
		}
	})
	return w
}

// NewInstance is what another instance of the function is built from: the same
// account, log and clock, with nothing in memory.
func (w *World) NewInstance(t *testing.T) *function.Function {
	t.Helper()
	return w.instance(t, "")
}

// NewInstanceFor is NewInstance in a deployment with a default project.
func (w *World) NewInstanceFor(t *testing.T, project uuid.UUID) *function.Function {
	t.Helper()
	return w.instance(t, project.String())
}

func (w *World) instance(t *testing.T, defaultProject string) *function.Function {
	t.Helper()
	f, err := function.New(function.Settings{
		Config:       identity.Config{Algorithm: "HS256", SecretID: jwtSecretID, Audience: audience, DefaultProject: defaultProject},
		Table:        w.table,
		SecretPrefix: "billhook-test",
		ConnectFee:   60,
		LogLevel:     "DEBUG",
	}, w.Config, w.log, w.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Clock is a clock that stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// newClock starts in a year that no item's time to live can be behind.
func newClock() *Clock {
	return &Clock{now: time.Date(2100, 2, 3, 9, 14, 8, 0, time.UTC)}
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to a time.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// CreateProject stores a project of an owner.
func (w *World) CreateProject(t *testing.T, owner string) billing.Project {
	t.Helper()
	p := billing.Project{ID: uuid.New(), Owner: owner, Name: "Harbor Tools", Active: true, CreatedAt: w.Clock.Now()}
	if err := w.Function.Table.CreateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// Credentials are a mode's credentials, unlike those of any other mode.
func Credentials(m billing.Mode) billing.Credentials {
	return billing.Credentials{
		SecretKey:      billing.Secret("sk_" + string(m) + "_canarySecretKey4242"),
		PublishableKey: billing.Secret("pk_" + string(m) + "_canaryPublishable4242"),
		WebhookSecrets: []billing.WebhookSecret{{Value: billing.Secret("whsec_canary" + string(m) + "Signing4242")}},
	}
}

// Configure saves a project's credentials for a mode, as the config function
// does.
func (w *World) Configure(t *testing.T, project uuid.UUID, m billing.Mode, c billing.Credentials) {
	t.Helper()
	version, err := w.Function.Vault.SaveCredentials(t.Context(), billing.Scope{Project: project, Mode: m}, c)
	if err != nil {
		t.Fatal(err)
	}
	w.EditConfig(t, project, func(config *billing.StripeConfig) {
		config.Active = true
		*config.Set(m) = c.Public(version, w.Clock.Now())
	})
}

// EditConfig changes a project's Stripe configuration.
func (w *World) EditConfig(t *testing.T, project uuid.UUID, edit func(*billing.StripeConfig)) {
	t.Helper()
	_, config, err := w.Function.Table.Project(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	if config == nil {
		config = &billing.StripeConfig{Project: project, CreatedAt: w.Clock.Now()}
	}
	edit(config)
	if err := w.Function.Table.SaveStripeConfig(t.Context(), *config); err != nil {
		t.Fatal(err)
	}
}

// Stored is all that is stored: the table, and how often a secret was written.
type Stored struct {
	Items        map[string]Item
	SecretWrites int
}

// Stored reads what is stored, for comparing before and after.
func (w *World) Stored(t *testing.T) Stored {
	t.Helper()
	calls := w.Calls()
	return Stored{w.Items(t), calls["PutSecretValue"] + calls["CreateSecret"]}
}
