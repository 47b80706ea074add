package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// kinds are the names of all constants of type billing.Kind, in order, read
// from the source: a kind that is added there is a kind here.
func kinds(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../billing/error.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST || !ofKind(group) {
			continue
		}
		for _, spec := range group.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok {
				names = append(names, value.Names[0].Name)
			}
		}
	}
	return names
}

func ofKind(group *ast.GenDecl) bool {
	first, ok := group.Specs[0].(*ast.ValueSpec)
	if !ok {
		return false
	}
	name, ok := first.Type.(*ast.Ident)
	return ok && name.Name == "Kind"
}

func TestEveryKindHasAStatus(t *testing.T) {
	t.Parallel()
	want := map[string]int{
		"Internal": 500, "Invalid": 422, "Refused": 400, "Unauthenticated": 401, "PermissionDenied": 403, "NotFound": 404,
		"Conflict": 409, "CardDeclined": 402, "PaymentRequired": 402, "TooLarge": 413, "RateLimited": 429, "StripeFailed": 502, "Unavailable": 503,
	}
	got := map[string]int{}
	for i, name := range kinds(t) {
		answer := write(t, billing.NewError(billing.Kind(i), "code", "message"))
		got[name] = answer.Code
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if len(statuses) != len(want) {
		t.Errorf("%d statuses for %d kinds", len(statuses), len(want))
	}
}

// write is the answer to an error.
func write(t *testing.T, err error) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	NewErrors(slog.New(slog.DiscardHandler)).Write(w, httptest.NewRequest(http.MethodGet, "/", nil), err)
	return w
}

// text is an answer's body without the line break that encoders leave.
func text(w *httptest.ResponseRecorder) string { return strings.TrimSpace(w.Body.String()) }

