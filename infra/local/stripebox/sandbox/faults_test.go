package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/sandbox"
)

// faults switches faults on.
func (b *box) faults(rules string) {
	b.t.Helper()
	b.control(http.MethodPut, "/_sandbox/faults", `{"faults":[`+rules+`]}`, nil)
}

// counted is what a fault says of itself.
type counted struct {
	Kind           string
	Seen, Injected int
}

func (b *box) counted() []counted {
	b.t.Helper()
	var answer struct{ Faults []counted }
	b.control(http.MethodGet, "/_sandbox/faults", "", &answer)
	return answer.Faults
}

// post creates a customer and answers the status, 0 when there is no answer.
func (b *box) post(email, key string) (int, http.Header) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/v1/customers", strings.NewReader("email="+email))
	b.must(err)
	request.Header.Set("Authorization", "Bearer "+b.key)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	// Go itself would try once more what breaks off on a connection that was used before.
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			b.t.Errorf("the request failed with %v, want a closed connection", err)
		}
		return 0, nil
	}
	b.must(response.Body.Close())
	return response.StatusCode, response.Header
}

// customers lists the addresses of the customers that there are.
func (b *box) customers() []string {
	b.t.Helper()
	emails := []string{}
	for list := b.api.Customers.List(nil); list.Next(); {
		emails = append(emails, list.Customer().Email)
	}
	return emails
}

