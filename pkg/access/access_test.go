package access_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/access"
	"billhook/pkg/billing"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const user = "user-1"

// world is a project with a plan, and a reader that remembers.
type world struct {
	*functiontest.World
	scope  billing.Scope
	reader *access.Reader
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := functiontest.New(t)
	s := billing.Scope{Project: w.CreateProject(t, "developer-1").ID, Mode: billing.Test}
	if err := w.Function.Table.SavePlan(t.Context(), s, billing.Plan{}, gold); err != nil {
		t.Fatal(err)
	}
	return world{w, s, access.NewReader(w.Function.Table, w.Clock.Now)}
}

var gold = billing.Plan{
	ID: "pl_gold", Key: "gold", Name: "Gold", Currency: "usd", Monthly: &billing.PlanPrice{ID: "price_gold", Interval: billing.Month, Amount: 2400},
	Features: []billing.Feature{{Key: "export", Name: "Export"}},
}

func (w world) link(t testing.TB, customer string, deleted billing.Link) {
	t.Helper()
	if _, err := w.Function.Table.LinkCustomer(t.Context(), w.scope, billing.Customer{ID: customer, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, deleted); err != nil {
		t.Fatal(err)
	}
}

func (w world) grant(t testing.TB, expires time.Time) billing.Grant {
	t.Helper()
	g := billing.Grant{
		ID: uuid.New(), User: user, Plan: gold.ID, Reason: "a talk", Author: "ops", CreatedAt: w.Clock.Now(), ExpiresAt: expires,
	}
	if err := w.Function.Table.AddGrant(t.Context(), w.scope, g); err != nil {
		t.Fatal(err)
	}
	return g
}

// commit changes the customer's rows, as an event does.
func (w world) commit(t testing.TB, customer string, change func(p billing.Picture, c *billing.Changes)) {
	t.Helper()
	p, err := w.Function.Table.Picture(t.Context(), w.scope, billing.Lookup{Owner: customer, Subscription: "sub_" + customer})
	if err != nil {
		t.Fatal(err)
	}
	var c billing.Changes
	change(p, &c)
	if err := w.Function.Table.Commit(t.Context(), w.scope, c); err != nil {
		t.Fatal(err)
	}
}

func (w world) subscribe(t testing.TB, customer string, status billing.SubscriptionStatus) {
	t.Helper()
	w.commit(t, customer, func(p billing.Picture, c *billing.Changes) {
		row := billing.Subscription{ID: "sub_" + customer, Customer: customer, CreatedAt: w.Clock.Now()}
		if p.Subscription != nil {
			row = *p.Subscription
		}
		row.Status, row.Price = status, "price_gold"
		c.Subscription = &row
	})
}

func (w world) facts(t testing.TB, r *access.Reader) billing.AccessFacts {
	t.Helper()
	f, err := r.Facts(t.Context(), w.scope, user)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// allowed is whether the user may export, by the reader that remembers.
func (w world) allowed(t testing.TB) bool {
	t.Helper()
	return billing.Access(w.Clock.Now(), w.facts(t, w.reader)).Feature("export") != nil
}

// spent adds up what reads cost.
type spent struct {
	Calls int
	Units float64
}

// measure says what a check of access costs. The SDK is asked to ask DynamoDB.
func (w world) measure(t *testing.T) spent {
	t.Helper()
	var mu sync.Mutex
	var sum spent
	w.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		query, ok := input.(*dynamodb.QueryInput)
		if !ok {
			t.Errorf("%s was called", operation)
			return next(ctx, input)
		}
		query.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		output, err := next(ctx, query)
		if out, answered := output.(*dynamodb.QueryOutput); answered && out != nil {
			mu.Lock()
			defer mu.Unlock()
			sum.Calls++
			sum.Units += max(1, aws.ToFloat64(out.ConsumedCapacity.CapacityUnits)) // DynamoDB Local takes nothing for an empty answer
		}
		return output, err
	})
	defer w.Intercept(nil)
	w.facts(t, w.reader)
	return sum
}

