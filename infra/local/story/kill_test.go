package story

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/stack"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

const (
	// kills is how often the processes are killed, and shops how many projects
	// are told of events meanwhile, each one event at a time.
	kills = 50
	shops = 4

	webhooks = "WebhooksFunction"
)

// The processes that take events are killed again and again while events come.
// Stripe delivers again what was cut off; in the end all that was acknowledged
// is there, nothing is missing, and nothing is there twice.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	running, world, _ := start(t)
	var sellers []*story
	for range shops {
		shop, err := Setup(t.Context(), world, NewShop())
		if err != nil {
			t.Fatal(err)
		}
		sellers = append(sellers, newStory(world, shop))
	}
	selling, closed := context.WithCancel(t.Context())
	defer closed()
	var load sync.WaitGroup
	for _, s := range sellers {
		load.Go(func() {
			for n := 0; selling.Err() == nil; n++ {
				if err := s.sell(t.Context(), n); err != nil {
					t.Errorf("sell: %v", err)
					return
				}
			}
		})
	}
	killed := kill(t, running)
	closed()
	load.Wait()
	table := store.Open(running.DynamoDB(), running.TableName)
	interrupted, acknowledged := 0, 0
	for _, s := range sellers {
		i, a := s.nothingIsLost(t, running)
		interrupted, acknowledged = interrupted+i, acknowledged+a
		s.nothingIsThereTwice(t, table)
	}
	t.Logf("%d processes killed in %d rounds; %d deliveries cut off, %d events acknowledged", killed, kills, interrupted, acknowledged)
	if interrupted == 0 {
		t.Error("no delivery was cut off")
	}
}

// kill kills the processes that take events, at any moment of their work.
func kill(t *testing.T, running *stack.Stack) (killed int) {
	t.Helper()
	for round := 0; round < kills; {
		time.Sleep(rand.N(150 * time.Millisecond)) // any moment is right
		n, err := running.Kill(webhooks)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			round++
			killed += n
		}
	}
	return killed
}

// sell has a new customer subscribe, and every third one cancel, and gives the
// deliveries a moment, so that no more is sold than can be told.
func (s *story) sell(ctx context.Context, n int) error {
	var made struct {
		ID string `json:"id"`
	}
	user := url.Values{"metadata[user_id]": {uuid.NewString()}}
	if err := s.stripe(ctx, http.MethodPost, "/v1/customers", user, &made); err != nil {
		return err
	}
	customer := made.ID
	if err := s.stripe(ctx, http.MethodPost, "/v1/payment_methods/pm_card_visa/attach", url.Values{"customer": {customer}}, &made); err != nil {
		return err
	}
	params := url.Values{"customer": {customer}, "items[0][price]": {price}, "default_payment_method": {made.ID}}
	if err := s.stripe(ctx, http.MethodPost, "/v1/subscriptions", params, &made); err != nil {
		return err
	}
	if n%3 == 0 {
		if err := s.stripe(ctx, http.MethodDelete, "/v1/subscriptions/"+made.ID, nil, nil); err != nil {
			return err
		}
	}
	return s.control(ctx, "settle", map[string]any{"timeout_seconds": 0.3}, nil)
}

// nothingIsLost waits for what is still to be delivered, and fails the test
// unless each event that was acknowledged has left its record. It counts the
// deliveries that came to nothing and the events that were acknowledged.
func (s *story) nothingIsLost(t *testing.T, running *stack.Stack) (interrupted, acknowledged int) {
	t.Helper()
	var settled struct {
		Settled bool `json:"settled"`
		Pending int  `json:"pending"`
	}
	if err := s.control(t.Context(), "settle", map[string]any{"timeout_seconds": 90}, &settled); err != nil {
		t.Fatal(err)
	}
	if !settled.Settled {
		t.Fatalf("%d events are still to be delivered", settled.Pending)
	}
	var log struct {
		Data []delivery `json:"data"`
	}
	if err := s.stripe(t.Context(), http.MethodGet, "/_sandbox/deliveries", nil, &log); err != nil {
		t.Fatal(err)
	}
	records := s.records(t, running)
	seen := map[string]bool{}
	for _, d := range log.Data {
		taken := d.Status == http.StatusOK
		seen[d.Event] = seen[d.Event] || taken
		if !taken {
			interrupted++
		} else if !records[d.Event] {
			t.Errorf("%s %s was acknowledged and is not recorded", d.Type, d.Event)
		}
	}
	for event, taken := range seen {
		if !taken {
			t.Errorf("%s was never acknowledged", event)
		}
	}
	return interrupted, len(seen)
}

// records are the events of the shop's project that are done with.
func (s *story) records(t *testing.T, running *stack.Stack) map[string]bool {
	t.Helper()
	done := map[string]bool{}
	for _, it := range items(t, running) {
		id, _ := it["id"].(string)
		outcome, _ := it["outcome"].(string)
		if billing.Outcome(outcome).Settled() {
			done[id] = true
		}
	}
	return done
}

// nothingIsThereTwice fails the test unless the shop's rows are what there is
// at Stripe, and its counters a recount of them.
func (s *story) nothingIsThereTwice(t *testing.T, table *store.Table) {
	t.Helper()
	scope := billing.Scope{Project: uuid.MustParse(s.Project), Mode: billing.Test}
	truth, stored, recount := map[string]string{}, map[string]string{}, billing.Tally{}
	for _, sub := range s.all(t, "/v1/subscriptions", url.Values{"status": {"all"}}) {
		truth[sub.ID] = sub.Status
		rows, err := table.Subscriptions(t.Context(), scope, sub.Customer)
		if err != nil {
			t.Fatal(err)
		}
		payments, err := table.Transactions(t.Context(), scope, sub.Customer)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			stored[row.ID] = string(row.Status)
			recount.Subscription(nil, row)
		}
		for _, row := range payments {
			stored[row.ID] = fmt.Sprintf("%s %d", row.Status, row.Amount)
			recount.Transaction(nil, row)
		}
	}
	for _, invoice := range s.all(t, "/v1/invoices", url.Values{"status": {"paid"}}) {
		truth[invoice.ID] = fmt.Sprintf("succeeded %d", invoice.Paid)
	}
	if diff := cmp.Diff(truth, stored); diff != "" {
		t.Errorf("rows (-at Stripe +stored):\n%s", diff)
	}
	counted, err := table.Tally(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range counted {
		if n == 0 {
			delete(counted, name)
		}
	}
	if diff := cmp.Diff(recount, counted); diff != "" || len(recount) == 0 {
		t.Errorf("counters (-a recount of the rows +counted):\n%s", diff)
	}
}

// sold is what the test looks at of Stripe's subscriptions and invoices.
type sold struct {
	ID       string `json:"id"`
	Customer string `json:"customer"`
	Status   string `json:"status"`
	Paid     int64  `json:"amount_paid"`
}

// all lists objects at Stripe, page by page.
func (s *story) all(t *testing.T, path string, params url.Values) []sold {
	t.Helper()
	var found []sold
	params.Set("limit", "100")
	for {
		var page struct {
			Data    []sold `json:"data"`
			HasMore bool   `json:"has_more"`
		}
		if err := s.stripe(t.Context(), http.MethodGet, path+"?"+params.Encode(), nil, &page); err != nil {
			t.Fatal(err)
		}
		found = append(found, page.Data...)
		if !page.HasMore {
			return found
		}
		params.Set("starting_after", found[len(found)-1].ID)
	}
}
