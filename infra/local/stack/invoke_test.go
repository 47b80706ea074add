package stack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// probe is a stack with nothing but the function of the lambda package's tests.
func probe(t *testing.T, printed *lockedBuffer) *Stack {
	t.Helper()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bootstrap, "../lambda/testdata/probe")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		t.Fatal(err)
	}
	function := lambda.New(lambda.Config{Name: "ProbeFunction", Bootstrap: bootstrap, Timeout: 10 * time.Second, AccessKey: "test", Log: printed})
	t.Cleanup(func() {
		if err := function.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Stack{functions: map[string]*lambda.Function{"ProbeFunction": function}}
}

// lockedBuffer keeps what a function prints.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	s := probe(t, &lockedBuffer{})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/{function}/invocations", s.invoke)
	for name, c := range map[string]struct {
		function, payload string
		status            int
		failed            bool
		answer            string // a part of it
	}{
		"a function":       {"ProbeFunction", `{"rawPath": "/inferred"}`, 200, false, `{"plain":true}`},
		"one that fails":   {"ProbeFunction", `{"rawPath": "/error"}`, 200, true, `"errorMessage":"out of order"`},
		"an unknown one":   {"OtherFunction", `{}`, 404, false, "Function not found: OtherFunction"},
		"too much to send": {"ProbeFunction", strings.Repeat(" ", lambda.MaxPayload+1), 413, false, "payload"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost,
				"/2015-03-31/functions/"+c.function+"/invocations", strings.NewReader(c.payload)))
			if failed := w.Header().Get("X-Amz-Function-Error") != ""; w.Code != c.status || failed != c.failed || !strings.Contains(w.Body.String(), c.answer) {
				t.Errorf("%d, failed %t: %s", w.Code, failed, w.Body)
			}
		})
	}
}

// A schedule invokes its function until the stack ends.
func TestSchedule(t *testing.T) {
	t.Parallel()
	printed := &lockedBuffer{}
	s := probe(t, printed)
	schedule := sam.Schedule{Event: "Often", Every: 10 * time.Millisecond}
	var event struct {
		Kind string `json:"detail-type"`
	}
	if err := json.Unmarshal(scheduled("ProbeFunction", schedule, time.Now()), &event); err != nil || event.Kind != "Scheduled Event" {
		t.Errorf("event %+v, %v", event, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		s.keepInvoking(ctx, "ProbeFunction", schedule)
		close(done)
	}()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		printed.mu.Lock()
		started := strings.Contains(printed.text.String(), "probe: init")
		printed.mu.Unlock()
		if started {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the function was not invoked")
		}
	}
	cancel()
	<-done
}
