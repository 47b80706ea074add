package store_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func TestPictureShowsWhatIsLookedUp(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	// Whether a scope without keys receives takes further reads; see switch_test.go.
	keys := billing.CredentialSet{Version: "1", SecretKey: "sk_..."}
	if err := table.SaveStripeConfig(t.Context(), billing.StripeConfig{Project: s.Project, Active: true, Test: keys, Live: keys}); err != nil {
		t.Fatal(err)
	}
	customer := billing.Customer{ID: "cus_1", User: "user-1", Email: "nora@example.com"}
	sub := billing.Subscription{ID: "sub_1", Customer: "cus_1", CreatedAt: noon}
	sibling := billing.Subscription{ID: "sub_2", Customer: "cus_1", CreatedAt: noon, DuplicateOf: "sub_1"}
	invoice := billing.Transaction{ID: "in_1", Owner: "cus_1", PaymentIntent: "pi_1", CreatedAt: noon}
	oneOff := billing.Transaction{ID: "pi_2", Owner: "cus_1", PaymentIntent: "pi_2", CreatedAt: noon}
	first := eventNamed("evt_1")
	commit(t, table, s, billing.Changes{
		Event: first, Customer: &customer, LinkUser: "user-1", Subscription: &sub, Sibling: &sibling, Transaction: &invoice,
	})
	commit(t, table, s, billing.Changes{Transaction: &oneOff})
	customer.Revision, sub.Revision, sibling.Revision, invoice.Revision, oneOff.Revision = 1, 1, 1, 1, 1
	for name, c := range map[string]struct {
		lookup  billing.Lookup
		event   string
		want    billing.Picture
		queries int
	}{
		"nothing":              {event: "evt_2"},
		"a seen event":         {event: "evt_1", want: billing.Picture{Record: &first}},
		"a customer":           {lookup: billing.Lookup{Owner: "cus_1"}, want: billing.Picture{Customer: &customer}},
		"an unknown one":       {lookup: billing.Lookup{Owner: "cus_2", User: "user-2", Subscription: "sub_1", Transaction: "in_1"}},
		"a user":               {lookup: billing.Lookup{User: "user-1"}, want: billing.Picture{Linked: "cus_1"}},
		"a subscription":       {lookup: billing.Lookup{Owner: "cus_1", Subscription: "sub_1"}, want: billing.Picture{Customer: &customer, Subscription: &sub}},
		"with its siblings":    {lookup: billing.Lookup{Owner: "cus_1", Subscription: "sub_1", Siblings: true}, want: billing.Picture{Customer: &customer, Subscription: &sub, Siblings: []billing.Subscription{sibling}}, queries: 1},
		"a transaction":        {lookup: billing.Lookup{Owner: "cus_1", Transaction: "in_1"}, want: billing.Picture{Customer: &customer, Transaction: &invoice}},
		"a one-off payment":    {lookup: billing.Lookup{Owner: "cus_1", PaymentIntent: "pi_2"}, want: billing.Picture{Customer: &customer, Transaction: &oneOff}},
		"an invoice's payment": {lookup: billing.Lookup{Owner: "cus_1", PaymentIntent: "pi_1"}, want: billing.Picture{Customer: &customer}},
		"all at once": {
			lookup: billing.Lookup{Owner: "cus_1", User: "user-1", Subscription: "sub_1", Transaction: "in_1", PaymentIntent: "pi_1"},
			want:   billing.Picture{Customer: &customer, Linked: "cus_1", Subscription: &sub, Transaction: &invoice},
		},
	} {
		before := account.Calls()
		got, err := table.Picture(t.Context(), s, lookup(c.event, c.lookup))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		after := account.Calls()
		if reads, queries := after["BatchGetItem"]-before["BatchGetItem"], after["Query"]-before["Query"]; reads != 1 || queries != c.queries {
			t.Errorf("%s took %d BatchGetItem and %d Query, want 1 and %d", name, reads, queries, c.queries)
		}
		other := billing.Scope{Project: s.Project, Mode: billing.Live}
		if got, err = table.Picture(t.Context(), other, lookup(c.event, c.lookup)); err != nil || !cmp.Equal(billing.Picture{}, got) {
			t.Errorf("%s in the other mode: %+v, %v; want nothing", name, got, err)
		}
	}
}

func TestPictureTellsWhetherEventsAreReceived(t *testing.T) {
	t.Parallel()
	signed := billing.CredentialSet{Version: "v", SecretKey: "sk_test_...4242", WebhookSecret: "whsec_...4242"}
	for name, c := range map[string]struct {
		config *billing.StripeConfig
		want   bool
	}{
		"no configuration":  {nil, false},
		"a webhook secret":  {&billing.StripeConfig{Active: true, Test: signed}, true},
		"deactivated":       {&billing.StripeConfig{Active: false, Test: signed}, false},
		"the other mode's":  {&billing.StripeConfig{Active: true, Live: signed}, false},
		"only a secret key": {&billing.StripeConfig{Active: true, Test: billing.CredentialSet{SecretKey: "sk_test_...4242"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, _, s := open(t)
			if c.config != nil {
				c.config.Project = s.Project
				if err := table.SaveStripeConfig(t.Context(), *c.config); err != nil {
					t.Fatal(err)
				}
			}
			p, err := table.Picture(t.Context(), s, lookup("evt_1", billing.Lookup{}))
			if err != nil || p.Receives != c.want {
				t.Errorf("Receives = %t, %v; want %t", p.Receives, err, c.want)
			}
		})
	}
}

func TestPictureFailsWhenReadingFails(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	for operation, l := range map[string]billing.Lookup{
		"BatchGetItem": {Owner: "cus_1"},
		"Query":        {Owner: "cus_1", Subscription: "sub_1", Siblings: true},
	} {
		account.Intercept(functiontest.Failing(operation, &types.InternalServerError{}))
		if _, err := table.Picture(t.Context(), s, lookup("evt_1", l)); err == nil {
			t.Errorf("%s fails, Picture does not", operation)
		}
	}
}

// An event is looked for where it was recorded, whatever its age.
func TestPictureSeesEventsOfAnyMonth(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	for _, created := range []time.Time{noon, noon.AddDate(0, -1, 0), noon.Truncate(24 * time.Hour), time.Unix(1, 0).UTC()} {
		record := eventNamed("evt_1")
		record.Created = created
		commit(t, table, s, billing.Changes{Event: record})
		p, err := table.Picture(t.Context(), s, billing.Lookup{Event: &billing.Event{ID: "evt_1", Created: created}})
		if err != nil || p.Record == nil {
			t.Errorf("event of %s: record = %v, %v", created, p.Record, err)
		}
	}
}
