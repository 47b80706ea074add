package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"

	"billhook/infra/local/functiontest"
)

var errCut = errors.New("the process died")

// cutter ends a process at one of its calls: from there on none is made.
type cutter struct {
	mu   sync.Mutex
	left int // calls until the one at which it ends
	done bool
}

// at reports how a call goes: it is made and its answer comes, it is made and
// its answer is lost, or it is not made.
func (c *cutter) at() (made, answered bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.done:
		return false, false
	case c.left > 1:
		c.left -= 2
		return true, true
	}
	c.done = true
	return c.left == 1, false // an odd step is cut after its call
}

// cutShort has the function die at one of its calls: step 0 before the first,
// step 1 after it, and so on. What it answers reports whether it did.
func (f fixture) cutShort(step int) func() bool {
	c := &cutter{left: step}
	f.Intercept(func(ctx context.Context, _ string, input any, next functiontest.Next) (any, error) {
		made, answered := c.at()
		if !made {
			return nil, errCut
		}
		out, err := next(ctx, input)
		if !answered {
			return nil, errCut
		}
		return out, err
	})
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		made, answered := c.at()
		switch {
		case answered:
			next.ServeHTTP(w, r)
			return
		case made:
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	})
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.done
	}
}

func (f fixture) uncut() {
	f.Intercept(nil)
	f.sandbox.Intercept(nil)
}
