package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// life is a project with a Stripe account of its own, in the sandbox: what its
// events tell has really happened there. Each life goes the same way, with the
// same ids.
type life struct {
	*functiontest.World
	handler http.Handler
	sandbox *functiontest.Sandbox
	project uuid.UUID
}

// newLife begins a life in a world that it may share with others.
func newLife(t *testing.T, w *functiontest.World) life {
	t.Helper()
	sandbox := functiontest.NewSandbox(t)
	project := billing.Project{
		ID: uuid.New(), Owner: "developer-1", Name: "Harbor Tools", Active: true, CreatedAt: w.Clock.Now(), Duplicates: billing.CancelNewest,
	}
	if err := w.Function.Table.CreateProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	w.Configure(t, project.ID, billing.Test, functiontest.Credentials(billing.Test))
	return life{w, handler(w.NewInstance(t), sandbox.URL), sandbox, project.ID}
}

// deliver delivers an event as Stripe does, now.
func (l life) deliver(t *testing.T, body string) functiontest.Answer {
	t.Helper()
	f := fixture{World: l.World, handler: l.handler, project: l.project}
	return f.post(t, l.project.String(), "test", body, sign(secretOf(billing.Test), l.Clock.Now(), body))
}

// told is an event as Stripe tells it.
type told struct {
	id, kind, object string
	body             string
}

// events are all that Stripe has told, the oldest first.
func (l life) events(t *testing.T) []told {
	t.Helper()
	list := l.sandbox.API.Events.List(&stripe.EventListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(100), Single: true}})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	var page struct {
		Data    []json.RawMessage `json:"data"`
		HasMore bool              `json:"has_more"`
	}
	if err := json.Unmarshal(list.EventList().LastResponse.RawJSON, &page); err != nil {
		t.Fatal(err)
	}
	if page.HasMore {
		t.Fatal("the life is longer than a page of events")
	}
	var events []told
	for _, body := range slices.Backward(page.Data) {
		var e struct {
			ID, Type string
			Data     struct{ Object struct{ ID string } }
		}
		if err := json.Unmarshal(body, &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, told{e.ID, e.Type, e.Data.Object.ID, string(body)})
	}
	return events
}

// last is the latest event of a type.
func (l life) last(t *testing.T, kind string) told {
	t.Helper()
	for _, e := range slices.Backward(l.events(t)) {
		if e.kind == kind {
			return e
		}
	}
	t.Fatalf("Stripe told no %s", kind)
	return told{}
}

// take delivers the latest events of some types, and expects them taken.
func (l life) take(t *testing.T, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		l.deliver(t, l.last(t, kind).body).Is(t, 200, received)
	}
}

const lifeUser = "0b6f5d0e-6d7c-4c4e-9d53-2b8f6c1d7a42"

// subscribe has a user buy a plan at checkout, and answers the subscription.
func (l life) subscribe(t *testing.T) *stripe.Subscription {
	t.Helper()
	customer, err := l.sandbox.API.Customers.New(&stripe.CustomerParams{Metadata: map[string]string{"user_id": lifeUser}})
	if err != nil {
		t.Fatal(err)
	}
	owner := map[string]string{"user_id": lifeUser, "project_id": "of the life"}
	session, err := l.sandbox.API.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("subscription"), Customer: &customer.ID, ClientReferenceID: stripe.String(lifeUser),
		SuccessURL: stripe.String("https://app.example.com/ok"), Metadata: owner,
		LineItems:        []*stripe.CheckoutSessionLineItemParams{{Price: stripe.String("price_pro_monthly"), Quantity: stripe.Int64(1)}},
		SubscriptionData: &stripe.CheckoutSessionSubscriptionDataParams{Metadata: owner},
	})
	if err != nil {
		t.Fatal(err)
	}
	l.sandbox.Pay(t, session.ID)
	paid, err := l.sandbox.API.CheckoutSessions.Get(session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l.subscription(t, paid.Subscription.ID)
}

