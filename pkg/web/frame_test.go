package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// stopwatch is a clock on which 42 ms pass between two looks.
func stopwatch() func() time.Time {
	now := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(42 * time.Millisecond)
		return now
	}
}

// serve sends a request through the frame and gives the answer and the log.
func serve(t *testing.T, r *http.Request, next http.HandlerFunc) (*httptest.ResponseRecorder, []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	w := httptest.NewRecorder()
	Frame(log, NewErrors(log), stopwatch(), next).ServeHTTP(w, r)
	return w, logged(t, &out)
}

func TestFrameLogsEachRequestOnce(t *testing.T) {
	t.Parallel()
	const private = "whsec_private"
	tests := map[string]struct {
		next   http.HandlerFunc
		status float64
	}{
		"a status":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }, 418},
		"only a body": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, private) }, 200},
		"two statuses": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			w.WriteHeader(http.StatusInternalServerError)
		}, 204},
		"a body, first": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			w.WriteHeader(http.StatusInternalServerError)
		}, 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/api/v1/things?token="+private, strings.NewReader(private))
			r.Header.Set("Authorization", "Bearer "+private)
			r = r.WithContext(lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"}))
			_, lines := serve(t, r, test.next)
			want := []map[string]any{{
				"level": "INFO", "msg": "request", "method": "POST", "path": "/api/v1/things",
				"status": test.status, "duration_ms": 42.0, "request_id": "request-1",
			}}
			if diff := cmp.Diff(want, lines, cmpopts.IgnoreMapEntries(func(k string, _ any) bool { return k == "time" })); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			if all, err := json.Marshal(lines); err != nil || bytes.Contains(all, []byte(private)) {
				t.Errorf("the log holds what is private: %s (%v)", all, err)
			}
		})
	}
}

func TestFrameTurnsAPanicIntoAnAnswer(t *testing.T) {
	t.Parallel()
	w, lines := serve(t, httptest.NewRequest(http.MethodGet, "/", nil), func(http.ResponseWriter, *http.Request) {
		panic("index out of range; sk_test_1")
	})
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d, want 500", w.Code)
	}
	if diff := cmp.Diff(`{"detail":"Internal server error"}`, text(w)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	var said []any
	for _, line := range lines {
		said = append(said, line["msg"])
	}
	if diff := cmp.Diff([]any{"panic", "refused", "request"}, said); diff != "" {
		t.Fatalf("log (-want +got):\n%s", diff)
	}
	if lines[0]["level"] != "ERROR" || lines[0]["panic"] != "index out of range; sk_test_1" {
		t.Errorf("the panic is logged as %v", lines[0])
	}
	if stack, _ := lines[0]["stack"].(string); !strings.Contains(stack, "frame_test.go") {
		t.Errorf("the stack does not show where: %s", stack)
	}
	if lines[2]["status"] != 500.0 {
		t.Errorf("the request is logged with status %v", lines[2]["status"])
	}
}

func TestFrameLeavesAnAnswerThatHadBegunBeforeAPanic(t *testing.T) {
	t.Parallel()
	w, _ := serve(t, httptest.NewRequest(http.MethodGet, "/", nil), func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "begun")
		panic("late")
	})
	if w.Code != http.StatusAccepted || w.Body.String() != "begun" {
		t.Errorf("the answer is %d %q", w.Code, w.Body)
	}
}

func TestFrameLimitsTheBody(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   io.Reader
		status int
	}{
		"none":                     {nil, 200},
		"empty":                    {strings.NewReader(""), 200},
		"the limit":                {strings.NewReader(strings.Repeat("a", MaxBody)), 200},
		"one byte more":            {strings.NewReader(strings.Repeat("a", MaxBody+1)), 413},
		"one more, length unknown": {io.MultiReader(strings.NewReader(strings.Repeat("a", MaxBody)), strings.NewReader("b")), 413},
		"that breaks off":          {iotest.ErrReader(errors.New("connection reset")), 500},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reached := false
			w, _ := serve(t, httptest.NewRequest(http.MethodPost, "/", test.body), func(w http.ResponseWriter, r *http.Request) {
				reached = true
				n, err := io.Copy(w, r.Body)
				if err != nil || test.body == nil && n != 0 {
					t.Errorf("the handler read %d bytes: %v", n, err)
				}
			})
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			if reached != (test.status == 200) {
				t.Errorf("the handler was reached: %t", reached)
			}
			if test.status == 413 {
				if diff := cmp.Diff(`{"detail":"The body is larger than 1048576 bytes"}`, text(w)); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestJSONBody(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		status int
	}{
		"an object":           {`{"a":1}`, 200},
		"space around":        {" \r\n{\"a\":1}\t\n", 200},
		"null":                {`null`, 200},
		"nothing":             {``, 200},
		"only space":          {" \n", 200},
		"two objects":         {`{"a":1}{"a":2}`, 422},
		"garbage behind":      {`{"a":1} x`, 422},
		"a bracket behind":    {`{"a":1}}`, 422},
		"not closed":          {`{"a":1`, 422},
		"single quotes":       {`{'a':1}`, 422},
		"a form":              {`a=1&b=2`, 422},
		"a byte order mark":   {"\ufeff{}", 422},
		"a comma at the end":  {`{"a":1,}`, 422},
		"a comment":           {`{"a":1} // all`, 422},
		"a number that is no": {`{"a":NaN}`, 422},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := NewErrors(slog.New(slog.DiscardHandler))
			handler := JSONBody(answer, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body)))
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			want := test.body
			if test.status != 200 {
				want = `{"detail":[{"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]}` + "\n"
			}
			if diff := cmp.Diff(want, w.Body.String()); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJSONBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	handler := JSONBody(NewErrors(slog.New(slog.DiscardHandler)), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the handler was reached")
	}))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(errors.New("connection reset"))))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d, want 500", w.Code)
	}
}

// flusher is a writer that can do more than a ResponseWriter must.
type flusher struct {
	*httptest.ResponseRecorder
	flushed bool
}

func (f *flusher) FlushError() error {
	f.flushed = true
	return nil
}

func TestFrameLetsControllersThrough(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	f := &flusher{ResponseRecorder: httptest.NewRecorder()}
	Frame(log, NewErrors(log), stopwatch(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("Flush: %v", err)
		}
	})).ServeHTTP(f, httptest.NewRequest(http.MethodGet, "/", nil))
	if !f.flushed {
		t.Error("the writer was not reached")
	}
}
