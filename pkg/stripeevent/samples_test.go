package stripeevent_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// The samples tell one story; these are its values.
const (
	sampleUser         = "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"
	sampleCustomer     = "cus_q0AtV6OMuZL4hR"
	sampleSubscription = "sub_1Sw0m01X1QbhkHe4Zr9LmTyW"
	samplePrice        = "price_1SwII7ig1QbhkHe4Zr9LmTyW"
	sampleInvoice      = "in_1SwiPpRW1QbhkHe4Zr9LmTyW"
	sampleRenewal      = "in_1SwVzQyq1QbhkHe4Zr9LmTyW"
	sampleIntent       = "pi_3Sw5HdLT1QbhkHe4Zr9LmTyW1CrTtPXQ"
)

func TestDecodeSamples(t *testing.T) {
	t.Parallel()
	state := func(status billing.SubscriptionStatus, start, end, canceled int64) billing.SubscriptionState {
		s := billing.SubscriptionState{
			Status: status, Price: samplePrice, Plan: "Team", Quantity: 1,
			CurrentPeriodStart: billing.At(start), CurrentPeriodEnd: billing.At(end),
			Monthly: 2400, Currency: "usd",
		}
		if canceled != 0 {
			s.CanceledAt = billing.At(canceled)
		}
		return s
	}
	subscription := func(step billing.Lifecycle, before, after billing.SubscriptionState) billing.Fact {
		return billing.SubscriptionFact{
			Lifecycle: step, ID: sampleSubscription, Customer: sampleCustomer, User: sampleUser,
			CreatedAt: billing.At(1770110100), Before: before, After: after,
		}
	}
	payment := func(id, intent string, status billing.TransactionStatus, created int64, renewal bool) billing.Fact {
		return billing.PaymentFact{
			Payment: billing.Transaction{
				ID: id, Owner: sampleCustomer, User: sampleUser, Subscription: sampleSubscription, PaymentIntent: intent,
				Status: status, Amount: 2400, Currency: "usd", Description: "1 × Team (at $24.00 / month)", CreatedAt: billing.At(created),
			},
			Renewal: renewal,
		}
	}
	firstPeriod := [2]int64{1770110100, 1772529300}
	secondPeriod := [2]int64{1772529300, 1775207700}
	incomplete := state(billing.StatusIncomplete, firstPeriod[0], firstPeriod[1], 0)
	active := state(billing.StatusActive, firstPeriod[0], firstPeriod[1], 0)
	canceled := state(billing.StatusCanceled, secondPeriod[0], secondPeriod[1], 1774347485)
	firstPaid := payment(sampleInvoice, sampleIntent, billing.TransactionSucceeded, 1770110100, false)

	want := map[string]billing.Event{
		"customer.subscription.created": {
			ID: "evt_1SwDzKUK1QbhkHe4Zr9LmTyW", Object: sampleSubscription, Created: billing.At(1770110102),
			Fact: subscription(billing.Created, incomplete, incomplete),
		},
		"customer.subscription.updated": {
			ID: "evt_1SwHa25u1QbhkHe4Zr9LmTyW", Object: sampleSubscription, Created: billing.At(1770110104),
			Fact: subscription(billing.Updated, incomplete, active),
		},
		"customer.subscription.deleted": {
			ID: "evt_1SwHE5vn1QbhkHe4Zr9LmTyW", Object: sampleSubscription, Created: billing.At(1774347485),
			Fact: subscription(billing.Deleted, canceled, canceled),
		},
		"invoice.paid": {
			ID: "evt_1Sw4HT4J1QbhkHe4Zr9LmTyW", Object: sampleInvoice, Created: billing.At(1770110104), Fact: firstPaid,
		},
		"invoice.payment_succeeded": {
			ID: "evt_1SwR4O591QbhkHe4Zr9LmTyW", Object: sampleInvoice, Created: billing.At(1770110104), Fact: firstPaid,
		},
		"invoice.payment_failed": {
			ID: "evt_1Sw7lFSM1QbhkHe4Zr9LmTyW", Object: sampleRenewal, Created: billing.At(1772533060),
			Fact: payment(sampleRenewal, "pi_3Swgwkta1QbhkHe4Zr9LmTyW1dcjdhxD", billing.TransactionFailed, 1772529372, true),
		},
		"charge.refunded": {
			ID: "evt_1SwXU3O51QbhkHe4Zr9LmTyW", Object: "ch_3SwCENge1QbhkHe4Zr9LmTyW1YaohsL0", Created: billing.At(1770732151),
			Fact: billing.RefundFact{Payment: billing.Transaction{
				ID: sampleInvoice, Owner: sampleCustomer, PaymentIntent: sampleIntent, Status: billing.TransactionSucceeded,
				Amount: 2400, Refunded: 600, Currency: "usd", CreatedAt: billing.At(1770110102),
			}},
		},
		"checkout.session.completed": {
			ID: "evt_1SwU5nin1QbhkHe4Zr9LmTyW", Created: billing.At(1770110105),
			Object: "cs_test_a1M4TYBbUwceuBi1VIlTmUjeQ8XkhmiywFDz3Z5ZM7pmCHPyPE068FqBh6",
			Fact: billing.CheckoutFact{
				Session:  "cs_test_a1M4TYBbUwceuBi1VIlTmUjeQ8XkhmiywFDz3Z5ZM7pmCHPyPE068FqBh6",
				Customer: sampleCustomer, User: sampleUser, Email: "nora.lindqvist@example.com", Subscription: sampleSubscription,
			},
		},
	}
	files, err := filepath.Glob("../../events/stripe/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(want) {
		t.Errorf("%d samples, want %d", len(files), len(want))
	}
	for _, file := range files {
		kind := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			got, err := stripeevent.Decode(read(t, file))
			if err != nil {
				t.Fatal(err)
			}
			expected := want[kind]
			expected.Type, expected.Mode = kind, billing.Test
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
		})
	}
}