// Where the user's customer is remembered, a check is one round trip and one
// read unit. Reads that come one after the other are a round trip each.
func TestWhatAnAccessCheckCosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare      func(t *testing.T, w world)
		first, later spent
	}{
		"nobody knows the user": {
			func(*testing.T, world) {}, spent{1, 1}, spent{1, 1},
		},
		"a subscriber": {func(t *testing.T, w world) {
			w.link(t, "cus_1", billing.Link{})
			w.subscribe(t, "cus_1", billing.StatusActive)
		}, spent{2, 2}, spent{1, 1}},
		"a subscriber with a long history of payments": {func(t *testing.T, w world) {
			w.link(t, "cus_1", billing.Link{})
			w.subscribe(t, "cus_1", billing.StatusActive)
			for n := range 40 {
				w.commit(t, "cus_1", func(_ billing.Picture, c *billing.Changes) {
					c.Transaction = &billing.Transaction{ID: fmt.Sprint("in_", n), Owner: "cus_1", Description: "a month of the plan Gold", Status: billing.TransactionSucceeded}
				})
			}
		}, spent{2, 2}, spent{1, 1}},
		"a subscriber with a grant": {func(t *testing.T, w world) {
			w.link(t, "cus_1", billing.Link{})
			w.subscribe(t, "cus_1", billing.StatusActive)
			w.grant(t, time.Time{})
		}, spent{2, 2}, spent{2, 2}},
		"a grant before the customer": {func(t *testing.T, w world) {
			w.grant(t, time.Time{})
			w.link(t, "cus_1", billing.Link{})
		}, spent{2, 2}, spent{2, 2}},
		"a grant before the customer, which has ended": {func(t *testing.T, w world) {
			w.grant(t, w.Clock.Now())
			w.link(t, "cus_1", billing.Link{})
		}, spent{2, 2}, spent{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.prepare(t, w)
			if _, err := w.reader.Facts(t.Context(), w.scope, "somebody else"); err != nil { // the settings are remembered
				t.Fatal(err)
			}
			got := []spent{w.measure(t), w.measure(t), w.measure(t)}
			if diff := cmp.Diff([]spent{c.first, c.later, c.later}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What an instance remembers never hides what has happened since: whatever is
// done, it finds what an instance finds that remembers nothing.
func TestMemoryHidesNothing(t *testing.T) {
	t.Parallel()
	for script := range 6 {
		t.Run(fmt.Sprint("script ", script), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var customers, granted int
			var grants []billing.Grant
			linked := func() string { return fmt.Sprint("cus_", customers) }
			for _, step := range steps.Example(script) {
				switch {
				case step == "link" && customers == 0:
					customers++
					w.link(t, linked(), billing.Link{})
				case step == "another customer" && customers > 0:
					w.commit(t, linked(), func(p billing.Picture, c *billing.Changes) {
						gone := *p.Customer
						gone.Deleted = true
						c.Customer = &gone
					})
					was := billing.Link{Customer: linked(), Deleted: true}
					w.facts(t, w.reader) // in between
					customers++
					w.link(t, linked(), was)
				case step == "subscribe" && customers > 0:
					w.subscribe(t, linked(), billing.StatusActive)
				case step == "pause" && customers > 0:
					w.subscribe(t, linked(), billing.StatusPaused)
				case step == "grant":
					granted++
					grants = append(grants, w.grant(t, w.Clock.Now().Add(time.Duration(granted%2)*2*time.Hour+time.Minute)))
				case step == "revoke" && len(grants) > 0:
					g := grants[0]
					grants = grants[1:]
					g.RevokedAt, g.RevokedBy = w.Clock.Now(), "ops"
					if err := w.Function.Table.RevokeGrant(t.Context(), w.scope, g); err != nil {
						t.Fatal(err)
					}
				case step == "an hour":
					w.Clock.Advance(time.Hour)
				}
				remembering := w.facts(t, w.reader)
				fresh := w.facts(t, access.NewReader(w.Function.Table, w.Clock.Now))
				now := w.Clock.Now()
				// Grants that have ended may be left out.
				got, want := billing.Access(now, remembering).Features, billing.Access(now, fresh).Features
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("after %q (-fresh +remembering):\n%s", step, diff)
				}
				if diff := cmp.Diff(fresh, remembering, cmpopts.IgnoreFields(billing.AccessFacts{}, "Grants")); diff != "" {
					t.Fatalf("after %q (-fresh +remembering):\n%s", step, diff)
				}
			}
		})
	}
}

var steps = rapid.SliceOfN(rapid.SampledFrom([]string{
	"link", "another customer", "subscribe", "pause", "grant", "grant", "revoke", "an hour", "nothing",
}), 25, 25)

// Settings and plans are the project's, not the user's: they may be a little
// old.
func TestSettingsShowSoon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link(t, "cus_1", billing.Link{})
	w.subscribe(t, "cus_1", billing.StatusActive)
	if !w.allowed(t) {
		t.Fatal("a subscriber may not export")
	}
	next := gold
	next.Features, next.Revision = nil, 1
	if err := w.Function.Table.SavePlan(t.Context(), w.scope, next, next); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(30 * time.Second)
	if w.allowed(t) {
		t.Error("half a minute later the plan is still the old one")
	}
}

func TestDefaultMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got, err := w.reader.DefaultMode(t.Context(), w.scope.Project); err != nil || got != billing.Test {
		t.Errorf("of a new project %q, %v", got, err)
	}
	p, _, err := w.Function.Table.Project(t.Context(), w.scope.Project)
	if err != nil {
		t.Fatal(err)
	}
	p.DefaultMode = billing.Live
	if err := w.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(30 * time.Second)
	if got, err := w.reader.DefaultMode(t.Context(), w.scope.Project); err != nil || got != billing.Live {
		t.Errorf("half a minute after it was changed %q, %v", got, err)
	}
	if _, err := w.reader.DefaultMode(t.Context(), uuid.New()); billing.KindOf(err) != billing.NotFound {
		t.Errorf("of no project: %v", err)
	}
}

// A customer's subscription for somebody else is not the user's.
func TestSubscriptionsOfOthersDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link(t, "cus_1", billing.Link{})
	w.subscribe(t, "cus_1", billing.StatusActive)
	for name, c := range map[string]struct {
		of      string
		allowed bool
	}{"nobody says": {"", true}, "the user's": {user, true}, "somebody else's": {"user-2", false}} {
		w.commit(t, "cus_1", func(p billing.Picture, changes *billing.Changes) {
			row := *p.Subscription
			row.User = c.of
			changes.Subscription = &row
		})
		if got := w.allowed(t); got != c.allowed {
			t.Errorf("%s: allowed %v, want %v", name, got, c.allowed)
		}
	}
}
