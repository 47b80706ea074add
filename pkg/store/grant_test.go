package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/store"
)

func holder(t *testing.T, table *store.Table, s billing.Scope, user string) billing.Holder {
	t.Helper()
	h, err := table.Holder(t.Context(), s, user)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func holdings(t *testing.T, table *store.Table, s billing.Scope, customer string) billing.Holdings {
	t.Helper()
	h, err := table.Holdings(t.Context(), s, customer)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestGrantIsReadAsItWasAdded(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var full billing.Grant
	filled(t, &full)
	bare := billing.Grant{ID: uuid.Max, User: full.User, Reason: "a talk", Author: "ops"}
	for _, g := range []billing.Grant{bare, full} {
		if err := table.AddGrant(t.Context(), s, g); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(billing.Holder{Grants: []billing.Grant{full, bare}}, holder(t, table, s, full.User)); diff != "" {
		t.Errorf("(-added +read):\n%s", diff)
	}
	if got := holder(t, table, s, "user-2"); got.Customer != "" || len(got.Grants) != 0 {
		t.Errorf("another user has %+v", got)
	}
	if err := table.AddGrant(t.Context(), s, full); billing.KindOf(err) != billing.Conflict || billing.IsConcurrentChange(err) {
		t.Errorf("added again: %v", err)
	}
}

// The row of the user's customer tells that there are grants, and goes on to.
func TestGrantMarksTheCustomer(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	nora := billing.Customer{ID: "cus_1", User: "user-1", Email: "nora@example.com"}
	if _, err := table.LinkCustomer(t.Context(), s, nora, ownKeys, billing.Link{}); err != nil {
		t.Fatal(err)
	}
	p, err := table.Picture(t.Context(), s, billing.Lookup{Owner: "cus_1"})
	if err != nil {
		t.Fatal(err)
	}
	g := billing.Grant{ID: uuid.New(), User: "user-1", Plan: "pl_gold"}
	if err := table.AddGrant(t.Context(), s, g); err != nil {
		t.Fatal(err)
	}
	p.Customer.Email = "other@example.com"
	if err := table.Commit(t.Context(), s, billing.Changes{Customer: p.Customer}); !errors.Is(err, projector.ErrConflict) {
		t.Errorf("a writer that has not seen the mark: %v, want ErrConflict", err)
	}
	nora.Granted, nora.Revision = true, 2
	if diff := cmp.Diff(billing.Holdings{Customer: &nora, Subscriptions: []billing.Subscription{}}, holdings(t, table, s, "cus_1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(billing.Holder{Customer: "cus_1", Grants: []billing.Grant{g}}, holder(t, table, s, "user-1")); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
}

// A crash after the link leaves a customer without a row.
func TestGrantMarksACustomerWithoutARow(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	puts := 0
	account.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "PutItem" {
			if puts++; puts == 2 {
				return nil, errors.New("the instance died")
			}
		}
		return next(ctx, input)
	})
	if _, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_1", User: "user-1"}, ownKeys, billing.Link{}); err == nil {
		t.Fatal("the row was written")
	}
	if err := table.AddGrant(t.Context(), s, billing.Grant{ID: uuid.New(), User: "user-1"}); err != nil {
		t.Fatal(err)
	}
	want := &billing.Customer{ID: "cus_1", User: "user-1", Granted: true, Revision: 1}
	if diff := cmp.Diff(want, holdings(t, table, s, "cus_1").Customer); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHoldingsLeaveOutPayments(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	commit(t, table, s, billing.Changes{
		Event:        eventNamed("evt_1"),
		Subscription: &billing.Subscription{ID: "sub_1", Customer: "cus_1", CreatedAt: noon},
		Transaction:  &billing.Transaction{ID: "in_1", Owner: "cus_1"},
	})
	commit(t, table, s, billing.Changes{
		Event: eventNamed("evt_2"), Subscription: &billing.Subscription{ID: "sub_0", Customer: "cus_1", CreatedAt: noon.Add(1e9)},
	})
	h := holdings(t, table, s, "cus_1")
	var ids []string
	for _, sub := range h.Subscriptions {
		ids = append(ids, sub.ID)
	}
	if diff := cmp.Diff([]string{"sub_0", "sub_1"}, ids); diff != "" || h.Customer != nil {
		t.Errorf("customer %v, subscriptions, newest first (-want +got):\n%s", h.Customer, diff)
	}
}

func TestRevokeGrant(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	g := billing.Grant{ID: uuid.New(), User: "user-1", Plan: "pl_gold", CreatedAt: noon}
	if err := table.AddGrant(t.Context(), s, g); err != nil {
		t.Fatal(err)
	}
	g.RevokedAt, g.RevokedBy = noon.Add(1e9), "ops"
	again := g
	again.RevokedAt, again.RevokedBy = noon.Add(2e9), "somebody else"
	for _, revoked := range []billing.Grant{g, again} {
		if err := table.RevokeGrant(t.Context(), s, revoked); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]billing.Grant{g}, holder(t, table, s, "user-1").Grants); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	g.ID = uuid.New()
	if err := table.RevokeGrant(t.Context(), s, g); billing.KindOf(err) != billing.NotFound {
		t.Errorf("of an unknown grant: %v", err)
	}
}

// A grant and the user's first customer may come at the same moment: then the
// row tells of the grant, or the grant was there first.
func TestGrantMeetsALink(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	for range 10 {
		user := uuid.NewString()
		g := billing.Grant{ID: uuid.New(), User: user}
		var both sync.WaitGroup
		var refused error
		both.Go(func() { refused = table.AddGrant(t.Context(), s, g) })
		both.Go(func() {
			if _, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_" + user, User: user}, ownKeys, billing.Link{}); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if refused != nil && !billing.IsConcurrentChange(refused) {
			t.Fatal(refused)
		}
		h := holder(t, table, s, user)
		if added := slices.ContainsFunc(h.Grants, func(x billing.Grant) bool { return x.ID == g.ID }); added != (refused == nil) {
			t.Errorf("the grant is there: %v, after %v", added, refused)
		}
		if h.Customer == "" {
			t.Error("the user has no customer")
		}
	}
}
