package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"billhook/pkg/billing"
)

// MaxBody is the size of the largest body that is read, in bytes.
const MaxBody = 1 << 20

// Frame puts around a handler what every function needs: each request is
// logged once, without its query, headers or body; a panic becomes a 500; a
// body over MaxBody is refused before anything looks at it.
func Frame(log *slog.Logger, answer *Errors, now func() time.Time, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := now()
		seen := &statusWriter{ResponseWriter: w}
		defer func() { //nolint:contextcheck // the request carries the context
			if p := recover(); p != nil {
				log.ErrorContext(r.Context(), "panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if seen.status == 0 {
					answer.Write(seen, r, fmt.Errorf("panic: %v", p))
				}
			}
			log.InfoContext(r.Context(), "request",
				"method", r.Method,
				"path", r.URL.Path,
				"status", seen.status,
				"duration_ms", now().Sub(started).Milliseconds(),
				"request_id", requestID(r),
			)
		}()
		if err := readBody(seen, r); err != nil {
			answer.Write(seen, r, err)
			return
		}
		next.ServeHTTP(seen, r)
	})
}

func requestID(r *http.Request) string {
	if lc, ok := lambdacontext.FromContext(r.Context()); ok {
		return lc.AwsRequestID
	}
	return ""
}

// readBody takes the whole body into memory, where Lambda had it anyway, so
// that handlers see either all of it or nothing.
func readBody(w http.ResponseWriter, r *http.Request) error {
	if r.Body == nil {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return billing.NewError(billing.TooLarge, "body_too_large", fmt.Sprintf("The body is larger than %d bytes", MaxBody))
	}
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// JSONBody refuses bodies that are not exactly one JSON value. The decoder
// behind it would overlook what follows the value.
func JSONBody(answer *Errors, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			answer.Write(w, r, fmt.Errorf("read body: %w", err))
			return
		}
		if len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
			answer.Write(w, r, malformedJSON)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