// Each fault is met once, then the same request is sent again under its key.
func TestFaultsOfRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule         string
		first, again int
		header       map[string]string // of the first answer
		before       []string          // customers between the two
		after        []string
	}{
		"429": {
			`{"kind":"429","count":1,"retry_after_seconds":7,"path":"/v1/customers","method":"post"}`, http.StatusTooManyRequests, http.StatusOK,
			map[string]string{"Retry-After": "7", "Stripe-Should-Retry": "", "Stripe-Rate-Limited-Reason": "global-rate"}, []string{}, []string{"a@example.com"},
		},
		"500": {
			`{"kind":"500","count":1,"path":"/v1/customers","method":"POST"}`, http.StatusInternalServerError, http.StatusInternalServerError,
			map[string]string{"Retry-After": "", "Stripe-Should-Retry": "false"}, []string{}, []string{},
		},
		"timeout": {
			`{"kind":"timeout","count":1,"hold_seconds":1,"path":"/v1/cust*","method":"POST"}`, 0, http.StatusOK,
			nil, []string{"a@example.com"}, []string{"a@example.com"},
		},
		"close": {
			`{"kind":"close","count":1,"path":"/v1/*","method":"POST"}`, 0, http.StatusOK,
			nil, []string{}, []string{"a@example.com"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			b.faults(test.rule)
			status, header := b.post("a@example.com", "key_1")
			if status != test.first {
				t.Errorf("first answer %d, want %d", status, test.first)
			}
			for name, want := range test.header {
				if got := header.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
			if diff := cmp.Diff(test.before, b.customers()); diff != "" {
				t.Errorf("customers after it (-want +got)\n%s", diff)
			}
			if status, _ := b.post("a@example.com", "key_1"); status != test.again {
				t.Errorf("second answer %d, want %d", status, test.again)
			}
			if diff := cmp.Diff(test.after, b.customers()); diff != "" {
				t.Errorf("customers in the end (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff([]counted{{name, 2, 1}}, b.counted()); diff != "" {
				t.Errorf("counted (-want +got)\n%s", diff)
			}
		})
	}
}

// The caller that gives up on a held connection is not held any longer.
func TestTimeoutEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.faults(`{"kind":"timeout","count":1}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/v1/customers", nil)
	b.must(err)
	request.Header.Set("Authorization", "Bearer "+b.key)
	if response, err := http.DefaultClient.Do(request); !errors.Is(err, context.DeadlineExceeded) {
		if err == nil {
			b.must(response.Body.Close())
		}
		t.Errorf("error = %v, want a timeout", err)
	}
	if got := b.customers(); len(got) != 1 {
		t.Errorf("%d customers, want the one that was committed", len(got))
	}
}

func TestFaultsOfWebhooks(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	b.faults(`{"kind":"drop","event":"customer.updated","count":1},{"kind":"duplicate","event":"customer.*","count":1,"after":1},
		{"kind":"delay","event":"product.created","count":1,"delay_seconds":7200}`)
	customer, err := b.api.Customers.New(nil)
	b.must(err)
	for _, name := range []string{"dropped", "twice"} {
		_, err = b.api.Customers.Update(customer.ID, &stripe.CustomerParams{Name: &name})
		b.must(err)
	}
	product, err := b.api.Products.New(&stripe.ProductParams{Name: stripe.String("Books")})
	b.must(err)
	_, err = b.api.Products.Update(product.ID, &stripe.ProductParams{Name: stripe.String("Old books")})
	b.must(err)
	for deadline := time.Now().Add(5 * time.Second); !slices.Contains(h.types(), "product.updated"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("product.updated did not arrive")
		}
	}
	b.advance(`{"seconds":7200}`)
	b.settle()
	want := []string{"customer.created", "customer.updated", "customer.updated", "product.updated", "product.created"}
	if diff := cmp.Diff(want, h.types()); diff != "" {
		t.Errorf("received (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]counted{{"drop", 2, 1}, {"duplicate", 2, 1}, {"delay", 1, 1}}, b.counted()); diff != "" {
		t.Errorf("counted (-want +got)\n%s", diff)
	}
	lost := b.api.Events.List(&stripe.EventListParams{DeliverySuccess: stripe.Bool(false)})
	if !lost.Next() || lost.Event().Type != "customer.updated" || lost.Next() {
		t.Error("the dropped event is not the only one that is listed as undelivered")
	}
}

func TestFaultsAreSwitched(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "stripebox.json")
	stored := func(o *sandbox.Options) { o.StateFile = file }
	b := newBox(t, stored)
	b.faults(`{"kind":"500","count":2}`)
	if status, _ := b.post("a@example.com", ""); status != http.StatusInternalServerError {
		t.Errorf("answered %d", status)
	}
	b.must(b.server.Close())

	b = newBox(t, stored)
	if diff := cmp.Diff([]counted{{"500", 1, 1}}, b.counted()); diff != "" {
		t.Errorf("after a restart (-want +got)\n%s", diff)
	}
	other := *b
	other.use("sk_test_second")
	if status, _ := other.post("a@example.com", ""); status != http.StatusOK || len(other.counted()) != 0 {
		t.Errorf("another account is answered %d", status)
	}
	b.control(http.MethodDelete, "/_sandbox/faults", "", nil)
	if status, _ := b.post("a@example.com", ""); status != http.StatusOK || len(b.counted()) != 0 {
		t.Errorf("switched off, and answered %d", status)
	}
}

func TestFaultsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	for body, want := range map[string]string{
		`{`:                                 "Invalid JSON",
		`{"faults":[{"kind":"500"}]}`:       "Invalid faults: faults[0]: give a rate or a count",
		`{"faults":[{"sort":"500"}]}`:       `unknown field \"sort\"`,
		`{"faults":[{"kind":"teapot"}]}`:    "kind is one of",
		`{"fault":[]}`:                      `unknown field \"fault\"`,
		`{"faults":[{"kind":500}]}`:         "Invalid JSON",
		`{"faults":[{"rate":2,"kind":""}]}`: "kind is one of",
	} {
		got := b.do(http.MethodPut, "/_sandbox/faults", body)
		var answer struct{ Error struct{ Message string } }
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, want) {
			t.Errorf("%s answers %d %s, want 400 with %q", body, got.status, got.body, want)
		}
	}
}

// The same seed and calls meet the same faults, another seed others.
func TestFaultsAreSeeded(t *testing.T) {
	t.Parallel()
	run := func(seed string) string {
		b := newBox(t, func(o *sandbox.Options) { o.Seed = seed })
		b.faults(`{"kind":"429","rate":0.3},{"kind":"500","rate":0.3}`)
		var trace strings.Builder
		for range 40 {
			status, _ := b.post("a@example.com", "")
			trace.WriteString(http.StatusText(status) + "\n")
		}
		return trace.String()
	}
	first := run("a")
	if diff := cmp.Diff(first, run("a")); diff != "" {
		t.Errorf("the same seed (-first +second)\n%s", diff)
	}
	if first == run("b") {
		t.Error("another seed meets the same faults")
	}
	for _, status := range []int{http.StatusOK, http.StatusTooManyRequests, http.StatusInternalServerError} {
		if !strings.Contains(first, http.StatusText(status)) {
			t.Errorf("none of 40 was answered %d", status)
		}
	}
}
