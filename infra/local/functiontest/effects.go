package functiontest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// Fault cuts a request short at one of its effects: its calls to DynamoDB and
// Stripe, which are numbered from 0.
type Fault struct {
	Effect int
	Lost   bool // the call is made and only its reply is lost; else it is not made
	Crash  bool // no later call of the request is made either
}

// Effects counts the effects of the product and has one of them fail.
type Effects struct {
	mu    sync.Mutex
	made  []string
	fault *Fault
}

var errFault = errors.New("a fault of the test")

// Effects watches the calls to DynamoDB and to a Stripe sandbox.
func (w *World) Effects(s *Sandbox) *Effects {
	e := &Effects{}
	w.Intercept(func(ctx context.Context, operation string, input any, next Next) (any, error) {
		if strings.HasSuffix(operation, "SecretValue") {
			return next(ctx, input)
		}
		call, answer := e.effect(operation)
		var out any
		err := errFault
		if call {
			out, err = next(ctx, input)
		}
		if !answer {
			return nil, errFault
		}
		return out, err
	})
	s.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.HasPrefix(r.URL.Path, "/v1/") {
			next.ServeHTTP(w, r) // the pages, which the buyer sees
			return
		}
		call, answer := e.effect(r.Method + " " + r.URL.Path)
		switch {
		case answer:
			next.ServeHTTP(w, r)
			return
		case call:
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		Answering(http.StatusInternalServerError, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false")(w, r)
	})
	return e
}

// effect counts a call, and tells whether to make it and whether to answer.
func (e *Effects) effect(name string) (call, answer bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.made)
	e.made = append(e.made, name)
	switch {
	case e.fault == nil || n < e.fault.Effect || n > e.fault.Effect && !e.fault.Crash:
		return true, true
	case n > e.fault.Effect:
		return false, false
	default:
		return e.fault.Lost, false
	}
}

// Fail starts counting again, with a fault, or without any if it is nil.
func (e *Effects) Fail(f *Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.made, e.fault = nil, f
}

// Made are the effects since the last Fail.
func (e *Effects) Made() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.made)
}
