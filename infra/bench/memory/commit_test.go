package memory_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"billhook/infra/bench/memory"
	"billhook/pkg/billing"
)

// drawn is a commit's changes before the revisions of their rows are known.
type drawn struct {
	changes billing.Changes
	record  bool // the event's record follows the one that is stored
	late    bool // the rows changed since they were read
}

// commit draws changes of the rows as they are read, or of older ones.
func commit(t *rapid.T) operation {
	owner := owners.Draw(t, "owner")
	d := drawn{
		record: rapid.Bool().Draw(t, "record follows"),
		late:   rapid.IntRange(0, 4).Draw(t, "late") == 0,
	}
	c := &d.changes
	if rapid.IntRange(0, 4).Draw(t, "recorded") > 0 {
		c.Event = record(t)
	}
	c.Tally = billing.Tally{}
	if rapid.Bool().Draw(t, "counted") {
		c.Tally["subscriptions.active"] = int64(rapid.SampledFrom([]int{-1, 1, 2}).Draw(t, "count"))
	}
	if rapid.Bool().Draw(t, "a customer") {
		c.Customer = &billing.Customer{
			ID: owner, Email: rapid.SampledFrom([]string{"", "a@example.com", "A@example.com", "b@example.com"}).Draw(t, "email"),
			Own: rapid.IntRange(0, 3).Draw(t, "own") > 0, Deleted: rapid.IntRange(0, 4).Draw(t, "deleted") == 0,
			Disputes: rapid.Int64Range(0, 2).Draw(t, "disputes"), Granted: rapid.Bool().Draw(t, "granted"),
		}
		c.FindBy = rapid.SampledFrom([]string{"", "a@example.com", "b@example.com", c.Customer.FoundBy()}).Draw(t, "find by")
		c.LinkUser = users.Draw(t, "link")
	}
	if rapid.Bool().Draw(t, "a transaction") {
		c.Transaction = &billing.Transaction{
			ID: paying.Draw(t, "transaction"), Owner: owner, Status: billing.TransactionSucceeded, Currency: "usd", AsOf: noon, CreatedAt: noon,
			Amount: rapid.Int64Range(1, 3).Draw(t, "amount"),
		}
	}
	named := rapid.SliceOfNDistinct(subs, 0, 3, rapid.ID).Draw(t, "subscriptions")
	for i, id := range named {
		row := billing.Subscription{ID: id, Customer: owner, CreatedAt: noon, AsOf: noon, SubscriptionState: billing.SubscriptionState{
			Status: billing.StatusActive, Price: "price_1", Quantity: rapid.Int64Range(1, 2).Draw(t, "quantity"), CurrentPeriodStart: noon,
		}}
		row.AsCreated = rapid.Bool().Draw(t, "as created")
		row.PastDueSince = rapid.SampledFrom([]time.Time{{}, noon}).Draw(t, "past due since")
		switch i {
		case 0:
			c.Subscription = &row
		case 1:
			c.Sibling = &row
		default:
			c.Unchanged = append(c.Unchanged, row)
		}
	}
	return operation{"commit", func(ctx context.Context, of table, s billing.Scope) result {
		changes, err := d.of(ctx, of, s)
		if err != nil {
			return result{Error: err.Error()}
		}
		if changes.Event.ID == "" && len(changes.Tally) == 0 && changes.Customer == nil && changes.Transaction == nil && len(named) == 0 {
			return result{} // DynamoDB has no empty transactions
		}
		return result{Error: kind(of.Commit(ctx, s, changes))}
	}}
}

// of gives the changes the revisions that are stored, or others.
func (d drawn) of(ctx context.Context, of table, s billing.Scope) (billing.Changes, error) {
	c := d.changes
	revision := func(l billing.Lookup, read func(billing.Picture) int64) (int64, error) {
		p, err := of.Picture(ctx, s, l)
		if err != nil {
			return 0, err
		}
		if d.late {
			return read(p) + 1, nil
		}
		return read(p), nil
	}
	subscription := func(row *billing.Subscription) (*billing.Subscription, error) {
		if row == nil {
			return nil, nil
		}
		next := *row
		var err error
		next.Revision, err = revision(billing.Lookup{Owner: row.Customer, Subscription: row.ID}, func(p billing.Picture) int64 {
			if p.Subscription == nil {
				return 0
			}
			return p.Subscription.Revision
		})
		return &next, err
	}
	var err error
	if c.Subscription, err = subscription(c.Subscription); err != nil {
		return c, err
	}
	if c.Sibling, err = subscription(c.Sibling); err != nil {
		return c, err
	}
	c.Unchanged = slices.Clone(c.Unchanged)
	for i := range c.Unchanged {
		row, err := subscription(&c.Unchanged[i])
		if err != nil {
			return c, err
		}
		c.Unchanged[i] = *row
	}
	if c.Customer != nil {
		next := *c.Customer
		next.Revision, err = revision(billing.Lookup{Owner: next.ID}, func(p billing.Picture) int64 {
			if p.Customer == nil {
				return 0
			}
			return p.Customer.Revision
		})
		c.Customer = &next
	}
	if c.Transaction != nil && err == nil {
		next := *c.Transaction
		next.Revision, err = revision(billing.Lookup{Owner: next.Owner, Transaction: next.ID}, func(p billing.Picture) int64 {
			if p.Transaction == nil {
				return 0
			}
			return p.Transaction.Revision
		})
		c.Transaction = &next
	}
	if d.record && c.Event.ID != "" && err == nil {
		c.Event.Attempts = 1
		known, failed := of.Record(ctx, s, c.Event.Ref())
		if err = failed; known != nil {
			c.Event.Attempts += known.Attempts
		}
	}
	return c, err
}

func sortByID(subs []billing.Subscription) {
	slices.SortFunc(subs, func(a, b billing.Subscription) int { return cmp.Compare(a.ID, b.ID) })
}

// DynamoDB refuses a transaction that names an item twice; DynamoDB Local may
// judge conditions first, so this is not compared.
func TestRefusesAnItemNamedTwice(t *testing.T) {
	t.Parallel()
	s := billing.Scope{Project: uuid.New(), Mode: billing.Test}
	row := billing.Subscription{ID: "sub_1", Customer: "cus_1"}
	for name, c := range map[string]billing.Changes{
		"written twice":       {Subscription: &row, Sibling: &row},
		"written and checked": {Sibling: &row, Unchanged: []billing.Subscription{row}},
		"checked twice":       {Unchanged: []billing.Subscription{row, row}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := memory.New(nil)
			if err := m.Commit(t.Context(), s, c); err == nil || kind(err) != "failed" {
				t.Errorf("err = %v", err)
			}
			if kept, err := m.Subscriptions(t.Context(), s, "cus_1"); len(kept) != 0 || err != nil {
				t.Errorf("stored %v, %v", kept, err)
			}
		})
	}
}
