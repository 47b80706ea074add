package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// queried answers with a body and keeps the queries; a place that is asked for
// and not known is refused as Stripe refuses it.
func queried(queries *[]url.Values, unknown, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		*queries = append(*queries, q)
		if q.Get("starting_after") == unknown {
			functiontest.Answering(http.StatusBadRequest, `{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "starting_after"}}`)(w, r)
			return
		}
		functiontest.Answering(http.StatusOK, body, "Date", "Tue, 03 Feb 2026 09:14:08 GMT")(w, r)
	}
}

func TestUndelivered(t *testing.T) {
	t.Parallel()
	const newer = `{"id": "evt_2", "object": "event", "api_version": "2020-08-27", "created": 1770110200, "type": "invoice.paid", "data": {"object": {"id": "in_1", "parent": {}}}}`
	const older = `{"id": "evt_1", "object": "event", "created": 1770110100, "type": "radar.early_fraud_warning.created", "data": {"object": {}}}`
	var queries []url.Values
	stripe := functiontest.NewStripe(t, queried(&queries, "evt_gone", `{"object": "list", "has_more": true, "data": [`+newer+`, `+older+`]}`))
	a := account(t, stripe.URL)
	from, until := billing.At(1770110000), billing.At(1770110300)
	page, err := a.Undelivered(t.Context(), from, until, "evt_3")
	if err != nil || !page.More || len(page.Events) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	for i, want := range []struct{ id, kind, body string }{{"evt_1", "radar.early_fraud_warning.created", older}, {"evt_2", "invoice.paid", newer}} {
		if e := page.Events[i]; e.ID != want.id || e.Type != want.kind || string(e.Body) != want.body || !e.Created.Equal(from.Add(time.Duration(100*(i+1))*time.Second)) {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	want := url.Values{
		"created[gte]": {"1770110000"}, "created[lt]": {"1770110300"}, "delivery_success": {"false"}, "limit": {"100"}, "starting_after": {"evt_3"},
	}
	if diff := cmp.Diff([]url.Values{want}, queries); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if page, err = a.Undelivered(t.Context(), from, until, "evt_gone"); err != nil || page.More || len(page.Events) != 0 {
		t.Errorf("from an event that is gone: %+v, %v", page, err)
	}
	stripe.Answer(functiontest.Answering(http.StatusUnauthorized, `{"error": {"type": "invalid_request_error"}}`))
	if _, err = a.Undelivered(t.Context(), from, until, ""); billing.KindOf(err) != billing.PermissionDenied {
		t.Errorf("with a rejected key: %v", err)
	}
}

func TestSubscriptionsAfter(t *testing.T) {
	t.Parallel()
	made := strings.Replace(subscriptionJSON, `"id": "sub_1"`, `"id": "sub_2"`, 1)
	var queries []url.Values
	stripe := functiontest.NewStripe(t, queried(&queries, "sub_gone", fmt.Sprintf(
		`{"object": "list", "has_more": true, "data": [%s, {"id": "sub_0", "object": "subscription"}]}`, made)))
	a := account(t, stripe.URL)
	for next, asked := range map[string][]string{"": {""}, "sub_3": {"sub_3"}, "sub_gone": {"sub_gone", ""}} {
		queries = nil
		page, err := a.SubscriptionsAfter(t.Context(), next, 20)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Found) != 1 || page.Found[0].Fact.ID != "sub_2" || page.Next != "sub_0" {
			t.Errorf("after %q: %+v", next, page)
		}
		if page.Unreadable == nil || !strings.Contains(page.Unreadable.Error(), "sub_0") {
			t.Errorf("after %q: unreadable: %v", next, page.Unreadable)
		}
		var got []string
		for _, q := range queries {
			got = append(got, q.Get("starting_after"))
			if q.Get("status") != "all" || q.Get("limit") != "20" || q.Has("customer") {
				t.Errorf("after %q: asked %v", next, q)
			}
		}
		if diff := cmp.Diff(asked, got); diff != "" {
			t.Errorf("after %q (-want +got):\n%s", next, diff)
		}
	}
}
