package projector

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// A project's own customer is found by its address, and by each address that
// it comes to have; another project's in the same account is not.
func TestDecideWhoseCustomer(t *testing.T) {
	t.Parallel()
	row := func(email string, asOf int64, own bool) *billing.Customer {
		return &billing.Customer{ID: "cus_1", Email: email, EmailAsOf: billing.At(asOf), Own: own}
	}
	told := func(project, email string) billing.CustomerFact {
		return billing.CustomerFact{ID: "cus_1", Project: project, Email: email}
	}
	mine := scope.Project.String()
	gone := told(mine, "a@example.com")
	gone.Deleted = true
	deleted := row("a@example.com", later, true)
	deleted.Deleted = true
	buyer := billing.CheckoutFact{Customer: "cus_1", Email: "A@example.com"}
	typed := func(own bool) *billing.Customer {
		return &billing.Customer{ID: "cus_1", Email: "A@example.com", Own: own}
	}
	for name, c := range map[string]struct {
		was    *billing.Customer
		fact   billing.Fact
		want   *billing.Customer // nil: stale
		findBy string
	}{
		"the project's":                       {nil, told(mine, "A@Example.com"), row("A@Example.com", later, true), "a@example.com"},
		"another's":                           {nil, told("another", "a@example.com"), row("a@example.com", later, false), ""},
		"nobody's":                            {nil, told("", "a@example.com"), row("a@example.com", later, false), ""},
		"another address":                     {row("a@example.com", second, true), told(mine, "b@example.com"), row("b@example.com", later, true), "b@example.com"},
		"the same in other letters":           {row("a@example.com", second, true), told(mine, "A@example.com"), row("A@example.com", later, true), ""},
		"the same address":                    {row("a@example.com", second, true), told(mine, "a@example.com"), row("a@example.com", later, true), ""},
		"an older address":                    {row("a@example.com", later, true), told(mine, "A@example.com"), nil, ""},
		"without its tag it stays":            {row("a@example.com", second, true), told("", "b@example.com"), row("b@example.com", later, true), "b@example.com"},
		"another's with another address":      {row("a@example.com", second, false), told("another", "b@example.com"), row("b@example.com", later, false), ""},
		"known, and only now the project's":   {row("a@example.com", later, false), told(mine, "a@example.com"), row("a@example.com", later, true), "a@example.com"},
		"deleted":                             {row("a@example.com", second, true), gone, deleted, ""},
		"an address typed in at the checkout": {&billing.Customer{ID: "cus_1", Own: true}, buyer, typed(true), "a@example.com"},
		"typed in, another's":                 {&billing.Customer{ID: "cus_1"}, buyer, typed(false), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := decided{Outcome: billing.Stale, Customer: c.want, FindBy: c.findBy, Tally: billing.Tally{}}
			if c.want != nil {
				want.Outcome = billing.Applied
			}
			checkDecision(t, want, decideFor(t, billing.Picture{Customer: c.was}, event("evt_1", later, c.fact), &truth{}))
		})
	}
}

// An answer of Stripe's is known at once, without a record; one that is no
// news is not written.
func TestObserveCustomer(t *testing.T) {
	t.Parallel()
	store := newMemory()
	p := New(store, &truth{}, clock)
	fact := billing.CustomerFact{ID: "cus_1", Project: scope.Project.String(), Email: "a@example.com"}
	for range 2 {
		if err := p.ObserveCustomer(t.Context(), scope, fact, billing.At(second)); err != nil {
			t.Fatal(err)
		}
	}
	fact.Email = "b@example.com"
	store.beforeCommit = func(*memory) error { return ErrConflict } // it is decided again
	if err := p.ObserveCustomer(t.Context(), scope, fact, billing.At(later)); err != nil {
		t.Fatal(err)
	}
	want := map[string]billing.Customer{"cus_1": {ID: "cus_1", Email: "b@example.com", EmailAsOf: billing.At(later), Own: true, Revision: 2}}
	if diff := cmp.Diff(want, store.customers); diff != "" || len(store.seen) != 0 || store.commits != 2 {
		t.Errorf("%d records, %d commits; (-want +got):\n%s", len(store.seen), store.commits, diff)
	}
	broken := errors.New("no table")
	store.failPicture = broken
	if err := p.ObserveCustomer(t.Context(), scope, fact, billing.At(later)); !errors.Is(err, broken) {
		t.Errorf("ObserveCustomer = %v, want the store's error", err)
	}
}
