package functiontest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Request is a request to a function.
type Request struct {
	Method string
	Path   string // with its query
	Token  string // empty: none is sent
	Body   string
	Header http.Header
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do serves a request in process.
func (w *World) Do(t *testing.T, h http.Handler, r Request) Answer {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), r.Method, r.Path, strings.NewReader(r.Body))
	request.Header.Set("Content-Type", "application/json")
	for name, values := range r.Header {
		request.Header[name] = values
	}
	if r.Token != "" {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	answer := Answer{recorder.Code, recorder.Header(), recorder.Body.String()}
	_, _ = fmt.Fprintln(w.answers, answer.Header, answer.Body) // a transcript takes everything
	return answer
}

// Is fails the test unless the answer has the status and, member by member, the
// JSON body; an empty one stands for no body.
func (a Answer) Is(t *testing.T, status int, body string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status = %d, want %d; body %s", a.Status, status, a.Body)
	}
	if body == "" {
		if a.Body != "" {
			t.Errorf("body = %s, want none", a.Body)
		}
		return
	}
	if kind := a.Header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type = %q", kind)
	}
	got := decode(t, a.Body)
	if refusal, ok := got.(map[string]any); ok && refusal["statusCode"] != nil {
		delete(refusal, "invalid") // the detail says the same, and web's own tests look at it
	}
	if diff := cmp.Diff(decode(t, body), got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// Decode reads the answer's body into a value.
func (a Answer) Decode(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		t.Fatalf("body %s: %v", a.Body, err)
	}
}

// decode reads exactly one JSON value, numbers as they are written.
func decode(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("not JSON: %s: %v", text, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		t.Fatalf("more than one JSON value: %s", text)
	}
	return v
}

// SameAs fails the test if anything was stored since before was read.
func (w *World) SameAs(t *testing.T, before Stored) {
	t.Helper()
	if diff := cmp.Diff(before, w.Stored(t)); diff != "" {
		t.Errorf("what is stored changed (-before +after):\n%s", diff)
	}
}

// Invalid is the body of a 422 with one wrong input, given as the JSON of its
// loc and as its type; the message is taken from the answer.
func (a Answer) Invalid(t *testing.T, loc, kind string) {
	t.Helper()
	var body struct {
		Detail []struct {
			Loc  []any  `json:"loc"`
			Msg  string `json:"msg"`
			Type string `json:"type"`
		} `json:"detail"`
	}
	if a.Status != http.StatusUnprocessableEntity {
		t.Fatalf("status = %d, want 422; body %s", a.Status, a.Body)
	}
	a.Decode(t, &body)
	if len(body.Detail) != 1 || body.Detail[0].Msg == "" {
		t.Fatalf("body = %s, want one wrong input with a message", a.Body)
	}
	var want []any
	if err := json.Unmarshal([]byte(loc), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, body.Detail[0].Loc); diff != "" || body.Detail[0].Type != kind {
		t.Errorf("type = %q, want %q; loc (-want +got):\n%s", body.Detail[0].Type, kind, diff)
	}
}