// published is a subscription or an invoice as Stripe wrote it, in whatever
// version, found anywhere in the published data.
type published struct {
	path   string // file and place in it
	kind   string // "subscription" or "invoice"
	object map[string]any
}

// publishedObjects collects what is published beside this repository.
func publishedObjects(t *testing.T) []published {
	t.Helper()
	const root = "../../../shared/stripe-data"
	if _, err := os.Stat(root); err != nil {
		t.Skip("the published Stripe data are not beside this repository")
	}
	files, err := filepath.Glob(root + "/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var found []published
	for _, file := range files {
		var document any
		unmarshal(t, read(t, file), &document)
		collect(document, strings.TrimPrefix(file, root+"/"), &found)
	}
	return found
}

func collect(v any, path string, found *[]published) {
	switch v := v.(type) {
	case map[string]any:
		kind, _ := v["object"].(string)
		if kind == "subscription" || kind == "invoice" {
			*found = append(*found, published{path, kind, v})
		}
		for name, member := range v {
			collect(member, path+"/"+name, found)
		}
	case []any:
		for _, member := range v {
			collect(member, path, found)
		}
	}
}

func TestDecodePublishedObjects(t *testing.T) {
	t.Parallel()
	objects := publishedObjects(t)
	if len(objects) < 60 {
		t.Errorf("only %d objects found", len(objects))
	}
	decoded := map[string]int{}
	for _, p := range objects {
		if reason := unusable(p); reason != "" {
			t.Logf("%s: passed over: %s", p.path, reason)
			continue
		}
		decoded[p.kind]++
		t.Run(p.path, func(t *testing.T) {
			t.Parallel()
			if p.kind == "subscription" {
				checkSubscription(t, p.object)
			} else {
				checkInvoice(t, p.object)
			}
		})
	}
	t.Logf("decoded: %v", decoded)
}

// unusable says why an object cannot be what a webhook delivers. Published
// samples are often cut or made up by hand.
func unusable(p published) string {
	for _, required := range []string{"id", "customer", "created"} {
		if p.object[required] == nil {
			return "it has no " + required
		}
	}
	return ""
}

func checkSubscription(t *testing.T, object map[string]any) {
	t.Helper()
	fact := decodeAs[billing.SubscriptionFact](t, "customer.subscription.updated", object)
	if fact.ID != object["id"] || string(fact.After.Status) != object["status"] || fact.Customer == "" || fact.After.Price == "" {
		t.Errorf("id, status, customer or price is wrong: %+v", fact)
	}
	periods := map[string]time.Time{"current_period_start": fact.After.CurrentPeriodStart, "current_period_end": fact.After.CurrentPeriodEnd}
	for name, got := range periods {
		want := object[name]
		if items := list(object["items"]); len(items) > 0 && items[0][name] != nil {
			want = items[0][name]
		}
		if want != float64(got.Unix()) || got.Unix() <= 0 {
			t.Errorf("%s = %d, want %v", name, got.Unix(), want)
		}
	}
	if object["cancel_at"] != nil || object["cancel_at_period_end"] == true {
		if fact.After.CancelAt.IsZero() {
			t.Error("a scheduled cancellation was not seen")
		}
	} else if !fact.After.CancelAt.IsZero() {
		t.Errorf("a cancellation was seen at %s", fact.After.CancelAt)
	}
	if diff := cmp.Diff(fact.After, fact.Before); diff != "" {
		t.Errorf("before differs without previous attributes (-after +before):\n%s", diff)
	}
}

func checkInvoice(t *testing.T, object map[string]any) {
	t.Helper()
	for kind, amount := range map[string]string{"invoice.paid": "amount_paid", "invoice.payment_failed": "amount_due"} {
		fact := decodeAs[billing.PaymentFact](t, kind, object)
		if float64(fact.Payment.Amount) != object[amount] {
			t.Errorf("%s: amount = %d, want %v", kind, fact.Payment.Amount, object[amount])
		}
		if fact.Payment.ID != object["id"] || fact.Payment.Currency != object["currency"] || fact.Payment.Owner == "" {
			t.Errorf("%s: id, currency or owner is wrong: %+v", kind, fact.Payment)
		}
		if want := invoicedSubscription(object); fact.Payment.Subscription != want {
			t.Errorf("%s: subscription = %q, want %q", kind, fact.Payment.Subscription, want)
		}
	}
}

// invoicedSubscription finds an invoice's subscription in either shape.
func invoicedSubscription(object map[string]any) string {
	if parent, ok := object["parent"].(map[string]any); ok {
		if details, ok := parent["subscription_details"].(map[string]any); ok {
			return idOf(details["subscription"])
		}
	}
	return idOf(object["subscription"])
}

func idOf(reference any) string {
	if expanded, ok := reference.(map[string]any); ok {
		reference = expanded["id"]
	}
	id, _ := reference.(string)
	return id
}

func list(v any) []map[string]any {
	object, _ := v.(map[string]any)
	data, _ := object["data"].([]any)
	var members []map[string]any
	for _, d := range data {
		if m, ok := d.(map[string]any); ok {
			members = append(members, m)
		}
	}
	return members
}

// delivery is an event around an object.
func delivery(tb testing.TB, kind string, object, previous any) []byte {
	tb.Helper()
	data := map[string]any{"object": object}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	b, err := json.Marshal(map[string]any{
		"id": "evt_1", "object": "event", "type": kind, "created": 1770110105, "livemode": false, "data": data,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func decodeAs[F billing.Fact](t *testing.T, kind string, object any) F {
	t.Helper()
	event, err := stripeevent.Decode(delivery(t, kind, object, nil))
	if err != nil {
		t.Fatal(err)
	}
	fact, ok := event.Fact.(F)
	if !ok {
		t.Fatalf("the fact is a %T", event.Fact)
	}
	return fact
}
