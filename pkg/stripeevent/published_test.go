package stripeevent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

const publishedRoot = "../../../shared/stripe-data"

// published is an object as Stripe wrote it, found anywhere in the published
// data.
type published struct {
	key     string // its file and its id
	version string // in which it was written
	object  map[string]any
}

// publishedObjects collects what is published of a kind beside this
// repository.
func publishedObjects(t *testing.T, kind string) []published {
	t.Helper()
	if _, err := os.Stat(publishedRoot); err != nil {
		t.Skip("the published Stripe data are not beside this repository")
	}
	files, err := filepath.Glob(publishedRoot + "/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var found []published
	for _, file := range files {
		var document any
		unmarshal(t, read(t, file), &document)
		name := strings.TrimSuffix(strings.TrimPrefix(file, publishedRoot+"/"), ".json")
		collect(document, kind, func(object map[string]any) {
			id, _ := object["id"].(string)
			key := name + " " + id
			if object["deleted"] == true {
				key += " deleted"
			}
			found = append(found, published{key, publishedVersion(name), object})
		})
	}
	return found
}

// publishedVersion is the API version that a file's name tells.
func publishedVersion(name string) string {
	folder, file, _ := strings.Cut(name, "/")
	switch folder {
	case "recorded":
		version, _, _ := strings.Cut(file, "__")
		return version
	case "resource-objects":
		return strings.TrimPrefix(file, "fixtures3.")
	case "new-pay-rails":
		return "2025-03-31.basil"
	default:
		return "2020-08-27"
	}
}

func collect(v any, kind string, found func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		if v["object"] == kind {
			found(v)
		}
		for _, member := range v {
			collect(member, kind, found)
		}
	case []any:
		for _, member := range v {
			collect(member, kind, found)
		}
	}
}

// event is a delivery of the object in its version.
func (p published) event(t *testing.T, kind string) (billing.Event, error) {
	t.Helper()
	return stripeevent.Decode(marshal(t, map[string]any{
		"id": "evt_1", "object": "event", "api_version": p.version, "type": kind, "created": told, "livemode": false,
		"data": map[string]any{"object": p.object},
	}))
}

// decodePublished is what the delivery of the object in its version says.
func decodePublished[F billing.Fact](t *testing.T, p published, kind string) F {
	t.Helper()
	event, err := p.event(t, kind)
	if err != nil {
		t.Fatal(err)
	}
	if event.APIVersion != p.version || event.Object != p.object["id"] {
		t.Errorf("the event is %+v", event)
	}
	fact, ok := event.Fact.(F)
	if !ok {
		t.Fatalf("%s: the fact is a %T", kind, event.Fact)
	}
	return fact
}

// checkPublished holds every published object of a kind against its line in
// the table, and the table against the objects.
func checkPublished[E any](t *testing.T, kind string, table map[string]E, check func(*testing.T, published, E)) {
	t.Helper()
	objects := publishedObjects(t, kind)
	seen := map[string]bool{}
	for _, p := range objects {
		seen[p.key] = true
		t.Run(p.key, func(t *testing.T) {
			t.Parallel()
			want, ok := table[p.key]
			if !ok {
				t.Fatal("the object has no line in the table")
			}
			check(t, p, want)
		})
	}
	for key := range table {
		if !seen[key] {
			t.Errorf("%s: the table has a line, but there is no such object", key)
		}
	}
}

func TestDecodePublishedSubscriptions(t *testing.T) {
	t.Parallel()
	checkPublished(t, "subscription", publishedSubscriptions(), func(t *testing.T, p published, want publishedSubscription) {
		got := decodePublished[billing.SubscriptionFact](t, p, "customer.subscription.updated")
		state := billing.SubscriptionState{
			Status: billing.SubscriptionStatus(want.status), Price: want.price, Plan: want.plan, Quantity: want.quantity,
			CurrentPeriodStart: billing.At(want.start), CurrentPeriodEnd: billing.At(want.end), Monthly: want.monthly, Currency: "usd",
			Amount: want.amount, Interval: want.interval,
		}
		if want.interval != "" {
			state.IntervalCount = 1
		}
		if want.cancelAt != 0 {
			state.CancelAt = billing.At(want.cancelAt)
		}
		if want.canceledAt != 0 {
			state.CanceledAt = billing.At(want.canceledAt)
		}
		expected := billing.SubscriptionFact{
			Lifecycle: billing.Updated, ID: got.ID, Customer: want.customer, Trial: want.trial, CreatedAt: got.CreatedAt, After: state, Before: state,
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("fact (-want +got):\n%s", diff)
		}
		if created, _ := p.object["created"].(float64); got.CreatedAt != billing.At(int64(created)) {
			t.Errorf("created at %s", got.CreatedAt)
		}
	})
}