func TestWrite(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp 10.0.0.7: connection refused; key sk_test_1")
	tests := map[string]struct {
		err    error
		status int
		body   string
		header map[string]string // an empty value: the header is not there
	}{
		"the message": {
			billing.NewError(billing.NotFound, "project_not_found", "Project not found"),
			404, `{"detail":"Project not found"}`, map[string]string{"WWW-Authenticate": "", "Retry-After": ""},
		},
		"never the cause": {
			billing.NewError(billing.StripeFailed, "stripe_failed", "Stripe did not answer").Because(cause),
			502, `{"detail":"Stripe did not answer"}`, nil,
		},
		"wrapped": {
			fmt.Errorf("read row: %w", billing.NewError(billing.Conflict, "twin", "Try again").Because(cause)),
			409, `{"detail":"Try again"}`, nil,
		},
		"an error of another kind": {cause, 500, `{"detail":"Internal server error"}`, nil},
		"no caller": {
			billing.NewError(billing.Unauthenticated, "invalid_token", "Could not validate credentials"),
			401, `{"detail":"Could not validate credentials"}`, map[string]string{"WWW-Authenticate": "Bearer"},
		},
		"not allowed": {
			billing.NewError(billing.PermissionDenied, "permission_denied", "No"),
			403, `{"detail":"No"}`, map[string]string{"WWW-Authenticate": ""},
		},
		"wrong input": {
			billing.InvalidFields(
				billing.FieldError{Loc: []any{"body", "price_id"}, Msg: "Field required", Type: "missing"},
				billing.FieldError{Loc: []any{"body", "items", 0}, Msg: "Input should be a valid string", Type: "string_type"},
			),
			422, `{"detail":[{"loc":["body","price_id"],"msg":"Field required","type":"missing"},` +
				`{"loc":["body","items",0],"msg":"Input should be a valid string","type":"string_type"}]}`, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := write(t, test.err)
			if answer.Code != test.status {
				t.Errorf("status %d, want %d", answer.Code, test.status)
			}
			if diff := cmp.Diff(test.body, text(answer)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if got := answer.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q", got)
			}
			for name, want := range test.header {
				if got := answer.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRetryAfterRoundsUp(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{
		0: "", time.Nanosecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", time.Minute: "60", 90*time.Minute + 1: "5401",
	} {
		err := billing.NewError(billing.RateLimited, "rate_limited", "Later")
		err.RetryAfter = after
		if got := write(t, err).Header().Get("Retry-After"); got != want {
			t.Errorf("after %s: Retry-After %q, want %q", after, got, want)
		}
	}
}

func TestWriteLogsWhatItHides(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	tests := map[string]struct {
		err                error
		level, code, error string
	}{
		"a fault": {fmt.Errorf("read row: %w", cause), "ERROR", "internal_error", "read row: connection refused"},
		"a refusal": {
			billing.NewError(billing.NotFound, "project_not_found", "Project not found").Because(cause),
			"INFO", "project_not_found", "Project not found: connection refused",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			NewErrors(slog.New(slog.NewJSONHandler(&out, nil))).Write(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), test.err)
			line := logged(t, &out)[0]
			got := []any{line["level"], line["code"], line["error"]}
			if diff := cmp.Diff([]any{test.level, test.code, test.error}, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

// logged are the lines of a log.
func logged(t *testing.T, out *bytes.Buffer) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for d := json.NewDecoder(bytes.NewReader(out.Bytes())); d.More(); {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestBadBody(t *testing.T) {
	t.Parallel()
	const malformed = `{"detail":[{"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]}`
	refused := billing.InvalidFields(billing.FieldError{Loc: []any{"body", "name"}, Msg: "Field required", Type: "missing"})
	tests := map[string]struct {
		err  error
		body string
	}{
		"what the request found": {fmt.Errorf("decode: %w", refused), `{"detail":[{"loc":["body","name"],"msg":"Field required","type":"missing"}]}`},
		"nothing":                {fmt.Errorf("decode: %w", io.EOF), `{"detail":[{"loc":["body"],"msg":"Field required","type":"missing"}]}`},
		"half of something":      {io.ErrUnexpectedEOF, malformed},
		"no JSON":                {json.Unmarshal([]byte("{'"), new(any)), malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			NewErrors(slog.New(slog.DiscardHandler)).BadBody(w, httptest.NewRequest(http.MethodPost, "/", nil), test.err)
			if w.Code != http.StatusUnprocessableEntity {
				t.Errorf("status %d, want 422", w.Code)
			}
			if diff := cmp.Diff(test.body, text(w)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

// parameterError is like those of the generated packages.
type parameterError struct{ ParamName string }

func (e *parameterError) Error() string { return "invalid format for parameter " + e.ParamName }

// RequiredParamError has the name that the generated packages give it.
type RequiredParamError struct{ ParamName string }

func (e *RequiredParamError) Error() string { return "query argument " + e.ParamName + " is required" }

// RequiredHeaderError, too.
type RequiredHeaderError struct{ ParamName string }

func (e *RequiredHeaderError) Error() string {
	return "header parameter " + e.ParamName + " is required"
}

func TestBadParameter(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err   error
		place string
	}{
		"in the path":      {&parameterError{"project_id"}, `["path","project_id"]`},
		"in the query":     {&parameterError{"page_size"}, `["query","page_size"]`},
		"in a header":      {&parameterError{"X-Project-ID"}, `["header","X-Project-ID"]`},
		"nobody knows":     {errors.New("invalid"), `["query","?"]`},
		"of another shape": {&json.SyntaxError{}, `["query","?"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/projects/x?page_size=y", nil)
			r.SetPathValue("project_id", "x")
			r.Header.Set("X-Project-ID", "z")
			w := httptest.NewRecorder()
			NewErrors(slog.New(slog.DiscardHandler)).BadParameter(w, r, test.err)
			want := `{"detail":[{"loc":` + test.place + `,"msg":"Input could not be parsed","type":"parsing"}]}`
			if diff := cmp.Diff(want, text(w)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if w.Code != http.StatusUnprocessableEntity {
				t.Errorf("status %d, want 422", w.Code)
			}
		})
	}
}

func TestBadParameterThatIsNotSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   error
		place string
	}{
		"in the query": {&RequiredParamError{"customerEmail"}, `["query","customerEmail"]`},
		"in a header":  {&RequiredHeaderError{"Idempotency-Key"}, `["header","Idempotency-Key"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/subscription", nil)
			NewErrors(slog.New(slog.DiscardHandler)).BadParameter(w, r, test.err)
			want := `{"detail":[{"loc":` + test.place + `,"msg":"Field required","type":"missing"}]}`
			if diff := cmp.Diff(want, text(w)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMuxAnswersToUnknownPaths(t *testing.T) {
	t.Parallel()
	mux := NewErrors(slog.New(slog.DiscardHandler)).Mux()
	mux.HandleFunc("GET /known", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for path, want := range map[string]int{"/known": 204, "/unknown": 404, "/": 404} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
		if want == http.StatusNotFound {
			if diff := cmp.Diff(`{"detail":"Not Found"}`, text(w)); diff != "" {
				t.Errorf("%s: body (-want +got):\n%s", path, diff)
			}
		}
	}
}

func TestServerErrors(t *testing.T) {
	t.Parallel()
	limited := billing.NewError(billing.RateLimited, "rate_limited", "Too many calls")
	limited.RetryAfter = 1500 * time.Millisecond
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"wrong input": {
			billing.InvalidFields(
				billing.FieldError{Loc: []any{"body", "line_items", 0, "quantity"}, Msg: "Input should be greater than 0"},
				billing.FieldError{Loc: []any{"body"}, Msg: "Field required"},
			), 400, `{"error": "line_items.0.quantity: Input should be greater than 0; body: Field required",
				"message": "line_items.0.quantity: Input should be greater than 0; body: Field required", "code": "invalid_input", "request_id": ""}`,
		},
		"no Stripe keys": {
			billing.NewError(billing.NotFound, billing.CodeNotConfigured, "Stripe is not configured for test mode"), 403,
			`{"error": "Stripe is not configured for test mode", "message": "Stripe is not configured for test mode", "code": "stripe_not_configured", "request_id": ""}`,
		},
		"unknown":  {billing.NewError(billing.NotFound, "customer_not_found", "Customer not found"), 404, `{"error": "Customer not found", "message": "Customer not found", "code": "customer_not_found", "request_id": ""}`},
		"too many": {limited, 429, `{"error": "Too many calls", "message": "Too many calls", "code": "rate_limited", "request_id": "", "retry_after": 2}`},
		"a fault":  {errors.New("secret detail"), 500, `{"error": "Internal server error", "message": "Internal server error", "code": "internal_error", "request_id": ""}`},
	} {
		w := httptest.NewRecorder()
		NewServerErrors(slog.New(slog.DiscardHandler)).Write(w, httptest.NewRequest(http.MethodGet, "/", nil), c.err)
		var got, want any
		if err := errors.Join(json.Unmarshal(w.Body.Bytes(), &got), json.Unmarshal([]byte(c.body), &want)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != c.status {
			t.Errorf("%s: %d, want %d; (-want +got):\n%s", name, w.Code, c.status, diff)
		}
	}
}
