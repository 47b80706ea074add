package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/web"
)

func TestTwinsExecuteOnce(t *testing.T) {
	t.Parallel()
	const twins = 64
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			v := newService(t, s, (&clock{now: start}).time, counting())
			var (
				wg      sync.WaitGroup
				answers [twins]received
			)
			for i := range twins {
				wg.Go(func() { answers[i] = v.post(t, call{keys: []string{"key-1"}}) })
			}
			wg.Wait()
			firsts := 0
			for i, got := range answers {
				if got.Replayed == "" {
					firsts++
					got.Replayed = "true"
				}
				if diff := cmp.Diff(received{http.StatusCreated, "application/json", "true", "1\n"}, got); diff != "" {
					t.Errorf("answer %d (-want +got):\n%s", i, diff)
				}
			}
			if firsts != 1 {
				t.Errorf("%d answers are first answers", firsts)
			}
			v.wantCalls(t, 1)
		})
	}
}

// dying is a store that executions do not live to tell their end.
type dying struct{ web.Executions }

func (dying) EndExecution(context.Context, web.Execution) error {
	return errors.New("the instance is gone")
}

func TestCrashBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			now := &clock{now: start}
			crashes := newService(t, dying{s}, now.time, counting())
			request := call{keys: []string{"key-1"}}
			if got := crashes.post(t, request); got.Status != http.StatusCreated {
				t.Errorf("what was done stands: got %+v", got)
			}
			v := newService(t, s, now.time, counting())
			now.pass(30 * time.Second)
			for i, replayed := range []string{"", "true"} {
				want := received{http.StatusCreated, "application/json", replayed, "1\n"}
				if diff := cmp.Diff(want, v.post(t, request)); diff != "" {
					t.Errorf("answer %d after the lease (-want +got):\n%s", i+1, diff)
				}
			}
			v.wantCalls(t, 1)
		})
	}
}

func TestTwinThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newMemory()
		newService(t, dying{s}, time.Now, counting()).post(t, call{keys: []string{"key-1"}})
		v := newService(t, s, time.Now, counting())
		began := time.Now()
		w := v.do(t, call{keys: []string{"key-1"}})
		if w.Code != http.StatusConflict || w.Header().Get("Retry-After") == "" {
			t.Errorf("got %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		if waited := time.Since(began); waited != 20*time.Second {
			t.Errorf("waited %v", waited)
		}
		began = time.Now()
		if got := v.post(t, call{keys: []string{"key-1"}, patience: time.Second}); got.Status != http.StatusConflict {
			t.Errorf("a client that left: got %+v", got)
		}
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("waited %v for a client that left after a second", waited)
		}
		v.wantCalls(t, 0)
		time.Sleep(9 * time.Second) // of the bubble: the lease is over
		if got := v.post(t, call{keys: []string{"key-1"}}); got.Status != http.StatusCreated {
			t.Errorf("after the lease: got %+v", got)
		}
	})
}

func TestTwinOfAFailureTakesOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		failing := true
		v := newService(t, newMemory(), time.Now, func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(5 * time.Second)
			if failing {
				failing = false
				reply(w, http.StatusBadGateway, "no")
				return
			}
			reply(w, http.StatusCreated, "yes")
		})
		first := make(chan received)
		go func() { first <- v.post(t, call{keys: []string{"key-1"}}) }()
		synctest.Wait()
		if diff := cmp.Diff(received{201, "application/json", "", "\"yes\"\n"}, v.post(t, call{keys: []string{"key-1"}})); diff != "" {
			t.Errorf("twin (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(received{502, "application/json", "", "\"no\"\n"}, <-first); diff != "" {
			t.Errorf("first (-want +got):\n%s", diff)
		}
		v.wantCalls(t, 2)
	})
}

