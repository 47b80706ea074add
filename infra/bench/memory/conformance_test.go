package memory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"billhook/infra/bench/memory"
	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/pkg/billing"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
	"billhook/pkg/store"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// table is what the two have in common.
type table interface {
	projector.Store
	intake.Records
	CreateProject(ctx context.Context, p billing.Project) error
	SaveStripeConfig(ctx context.Context, c billing.StripeConfig) error
	Body(ctx context.Context, s billing.Scope, event string) ([]byte, error)
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
	Transactions(ctx context.Context, s billing.Scope, customer string) ([]billing.Transaction, error)
	Holdings(ctx context.Context, s billing.Scope, customer string) (billing.Holdings, error)
	CustomerOf(ctx context.Context, s billing.Scope, user string) (string, error)
	CustomersByEmail(ctx context.Context, s billing.Scope, email string) ([]billing.Customer, error)
	Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error)
}

var (
	_ table = (*memory.Store)(nil)
	_ table = (*store.Table)(nil)
)

// noon is when events happen, in a year that no time to live is behind.
var noon = time.Date(2100, 5, 1, 12, 0, 0, 0, time.UTC)

// The same operations have the same outcome on the table in memory and on
// DynamoDB: the same pictures, the same errors, the same rows at the end.
func TestBehavesAsTheTable(t *testing.T) {
	t.Parallel()
	client, name := dynamodbtest.New(t)
	dynamo := store.Open(client, name)
	for script := range 8 {
		t.Run(fmt.Sprint("script ", script), func(t *testing.T) {
			t.Parallel()
			s := billing.Scope{Project: uuid.New(), Mode: billing.Test}
			tables := []table{memory.New(nil), dynamo}
			for i, op := range operations.Example(script) {
				var results [2]result
				for i, of := range tables {
					results[i] = op.run(t.Context(), of, s)
				}
				if diff := cmp.Diff(results[1], results[0], cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("operation %d, %s (-DynamoDB +memory):\n%s", i, op.name, diff)
				}
			}
		})
	}
}

// result is what an operation answered: its error by kind, because messages
// differ.
type result struct {
	Value any
	Error string
}

func kind(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, projector.ErrDuplicate):
		return "duplicate"
	case errors.Is(err, projector.ErrConflict):
		return "conflict"
	case errors.Is(err, projector.ErrAsked):
		return "asked"
	case billing.KindOf(err) == billing.Unavailable:
		return "unavailable"
	case billing.KindOf(err) == billing.NotFound:
		return "not found"
	default:
		return "failed"
	}
}

type operation struct {
	name string
	run  func(ctx context.Context, of table, s billing.Scope) result
}

// operations draws what is done to few rows, so that it often meets.
var operations = rapid.Custom(func(t *rapid.T) []operation {
	ops := make([]operation, 0, 80)
	for range cap(ops) {
		switch rapid.IntRange(0, 9).Draw(t, "operation") {
		case 0:
			ops = append(ops, configuration(t))
		case 1:
			ops = append(ops, question(t))
		case 2:
			ops = append(ops, outcome(t))
		case 3, 4:
			ops = append(ops, picture(t), lists(t))
		default:
			ops = append(ops, commit(t))
		}
	}
	return ops
})

func configuration(t *rapid.T) operation {
	active := rapid.Bool().Draw(t, "active")
	return operation{"save configuration", func(ctx context.Context, of table, s billing.Scope) result {
		_, config, err := of.Project(ctx, s.Project)
		if err != nil {
			err = of.CreateProject(ctx, billing.Project{ID: s.Project, Owner: "owner-" + s.Project.String(), Active: true, CreatedAt: noon})
		}
		next := billing.StripeConfig{Project: s.Project}
		if config != nil {
			next = *config
		}
		next.Active, next.Test.WebhookSecret = active, "whsec_...1234"
		err = errors.Join(err, of.SaveStripeConfig(ctx, next))
		return result{config, kind(err)}
	}}
}

