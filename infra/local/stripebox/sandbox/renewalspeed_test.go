package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"billhook/infra/local/stripebox/sandbox"
)

// subscribers starts a sandbox in which n customers have subscribed.
func subscribers(tb testing.TB, n int) *sandbox.Server {
	tb.Helper()
	server, err := sandbox.New(sandbox.Options{Seed: "many", Now: func() time.Time { return start }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
	})
	for range n {
		customer := struct{ ID string }{}
		direct(tb, server, http.MethodPost, "/v1/customers", "", &customer)
		method := struct{ ID string }{}
		direct(tb, server, http.MethodPost, "/v1/payment_methods/pm_card_visa/attach", "customer="+customer.ID, &method)
		direct(tb, server, http.MethodPost, "/v1/subscriptions",
			"items[0][price]=price_pro_monthly&customer="+customer.ID+"&default_payment_method="+method.ID, nil)
	}
	return server
}

// direct calls the handler without a network.
func direct(tb testing.TB, server *sandbox.Server, method, path, body string, into any) {
	tb.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer sk_test_many")
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, request)
	if answer.Code != http.StatusOK {
		tb.Fatalf("%s %s = %d %s", method, path, answer.Code, answer.Body)
	}
	if into != nil {
		if err := json.Unmarshal(answer.Body.Bytes(), into); err != nil {
			tb.Fatal(err)
		}
	}
}

// renew advances the clock by more than a month.
func renew(tb testing.TB, server *sandbox.Server) {
	tb.Helper()
	direct(tb, server, http.MethodPost, "/_sandbox/advance", `{"days":31}`, nil)
}

// A thousand subscriptions are renewed by one step of the clock, each of them
// once.
func TestRenewsAThousandSubscriptions(t *testing.T) {
	t.Parallel()
	const n = 1000
	server := subscribers(t, n)
	began := time.Now()
	renew(t, server)
	t.Logf("%d subscriptions renewed in %v", n, time.Since(began))

	renewed := map[string]int{} // by subscription
	for after, more := "", true; more; {
		var page struct {
			HasMore bool `json:"has_more"`
			Data    []struct {
				ID, Subscription, Status string
				BillingReason            string `json:"billing_reason"`
			}
		}
		direct(t, server, http.MethodGet, "/v1/invoices?limit=100"+after, "", &page)
		for _, invoice := range page.Data {
			if invoice.BillingReason == "subscription_cycle" && invoice.Status == "paid" {
				renewed[invoice.Subscription]++
			}
		}
		more = page.HasMore
		after = "&starting_after=" + page.Data[len(page.Data)-1].ID
	}
	if len(renewed) != n {
		t.Errorf("%d subscriptions were renewed, want %d", len(renewed), n)
	}
	for id, times := range renewed {
		if times != 1 {
			t.Errorf("%s was renewed %d times", id, times)
		}
	}
}

func BenchmarkRenewals(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			server := subscribers(b, n)
			b.ResetTimer()
			for range b.N {
				renew(b, server)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/renewal")
		})
	}
}