func TestDecodePublishedInvoices(t *testing.T) {
	t.Parallel()
	checkPublished(t, "invoice", publishedInvoices(), func(t *testing.T, p published, want publishedInvoice) {
		if want == (publishedInvoice{}) {
			if event, err := p.event(t, "invoice.paid"); err == nil || event.Fact != nil {
				t.Errorf("Decode = %+v, %v", event, err)
			}
			return
		}
		id, _ := p.object["id"].(string)
		expected := billing.PaymentFact{Renewal: want.renewal, Free: want.paid == 0 && want.attempts == 0, Payment: billing.Transaction{
			ID: id, Owner: want.customer, Subscription: want.subscription, PaymentIntent: want.intent,
			Status: billing.TransactionSucceeded, Amount: want.paid, AsOf: billing.At(told), Currency: "usd",
			Description: want.description, CreatedAt: billing.At(want.created),
		}}
		if diff := cmp.Diff(expected, decodePublished[billing.PaymentFact](t, p, "invoice.paid")); diff != "" {
			t.Errorf("paid (-want +got):\n%s", diff)
		}
		expected.Free = false
		expected.Payment.Status, expected.Payment.Amount = billing.TransactionFailed, want.due
		expected.Payment.Retry = billing.Retry{Attempts: int(want.attempts), AsOf: billing.At(told)}
		if want.next != 0 {
			expected.Payment.Retry.Next = billing.At(want.next)
		}
		if diff := cmp.Diff(expected, decodePublished[billing.PaymentFact](t, p, "invoice.payment_failed")); diff != "" {
			t.Errorf("failed (-want +got):\n%s", diff)
		}
	})
}

func TestDecodePublishedCharges(t *testing.T) {
	t.Parallel()
	checkPublished(t, "charge", publishedCharges(), func(t *testing.T, p published, want publishedCharge) {
		expected := billing.PaymentFact{OfInvoice: want.ofInvoice, Payment: billing.Transaction{
			ID: want.payment, Owner: want.owner, PaymentIntent: want.intent, Status: want.status, Amount: want.amount,
			AsOf: billing.At(told), Currency: "usd", Description: want.description, CreatedAt: billing.At(want.created),
		}}
		if want.code != "" {
			message, _ := p.object["failure_message"].(string)
			expected.Payment.Failure = billing.Failure{Code: want.code, Decline: want.decline, Message: message, AsOf: billing.At(told)}
		}
		if want.status.Paid() {
			expected.Payment.Refunded, expected.Payment.RefundsAsOf = want.refunded, billing.At(told)
		}
		if diff := cmp.Diff(expected, decodePublished[billing.PaymentFact](t, p, "charge.refunded")); diff != "" {
			t.Errorf("fact (-want +got):\n%s", diff)
		}
		answer, err := stripeevent.Charge(marshal(t, p.object), billing.At(told))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, answer); diff != "" {
			t.Errorf("Charge (-want +got):\n%s", diff)
		}
	})
}

