package stripeevent_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
			Monthly: 2400, Currency: "usd", Interval: billing.Month, IntervalCount: 1, Amount: 2400,
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
	payment := func(id, intent string, status billing.TransactionStatus, created, told int64) billing.Transaction {
		return billing.Transaction{
			ID: id, Owner: sampleCustomer, User: sampleUser, Subscription: sampleSubscription, PaymentIntent: intent,
			Status: status, Amount: 2400, AsOf: billing.At(told), Currency: "usd",
			Description: "1 × Team (at $24.00 / month)", CreatedAt: billing.At(created),
		}
	}
	firstPeriod := [2]int64{1770110100, 1772529300}
	secondPeriod := [2]int64{1772529300, 1775207700}
	incomplete := state(billing.StatusIncomplete, firstPeriod[0], firstPeriod[1], 0)
	active := state(billing.StatusActive, firstPeriod[0], firstPeriod[1], 0)
	canceled := state(billing.StatusCanceled, secondPeriod[0], secondPeriod[1], 1774347485)
	firstPaid := billing.PaymentFact{Payment: payment(sampleInvoice, sampleIntent, billing.TransactionSucceeded, 1770110100, 1770110104)}
	declined := payment(sampleRenewal, "pi_3Swgwkta1QbhkHe4Zr9LmTyW1dcjdhxD", billing.TransactionFailed, 1772529372, 1772533060)
	declined.Retry = billing.Retry{Attempts: 1, Next: billing.At(1772792260), AsOf: billing.At(1772533060)}

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
			Fact: billing.PaymentFact{Payment: declined, Renewal: true},
		},
		"charge.refunded": {
			ID: "evt_1SwXU3O51QbhkHe4Zr9LmTyW", Object: "ch_3SwCENge1QbhkHe4Zr9LmTyW1YaohsL0", Created: billing.At(1770732151),
			Fact: billing.PaymentFact{Payment: billing.Transaction{
				ID: sampleInvoice, Owner: sampleCustomer, PaymentIntent: sampleIntent, Status: billing.TransactionSucceeded,
				Amount: 2400, AsOf: billing.At(1770732151), Refunded: 600, RefundsAsOf: billing.At(1770732151),
				Currency: "usd", CreatedAt: billing.At(1770110102),
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
			body := read(t, file)
			got := decode(t, body)
			expected := want[kind]
			expected.Type, expected.Mode, expected.APIVersion = kind, billing.Test, "2024-06-20"
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
			// With another type behind, it is read in another way, to the same end.
			end := bytes.LastIndexByte(body, '}')
			misleading := slices.Concat(body[:end], []byte(`, "related": {"type": "charge.failed"}`), body[end:])
			if diff := cmp.Diff(expected, decode(t, misleading)); diff != "" {
				t.Errorf("Decode with another type behind (-want +got):\n%s", diff)
			}
		})
	}
}

// told and version are when and in which version deliveries tell.
const (
	told    = int64(1770110105)
	version = "2025-09-30.clover"
)

// delivery is an event around an object.
func delivery(tb testing.TB, kind string, object, previous any) []byte {
	tb.Helper()
	data := map[string]any{"object": object}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	return marshal(tb, map[string]any{
		"id": "evt_1", "object": "event", "api_version": version, "type": kind, "created": told, "livemode": false, "data": data,
	})
}

func marshal(tb testing.TB, v any) []byte {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func decode(t *testing.T, body []byte) billing.Event {
	t.Helper()
	event, err := stripeevent.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func decodeAs[F billing.Fact](t *testing.T, kind string, object any) F {
	t.Helper()
	event := decode(t, delivery(t, kind, object, nil))
	fact, ok := event.Fact.(F)
	if !ok {
		t.Fatalf("the fact is a %T", event.Fact)
	}
	return fact
}
