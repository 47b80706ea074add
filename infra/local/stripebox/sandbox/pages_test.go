package sandbox_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/sandbox"
)

// browser is someone with the printed address, and what they hold by now.
type browser struct {
	*box
	client http.Client
}

// browse opens the printed address.
func (b *box) browse() (browser, reply) {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	b.must(err)
	visitor := browser{b, http.Client{Jar: jar}}
	return visitor, visitor.open(http.MethodGet, b.server.PageURL(""), nil)
}

func (v browser) open(method, path string, form url.Values, headers ...string) reply {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, strings.NewReader(form.Encode()))
	v.must(err)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := v.client.Do(request)
	v.must(err)
	return reply{response.StatusCode, response.Header, readBody(v.t, response)}
}

func TestPagesAreForThoseWithTheToken(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.do(http.MethodGet, "/v1/balance", "") // the account comes to life
	stranger := browser{b, http.Client{}}
	for _, path := range []string{"/_sandbox/", "/_sandbox/?token=", "/_sandbox/?token=guessed", "/_sandbox/time"} {
		if got := stranger.open(http.MethodGet, path, nil); got.status != http.StatusUnauthorized {
			t.Errorf("GET %s = %d", path, got.status)
		}
	}
	for _, path := range []string{"/_sandbox/log/resend", "/_sandbox/time/advance"} {
		if got := stranger.open(http.MethodPost, path, nil); got.status != http.StatusUnauthorized {
			t.Errorf("POST %s = %d", path, got.status)
		}
	}
	visitor, page := b.browse()
	if page.status != http.StatusOK || !strings.Contains(page.body, "Events and deliveries") {
		t.Errorf("the printed address answers %d %s", page.status, page.body)
	}
	if got := visitor.open(http.MethodGet, "/_sandbox/time", nil); got.status != http.StatusOK {
		t.Errorf("then, GET /_sandbox/time = %d", got.status)
	}
	for name, header := range map[string][]string{
		"another site":   {"Sec-Fetch-Site", "cross-site"},
		"another origin": {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		if got := visitor.open(http.MethodPost, "/_sandbox/time/advance", url.Values{"by": {"day"}}, header...); got.status != http.StatusForbidden {
			t.Errorf("a form of %s is answered %d", name, got.status)
		}
	}
}

func TestPageOfDeliveries(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	_, err := b.api.Products.New(&stripe.ProductParams{Name: stripe.String("<b>Books</b>")})
	b.must(err)
	h := b.listen()
	h.mu.Lock()
	h.refuse = 1
	h.mu.Unlock()
	_, err = b.api.Customers.New(nil)
	b.must(err)
	b.settle()
	visitor, page := b.browse()
	for _, want := range []string{
		"product.created", "no endpoint wanted it", "customer.created", h.URL, "Failed", ">500<", "Delivered", ">200<", " ms<",
		"&lt;b&gt;Books", "2 of 2 events", "Jan 31, 2026, 10:00:00 UTC",
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Index(page.body, "customer.created") > strings.Index(page.body, "product.created") {
		t.Error("the newest event is not the first")
	}
	form := url.Values{"event": {h.received()[0].ID}}
	if got := visitor.open(http.MethodPost, "/_sandbox/log/resend", form); got.status != http.StatusOK || len(h.received()) != 2 {
		t.Errorf("resending = %d, %d webhooks in all", got.status, len(h.received()))
	}
	if got := visitor.open(http.MethodPost, "/_sandbox/log/resend", url.Values{"event": {"evt_x"}}); got.status != http.StatusNotFound {
		t.Errorf("resending an unknown event = %d", got.status)
	}
}

func TestPageOfTime(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	visitor, _ := b.browse()
	b.do(http.MethodGet, "/v1/balance", "")
	step := func(by string) string {
		t.Helper()
		got := visitor.open(http.MethodPost, "/_sandbox/time/advance", url.Values{"by": {by}})
		if got.status != http.StatusOK {
			t.Fatalf("advancing by %q = %d %s", by, got.status, got.body)
		}
		return clockPattern.FindStringSubmatch(got.body)[1]
	}
	if page := visitor.open(http.MethodGet, "/_sandbox/time", nil); strings.Contains(page.body, `value="renewal"`) {
		t.Error("there is a button to a renewal, but no subscription")
	}
	if got := visitor.open(http.MethodPost, "/_sandbox/time/advance", url.Values{"by": {"renewal"}}); got.status != http.StatusBadRequest {
		t.Errorf("advancing to no renewal = %d", got.status)
	}
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	for _, move := range []struct{ by, want string }{
		{"hour", "Jan 31, 2026, 11:00:00 UTC"},
		{"day", "Feb 1, 2026, 11:00:00 UTC"},
		{"renewal", "Feb 28, 2026, 10:00:00 UTC"},
		{"month", "Mar 28, 2026, 10:00:00 UTC"},
	} {
		if got := step(move.by); got != move.want {
			t.Errorf("after a %s it is %s, want %s", move.by, got, move.want)
		}
	}
	if got := b.subscription(sub.ID).CurrentPeriodStart; got != 1772272800 { // February 28, 10:00 UTC
		t.Errorf("the period begins at %d", got)
	}
	page := visitor.open(http.MethodGet, "/_sandbox/time", nil)
	for _, want := range []string{"invoice.paid", "56 days ahead of this machine", "The next renewal is that of " + sub.ID + " on Mar 31, 2026"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

var clockPattern = regexp.MustCompile(`<p class="clock" role="status">([^<]*)</p>`)

// With several accounts, a page asks which one it is to be about.
func TestPageOfAccounts(t *testing.T) {
	t.Parallel()
	b := newBox(t, func(o *sandbox.Options) { o.PageToken = "printed" })
	visitor, page := b.browse()
	if !strings.Contains(page.body, "There is no account yet") {
		t.Errorf("without an account: %s", page.body)
	}
	b.do(http.MethodGet, "/v1/balance", "")
	b.use("sk_live_second")
	b.do(http.MethodGet, "/v1/balance", "")
	choices := visitor.open(http.MethodGet, "/_sandbox/time", nil)
	links := regexp.MustCompile(`href="(/_sandbox/time\?account=acct_\w+)"`).FindAllStringSubmatch(choices.body, -1)
	if len(links) != 2 || !strings.Contains(choices.body, "live") {
		t.Fatalf("choices %v in %s", links, choices.body)
	}
	for _, link := range links {
		if got := visitor.open(http.MethodGet, link[1], nil); !strings.Contains(got.body, "The account's clock") {
			t.Errorf("%s = %s", link[1], got.body)
		}
	}
}