func question(t *rapid.T) operation {
	object := rapid.SampledFrom([]string{"sub_1", "sub_2", "pi_1"}).Draw(t, "object")
	at := noon.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "milliseconds")) * time.Millisecond)
	times := rapid.SampledFrom([]int{1, 1, 2, 25}).Draw(t, "times")
	return operation{"may ask", func(ctx context.Context, of table, s billing.Scope) result {
		var answers []string
		for i := range times {
			about := object
			if times > 2 { // beyond the budget
				about = fmt.Sprint(object, i)
			}
			answers = append(answers, kind(of.MayAsk(ctx, s, about, at)))
		}
		return result{Value: answers}
	}}
}

func record(t *rapid.T) billing.EventRecord {
	r := billing.EventRecord{
		ID: rapid.SampledFrom([]string{"evt_1", "evt_2", "evt_3", "evt_4"}).Draw(t, "event"), Type: "customer.subscription.updated",
		Outcome:    rapid.SampledFrom([]billing.Outcome{billing.Applied, billing.Stale, billing.Failed, billing.Quarantined}).Draw(t, "outcome"),
		Reason:     rapid.SampledFrom([]string{"", "busy"}).Draw(t, "reason"),
		Attempts:   rapid.IntRange(1, 3).Draw(t, "attempts"),
		Created:    noon,
		ReceivedAt: noon.Add(1500 * time.Microsecond), Took: 2500 * time.Microsecond,
	}
	if rapid.Bool().Draw(t, "with a step") {
		r.Steps = []billing.Step{{
			Row: "sub_1", Changes: []billing.Change{{Field: "status", From: "", To: "active"}},
			Previous: rapid.SampledFrom([]billing.EventRef{{}, {ID: "evt_0", Created: noon}}).Draw(t, "previous"),
		}}
	}
	return r
}

func outcome(t *rapid.T) operation {
	r := record(t)
	body := rapid.SampledFrom([][]byte{nil, []byte("a body"), []byte("another")}).Draw(t, "body")
	return operation{"record outcome", func(ctx context.Context, of table, s billing.Scope) result {
		err := of.RecordOutcome(ctx, s, r, body)
		kept, read := of.Record(ctx, s, r.Ref())
		was, readBody := of.Body(ctx, s, r.ID)
		return result{[]any{kept, string(was)}, kind(errors.Join(err, read, readBody))}
	}}
}

var (
	owners = rapid.SampledFrom([]string{"cus_1", "cus_2"})
	subs   = rapid.SampledFrom([]string{"sub_1", "sub_2", "sub_3"})
	users  = rapid.SampledFrom([]string{"", "user-1", "user-2"})
	paying = rapid.SampledFrom([]string{"in_1", "pi_1"})
)

func picture(t *rapid.T) operation {
	l := billing.Lookup{Owner: owners.Draw(t, "owner"), User: users.Draw(t, "user"), Siblings: rapid.Bool().Draw(t, "siblings")}
	if rapid.Bool().Draw(t, "a subscription") {
		l.Subscription = subs.Draw(t, "subscription")
	}
	switch rapid.IntRange(0, 2).Draw(t, "a transaction") {
	case 0:
		l.Transaction = paying.Draw(t, "transaction")
	case 1:
		l.PaymentIntent = "pi_1"
	}
	if rapid.Bool().Draw(t, "an event") {
		l.Event = &billing.Event{ID: record(t).ID, Created: noon}
	}
	return operation{fmt.Sprintf("picture %+v", l), func(ctx context.Context, of table, s billing.Scope) result {
		p, err := of.Picture(ctx, s, l)
		sortByID(p.Siblings)
		return result{p, kind(err)}
	}}
}

func lists(t *rapid.T) operation {
	owner := owners.Draw(t, "owner")
	return operation{"lists of " + owner, func(ctx context.Context, of table, s billing.Scope) result {
		subscriptions, err := of.Subscriptions(ctx, s, owner)
		transactions, failed := of.Transactions(ctx, s, owner)
		holdings, missing := of.Holdings(ctx, s, owner)
		linked, unknown := of.CustomerOf(ctx, s, "user-1")
		found, lost := of.CustomersByEmail(ctx, s, "A@Example.com")
		tally, uncounted := of.Tally(ctx, s)
		all := []any{subscriptions, transactions, holdings, linked, found, tally}
		return result{all, kind(errors.Join(err, failed, missing, unknown, lost, uncounted))}
	}}
}
