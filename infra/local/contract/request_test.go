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
	for _, parameter := range o.parametersIn("query") {
		if parameter.Required {
			r.query.Set(parameter.Name, fmt.Sprint(parameter.Example))
		}
	}
	if key := o.parameter("header", "Idempotency-Key"); key != nil && key.Required {
		r.header.Set(key.Name, word())
	}
	maps.Copy(r.query, p.asked)
	s := o.scheme(t)
	switch {
	case s == everybody && o.parameter("header", "X-Project-ID") != nil:
		r.header.Set("X-Project-ID", p.project)
	case s == signature:
		r.secret = p.secret
	case s == developer:
		r.bearer(p.developerToken(t))
	case s.ofUser():
		r.bearer(p.userToken(t))
	}
	if s.paired() {
		r.pair(p.pair)
		r.header.Set("X-Tenant-Id", p.developer)
		r.header.Set("X-Project-Id", p.project)
	}
	return r
}

// request is as the operation's, with what the place has for what the body
// names.
func (k known) request(t *testing.T, p place) request {
	t.Helper()
	r := k.operation.request(t, p)
	for name, value := range k.named {
		set(t, name, value(p))(&r)
	}
	for name, value := range k.asked {
		if value(p) != "" {
			query(name, value(p))(&r)
		}
	}
	return r
}

// inPath are the values of the parameters in the path.
func (p place) inPath() map[string]string {
	return map[string]string{
		"project_id": p.project, "key_id": p.key, "mode": "test", "subscription_id": p.subscription, "event_id": p.event,
		"customer_id": p.customer, "session_id": p.session, "paymentId": p.payment, "hold_id": p.hold, "charge_id": p.charge,
		"appId": p.project, "planId": p.plan, "key": p.feature, "userId": p.user, "user_id": p.user, "grantId": p.grant,
	}
}

func (r request) bearer(token string) { r.header.Set("Authorization", "Bearer "+token) }

// inCookie sends the bearer token in the session cookie.
func inCookie(r *request) {
	token := strings.TrimPrefix(r.header.Get("Authorization"), "Bearer ")
	r.header.Del("Authorization")
	r.header.Set("Cookie", "__session="+token)
}

// pair shows both parts of a project's key.
func (r request) pair(k apiKey) {
	r.header.Set("X-Api-Key", k.key)
	r.header.Set("X-Secret-Key", k.secret)
}

// answer is what came back.
type answer struct {
	request string
	family  family
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

// text is a member of the answer.
func (a answer) text(t *testing.T, path string) string {
	t.Helper()
	value, err := lookUp(a.decode(t), path)
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	return fmt.Sprint(value)
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
	a.family = o.family(t)
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
	return answer{
		request: r.method + " " + strings.TrimPrefix(target, running.APIURL),
		status:  received.StatusCode, header: received.Header, body: body,
	}
}

// is fails the test unless the answer has the status.
func (a answer) is(t *testing.T, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("%v, want %d", a, status)
	}
}