// An execution that outlives its lease keeps its own answer; the one that took
// over is the one that is repeated.
func TestExecutionThatOutlivesItsLease(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			now := &clock{now: start}
			fast := newService(t, s, now.time, func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusCreated, "fast") })
			request := call{keys: []string{"key-1"}}
			started, finish := make(chan bool), make(chan bool)
			slow := newService(t, s, now.time, func(w http.ResponseWriter, _ *http.Request) {
				close(started)
				<-finish
				reply(w, http.StatusCreated, "slow")
			})
			late := make(chan received)
			go func() { late <- slow.post(t, request) }()
			<-started
			now.pass(31 * time.Second)
			if got := fast.post(t, request); got.Body != "\"fast\"\n" || got.Replayed != "" {
				t.Errorf("the one that takes over: got %+v", got)
			}
			close(finish)
			if got := <-late; got.Body != "\"slow\"\n" {
				t.Errorf("the one that is late: got %+v", got)
			}
			if got := slow.post(t, request); got.Body != "\"fast\"\n" || got.Replayed != "true" {
				t.Errorf("again: got %+v", got)
			}
			if !strings.Contains(slow.log.String(), web.ErrLeaseLost.Error()) {
				t.Error("the lost lease is not in the log")
			}
		})
	}
}

func TestPanicReleasesTheKey(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			failing := true
			v := newService(t, s, (&clock{now: start}).time, func(w http.ResponseWriter, _ *http.Request) {
				if failing {
					failing = false
					w.WriteHeader(http.StatusCreated)
					panic("halfway")
				}
				reply(w, http.StatusCreated, "done")
			})
			var got []int
			for range 2 {
				got = append(got, v.post(t, call{keys: []string{"key-1"}}).Status)
			}
			if diff := cmp.Diff([]int{http.StatusInternalServerError, http.StatusCreated}, got); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

// fate is what becomes of one execution, in the order in which they begin.
type fate struct {
	Takes  time.Duration
	Status int
	Dies   bool // before the table hears of its end
}

// fated is a store whose nth execution to end may not be able to say so.
type fated struct {
	web.Executions
	ends  atomic.Int64
	fates []fate
}

func (f *fated) EndExecution(ctx context.Context, e web.Execution) error {
	if n := f.ends.Add(1); f.fates[n-1].Dies {
		return errors.New("the instance is gone")
	}
	return f.Executions.EndExecution(ctx, e)
}

// Whenever requests come, fail and die: never do two execute at once, and what
// was kept is what everybody gets from then on.
func TestAnyInterleaving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		arrivals := rapid.SliceOfN(rapid.IntRange(0, 90_000), 1, 8).Draw(rt, "arrivals in ms")
		fates := make([]fate, len(arrivals))
		for i := range fates {
			fates[i] = fate{
				Takes:  time.Duration(rapid.IntRange(0, 25_000).Draw(rt, "takes ms")) * time.Millisecond,
				Status: rapid.SampledFrom([]int{201, 201, 422, 502}).Draw(rt, "status"),
				Dies:   rapid.IntRange(0, 3).Draw(rt, "dies if 0") == 0,
			}
		}
		synctest.Test(t, func(t *testing.T) {
			if wrong := interleave(t, arrivals, fates); wrong != "" {
				rt.Error(wrong)
			}
		})
	})
}

// interleave plays the requests and tells what was wrong.
func interleave(t *testing.T, arrivals []int, fates []fate) (wrong string) {
	t.Helper()
	var running, begun atomic.Int64
	var kept atomic.Pointer[received] // what is repeated from then on
	var mu sync.Mutex
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		wrong += fmt.Sprintf(format, args...) + "\n"
	}
	v := newService(t, &fated{Executions: newMemory(), fates: fates}, time.Now, func(w http.ResponseWriter, _ *http.Request) {
		if running.Add(1) > 1 {
			complain("two execute at once")
		}
		defer running.Add(-1)
		if kept.Load() != nil {
			complain("executed although an answer is kept")
		}
		n := begun.Add(1)
		fate := fates[n-1]
		time.Sleep(fate.Takes)
		if fate.Status < 500 && !fate.Dies {
			kept.Store(&received{fate.Status, "application/json", "true", fmt.Sprintln(n)})
		}
		reply(w, fate.Status, n)
	})
	var clients sync.WaitGroup
	for _, at := range arrivals {
		clients.Go(func() {
			time.Sleep(time.Duration(at) * time.Millisecond)
			came := time.Now()
			got := v.post(t, call{keys: []string{"key-1"}})
			waited := time.Since(came)
			switch {
			case got.Replayed != "" && got != *kept.Load():
				complain("repeated %+v, want %+v", got, *kept.Load())
			case got.Status == http.StatusConflict && waited != 20*time.Second:
				complain("gave up after %v", waited)
			}
		})
	}
	clients.Wait()
	return wrong
}
