package access_test

import (
	"testing"
	"time"

	"billhook/pkg/billing"
)

// A user whose project sells in another account than before has another
// customer there, although the former one is still at Stripe.
func TestAUserOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link(t, "cus_1", billing.Link{})
	w.subscribe(t, "cus_1", billing.StatusCanceled)
	if w.allowed(t) {
		t.Error("allowed by a subscription that was canceled")
	}
	managed := billing.Route{Gateway: billing.GatewayManaged}
	former := billing.Link{Customer: "cus_1", Account: string(billing.GatewayOwnKeys)}
	if _, err := w.Function.Table.LinkCustomer(t.Context(), w.scope, billing.Customer{ID: "cus_2", User: user}, managed, former); err != nil {
		t.Fatal(err)
	}
	w.subscribe(t, "cus_2", billing.StatusActive)
	if !w.allowed(t) {
		t.Error("not allowed: the former customer is remembered")
	}
}

// Who buys a plan that is younger than what is remembered has it all the same,
// and a project's first plan is seen.
func TestAPlanThatIsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link(t, "cus_1", billing.Link{})
	w.facts(t, w.reader)
	former := gold
	former.ID, former.Key = "pl_silver", "silver"
	former.Monthly = &billing.PlanPrice{ID: "price_silver", Interval: billing.Month, Amount: 900}
	if err := w.Function.Table.SavePlan(t.Context(), w.scope, billing.Plan{}, former); err != nil {
		t.Fatal(err)
	}
	w.commit(t, "cus_1", func(_ billing.Picture, c *billing.Changes) {
		c.Subscription = &billing.Subscription{ID: "sub_cus_1", Customer: "cus_1", CreatedAt: w.Clock.Now()}
		c.Subscription.Status, c.Subscription.Price = billing.StatusActive, "price_silver"
	})
	w.Clock.Advance(time.Second)
	if !w.allowed(t) {
		t.Error("not allowed: the plans are those that are remembered")
	}
}