func TestDecodePublishedPaymentIntents(t *testing.T) {
	t.Parallel()
	checkPublished(t, "payment_intent", publishedIntents(), func(t *testing.T, p published, want publishedIntent) {
		id, _ := p.object["id"].(string)
		expected := billing.PaymentFact{OfInvoice: want.ofInvoice, Payment: billing.Transaction{
			ID: want.payment, Owner: want.owner, PaymentIntent: id, Status: billing.TransactionSucceeded, Amount: want.received,
			AsOf: billing.At(told), Currency: "usd", CreatedAt: billing.At(want.created),
		}}
		if diff := cmp.Diff(expected, decodePublished[billing.PaymentFact](t, p, "payment_intent.succeeded")); diff != "" {
			t.Errorf("succeeded (-want +got):\n%s", diff)
		}
		expected.Payment.Status, expected.Payment.Amount = billing.TransactionFailed, want.amount
		if diff := cmp.Diff(expected, decodePublished[billing.PaymentFact](t, p, "payment_intent.payment_failed")); diff != "" {
			t.Errorf("failed (-want +got):\n%s", diff)
		}
	})
}

func TestDecodePublishedRefunds(t *testing.T) {
	t.Parallel()
	checkPublished(t, "refund", publishedRefunds(), func(t *testing.T, p published, charge string) {
		event, err := p.event(t, "refund.failed")
		if err != nil {
			t.Fatal(err)
		}
		var want billing.Fact
		if charge != "" {
			want = billing.ChargeFact{Charge: charge}
		}
		if diff := cmp.Diff(want, event.Fact); diff != "" {
			t.Errorf("fact (-want +got):\n%s", diff)
		}
	})
}

func TestDecodePublishedDisputes(t *testing.T) {
	t.Parallel()
	checkPublished(t, "dispute", publishedDisputes(), func(t *testing.T, p published, want publishedDispute) {
		id, _ := p.object["id"].(string)
		expected := billing.ChargeFact{Charge: want.charge, Dispute: &billing.Dispute{
			ID: id, Status: want.status, Reason: want.reason, Amount: want.amount, CreatedAt: billing.At(want.created), AsOf: billing.At(told),
		}}
		if diff := cmp.Diff(expected, decodePublished[billing.ChargeFact](t, p, "charge.dispute.updated")); diff != "" {
			t.Errorf("fact (-want +got):\n%s", diff)
		}
	})
}

func TestDecodePublishedSessions(t *testing.T) {
	t.Parallel()
	checkPublished(t, "checkout.session", publishedSessions(), func(t *testing.T, p published, want publishedSession) {
		if want == (publishedSession{}) {
			if event, err := p.event(t, "checkout.session.completed"); err == nil || event.Fact != nil {
				t.Errorf("Decode = %+v, %v", event, err)
			}
			return
		}
		got := decodePublished[billing.CheckoutFact](t, p, "checkout.session.completed")
		if got.Customer != want.customer || got.Subscription != want.subscription || got.Email == "" {
			t.Errorf("the fact is %+v", got)
		}
		var payment *billing.Transaction
		if want.intent != "" {
			payment = &billing.Transaction{
				ID: want.intent, Owner: want.customer, PaymentIntent: want.intent, Status: billing.TransactionSucceeded,
				Amount: want.amount, AsOf: billing.At(told), Currency: "usd", CreatedAt: billing.At(told),
			}
		}
		if diff := cmp.Diff(payment, got.Payment); diff != "" {
			t.Errorf("payment (-want +got):\n%s", diff)
		}
	})
}

// Events published whole, in the oldest version, are read as they are.
func TestDecodePublishedEvents(t *testing.T) {
	t.Parallel()
	for _, p := range publishedObjects(t, "event") {
		if publishedVersion(p.key) != "2020-08-27" {
			continue // a sample of the event object, which carries nothing
		}
		t.Run(p.key, func(t *testing.T) {
			t.Parallel()
			event, err := stripeevent.Decode(marshal(t, p.object))
			if err != nil {
				t.Fatal(err)
			}
			if event.APIVersion != "2020-08-27" || event.Type != p.object["type"] || event.Object == "" {
				t.Errorf("the event is %+v", event)
			}
			kind, _, _ := strings.Cut(event.Type, ".")
			unused := kind == "payout" || kind == "account" && event.Account == ""
			if (event.Fact == nil) != unused {
				t.Errorf("the fact is %+v", event.Fact)
			}
			if f, is := event.Fact.(billing.AccountFact); is && f.Account != event.Account {
				t.Errorf("it is of %s and tells of %s", event.Account, f.Account)
			}
		})
	}
}
