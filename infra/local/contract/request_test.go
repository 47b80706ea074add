package contract_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79/webhook"
)

// request is a request to the API.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         string
	secret       string // signs the body as Stripe does; empty: not signed
}

// clone makes a copy that can be changed.
func (r request) clone() request {
	r.query = maps.Clone(r.query)
	r.header = r.header.Clone()
	return r
}

// request is the operation's valid request at a place, with the document's
// example for a body.
func (o operation) request(t *testing.T, p place) request {
	t.Helper()
	r := request{method: o.method, path: o.path, query: url.Values{}, header: http.Header{}}
	for name, value := range p.inPath() {
		r.path = strings.ReplaceAll(r.path, "{"+name+"}", value)
	}
	if schema, example := o.body(); schema != nil {
		r.body = encode(t, example)
		r.header.Set("Content-Type", "application/json")
	}
	switch o.scheme(t) {
	case developer:
		r.bearer(p.developerToken(t))
	case endUser:
		r.bearer(p.userToken(t))
	case signature:
		r.secret = p.secret
	}
	return r
}

// inPath are the values of the parameters in the path.
func (p place) inPath() map[string]string {
	return map[string]string{
		"project_id": p.project, "key_id": p.key, "mode": "test", "subscription_id": p.subscription, "event_id": p.event,
	}
}

func (r request) bearer(token string) { r.header.Set("Authorization", "Bearer "+token) }

// answer is what came back.
type answer struct {
	request string
	status  int
	header  http.Header
	body    []byte
}

func (a answer) String() string {
	return fmt.Sprintf("%s: %d %s", a.request, a.status, strings.TrimSpace(string(a.body)))
}

func (a answer) decode(t *testing.T) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	return v
}

// client waits longer than any function may take.
var client = &http.Client{
	Timeout:       40 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send makes a request and validates the answer.
func (o operation) send(t *testing.T, r request) answer {
	t.Helper()
	a := send(t, r)
	o.validate(t, a)
	return a
}

func send(t *testing.T, r request) answer {
	t.Helper()
	if r.secret != "" {
		signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{
			Payload: []byte(r.body), Secret: r.secret, Timestamp: time.Now(),
		})
		r = r.clone()
		r.header.Set("Stripe-Signature", signed.Header)
	}
	target := running.APIURL + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	sent, err := http.NewRequestWithContext(t.Context(), r.method, target, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header = r.header
	received, err := client.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = received.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(received.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{r.method + " " + strings.TrimPrefix(target, running.APIURL), received.StatusCode, received.Header, body}
}

// is fails the test unless the answer has the status.
func (a answer) is(t *testing.T, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("%v, want %d", a, status)
	}
}

// refuses fails the test unless the answer has the status and, for a 422, one
// mistake at a place, which is given as JSON; other refusals are a sentence.
func (a answer) refuses(t *testing.T, status int, loc string) {
	t.Helper()
	a.is(t, status)
	var body struct {
		Detail any `json:"detail"`
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	if loc == "" {
		if text, ok := body.Detail.(string); !ok || text == "" {
			t.Errorf("%v, want a sentence for a detail", a)
		}
		return
	}
	mistakes, _ := body.Detail.([]any)
	var locs []any
	for _, m := range mistakes {
		mistake, _ := m.(map[string]any)
		locs = append(locs, mistake["loc"])
	}
	var want any
	if err := json.Unmarshal([]byte("["+loc+"]"), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, any(locs)); diff != "" {
		t.Errorf("%v: places of the mistakes (-want +got):\n%s", a, diff)
	}
}

// says fails the test unless a refusal says this.
func (a answer) says(t *testing.T, status int, detail string) {
	t.Helper()
	a.is(t, status)
	want := map[string]any{"detail": detail}
	if diff := cmp.Diff(any(want), a.decode(t)); diff != "" {
		t.Errorf("%v (-want +got):\n%s", a, diff)
	}
}