func (l life) subscription(t *testing.T, id string) *stripe.Subscription {
	t.Helper()
	s, err := l.sandbox.API.Subscriptions.Get(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// renew lets a month pass at Stripe, which bills the subscription.
func (l life) renew(t *testing.T, id string) {
	t.Helper()
	l.sandbox.Clock.Advance(31 * 24 * time.Hour)
	l.subscription(t, id)
}

// order changes how many are subscribed to.
func (l life) order(t *testing.T, s *stripe.Subscription, quantity int64) {
	t.Helper()
	_, err := l.sandbox.API.Subscriptions.Update(s.ID, &stripe.SubscriptionParams{
		ProrationBehavior: stripe.String("none"),
		Items:             []*stripe.SubscriptionItemsParams{{ID: &s.Items.Data[0].ID, Quantity: &quantity}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// attach gives the subscription's customer a card, and has it pay with that.
func (l life) attach(t *testing.T, s *stripe.Subscription, card string) {
	t.Helper()
	method, err := l.sandbox.API.PaymentMethods.Attach(card, &stripe.PaymentMethodAttachParams{Customer: &s.Customer.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.sandbox.API.Subscriptions.Update(s.ID, &stripe.SubscriptionParams{DefaultPaymentMethod: &method.ID}); err != nil {
		t.Fatal(err)
	}
}

// refund gives back a third of a charge.
func (l life) refund(t *testing.T, charge string) {
	t.Helper()
	if _, err := l.sandbox.API.Refunds.New(&stripe.RefundParams{Charge: &charge, Amount: stripe.Int64(900)}); err != nil {
		t.Fatal(err)
	}
}

// subscribeAgain has the customer get a second subscription, which nobody
// stopped.
func (l life) subscribeAgain(t *testing.T, first *stripe.Subscription) {
	t.Helper()
	_, err := l.sandbox.API.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &first.Customer.ID, DefaultPaymentMethod: &first.DefaultPaymentMethod.ID, Metadata: map[string]string{"user_id": lifeUser},
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_starter_monthly")}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// without is an event with a member of its object left out.
func without(t *testing.T, e told, member string) string {
	t.Helper()
	var event map[string]any
	decoder := json.NewDecoder(strings.NewReader(e.body))
	decoder.UseNumber()
	if err := decoder.Decode(&event); err != nil {
		t.Fatal(err)
	}
	delete(event["data"].(map[string]any)["object"].(map[string]any), member)
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// stored is the project's part of the table, but for what depends on how often
// events were delivered, and when: records' attempts and times, and how long
// questions to Stripe are reserved. Counters are summed over their shards.
func (l life) stored(t *testing.T) map[string]functiontest.Item {
	t.Helper()
	items := map[string]functiontest.Item{}
	counters := functiontest.Item{}
	for at, it := range l.Items(t) {
		if !strings.Contains(at, l.project.String()) {
			continue
		}
		at, it = strings.ReplaceAll(at, l.project.String(), "P"), l.anonymous(t, it)
		switch {
		case strings.Contains(at, "#COUNTERS#"):
			for name, n := range it {
				if count, ok := n.(float64); ok {
					sum, _ := counters[name].(float64)
					counters[name] = sum + count
				}
			}
			continue
		case strings.Contains(at, "#EVENTS#"):
			for _, name := range []string{"attempts", "received_at", "took_ms", "expires_at"} {
				delete(it, name)
			}
		case strings.Contains(at, "#ASK#"):
			delete(it, "until")
			delete(it, "expires_at")
		case strings.Contains(at, "#RATE#"):
			delete(it, "paid")
			delete(it, "expires_at")
		case strings.Contains(at, "#BODY#"):
			delete(it, "expires_at")
		case strings.HasPrefix(at, "PROJECT#"), strings.HasPrefix(at, "OWNER#"), strings.HasPrefix(at, "RECONCILE#"):
			continue // not written by events
		}
		items[at] = it
	}
	items["counters"] = counters
	return items
}

// anonymous is an item without the project's id.
func (l life) anonymous(t *testing.T, it functiontest.Item) functiontest.Item {
	t.Helper()
	text, err := json.Marshal(it)
	if err != nil {
		t.Fatal(err)
	}
	var copied functiontest.Item
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte(l.project.String()), []byte("P")), &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}

// happened is what has happened at Stripe, in short.
func (l life) happened(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, e := range l.events(t) {
		all = append(all, fmt.Sprintf("%s %s %s", e.id, e.kind, e.object))
	}
	return all
}
