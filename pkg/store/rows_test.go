package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func TestSubscriptionIsReadAsItWasCommitted(t *testing.T) {
	t.Parallel()
	var full billing.Subscription
	filled(t, &full)
	full.Revision = 0
	bare := full
	bare.SubscriptionState = billing.SubscriptionState{Status: billing.StatusActive}
	bare.User, bare.AsOf, bare.CreatedAt, bare.AsCreated = "", time.Time{}, time.Time{}, false
	for name, want := range map[string]billing.Subscription{
		"every field":     full,
		"optional fields": bare,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, _, s := open(t)
			for revision := range int64(2) {
				want.Revision = revision
				event := fmt.Sprintf("evt_%d", revision)
				commit(t, table, s, billing.Changes{Event: eventNamed(event), Subscription: &want})
				want.Revision = revision + 1
				listed, err := table.Subscriptions(t.Context(), s, want.Customer)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]billing.Subscription{want}, listed); diff != "" {
					t.Errorf("listed (-committed +read):\n%s", diff)
				}
				p, err := table.Picture(t.Context(), s, lookup("evt", billing.Lookup{Owner: want.Customer, Subscription: want.ID}))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&want, p.Subscription); diff != "" {
					t.Errorf("picture (-committed +read):\n%s", diff)
				}
			}
		})
	}
}

func TestTransactionIsReadAsItWasCommitted(t *testing.T) {
	t.Parallel()
	var full billing.Transaction
	filled(t, &full)
	full.Revision = 0
	bare := billing.Transaction{ID: "pi_1", Owner: "pi_1", Status: billing.TransactionFailed, Currency: "jpy"}
	for name, want := range map[string]billing.Transaction{"every field": full, "optional fields": bare} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, _, s := open(t)
			for revision := range int64(2) {
				want.Revision = revision
				event := fmt.Sprintf("evt_%d", revision)
				commit(t, table, s, billing.Changes{Event: eventNamed(event), Transaction: &want})
				want.Revision = revision + 1
				listed, err := table.Transactions(t.Context(), s, want.Owner)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]billing.Transaction{want}, listed); diff != "" {
					t.Errorf("listed (-committed +read):\n%s", diff)
				}
				p, err := table.Picture(t.Context(), s, lookup("evt", billing.Lookup{Owner: want.Owner, Transaction: want.ID}))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&want, p.Transaction); diff != "" {
					t.Errorf("picture (-committed +read):\n%s", diff)
				}
			}
		})
	}
}

func TestCustomerIsReadAsItWasCommitted(t *testing.T) {
	t.Parallel()
	var full billing.Customer
	filled(t, &full)
	for name, want := range map[string]billing.Customer{"every field": full, "optional fields": {ID: "cus_1"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, _, s := open(t)
			for revision := range int64(2) {
				want.Revision = revision
				event := fmt.Sprintf("evt_%d", revision)
				commit(t, table, s, billing.Changes{Event: eventNamed(event), Customer: &want})
				want.Revision = revision + 1
				p, err := table.Picture(t.Context(), s, lookup("evt", billing.Lookup{Owner: want.ID}))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&want, p.Customer); diff != "" {
					t.Errorf("(-committed +read):\n%s", diff)
				}
			}
		})
	}
}

func TestRowsAreListedNewestFirstAndByScope(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	add := func(s billing.Scope, n int, customer string, created time.Time) {
		t.Helper()
		sub := billing.Subscription{ID: fmt.Sprintf("sub_%d", n), Customer: customer, CreatedAt: created}
		payment := billing.Transaction{ID: fmt.Sprintf("in_%d", n), Owner: customer, CreatedAt: created}
		commit(t, table, s, billing.Changes{Event: eventNamed(fmt.Sprintf("evt_%d", n)), Subscription: &sub, Transaction: &payment})
	}
	add(s, 1, "cus_1", noon.Add(time.Hour))
	add(s, 2, "cus_1", noon)
	add(s, 3, "cus_1", noon.Add(time.Hour)) // as old as the first
	add(s, 4, "cus_1", noon.Add(2*time.Hour))
	add(s, 5, "cus_12", noon) // another customer, whose name begins alike
	add(live, 6, "cus_1", noon)
	for name, c := range map[string]struct {
		scope    billing.Scope
		customer string
		want     []string
	}{
		"newest first":     {s, "cus_1", []string{"4", "3", "1", "2"}},
		"another customer": {s, "cus_12", []string{"5"}},
		"the other mode":   {live, "cus_1", []string{"6"}},
		"nobody":           {s, "cus_2", nil},
	} {
		subscriptions, err := table.Subscriptions(t.Context(), c.scope, c.customer)
		if err != nil {
			t.Fatal(err)
		}
		transactions, err := table.Transactions(t.Context(), c.scope, c.customer)
		if err != nil {
			t.Fatal(err)
		}
		var subs, payments []string
		for _, sub := range subscriptions {
			subs = append(subs, sub.ID[len("sub_"):])
		}
		for _, x := range transactions {
			payments = append(payments, x.ID[len("in_"):])
		}
		if diff := cmp.Diff(c.want, subs); diff != "" {
			t.Errorf("%s: subscriptions (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(c.want, payments); diff != "" {
			t.Errorf("%s: transactions (-want +got):\n%s", name, diff)
		}
	}
}
