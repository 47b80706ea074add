package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// Of those who want to ask about one object at once, one may.
func TestOneMayAsk(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var granted atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			switch err := table.MayAsk(t.Context(), s, "sub_1", noon); {
			case err == nil:
				granted.Add(1)
			case !errors.Is(err, projector.ErrAsked):
				t.Errorf("err = %v, want ErrAsked", err)
			}
		})
	}
	wg.Wait()
	if n := granted.Load(); n != 1 {
		t.Errorf("%d may ask, want 1", n)
	}
	if err := table.MayAsk(t.Context(), s, "sub_1", noon.Add(time.Second)); err != nil {
		t.Errorf("a second later: %v", err)
	}
	if err := table.MayAsk(t.Context(), billing.Scope{Project: s.Project, Mode: billing.Live}, "sub_1", noon); err != nil {
		t.Errorf("in the other mode: %v", err)
	}
}

// A scope asks so much in a burst and so much a second, however many objects
// there are to ask about.
func TestQuestionsAreBudgeted(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	asked := 0
	ask := func(at time.Time, most int) int {
		t.Helper()
		for n := range most {
			asked++
			err := table.MayAsk(t.Context(), s, fmt.Sprint("sub_", asked), at)
			if billing.KindOf(err) == billing.Unavailable {
				return n
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return most
	}
	if n := ask(noon, 100); n < 15 || n > 25 {
		t.Errorf("%d questions at once, want about 20", n)
	}
	if n := ask(noon.Add(time.Second), 100); n < 9 || n > 11 {
		t.Errorf("%d questions a second later, want 10", n)
	}
	if n := ask(noon.Add(time.Hour), 100); n < 15 || n > 25 {
		t.Errorf("%d questions after a pause, want a burst again", n)
	}
}
