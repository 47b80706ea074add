package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// start runs the command until the test ends and returns its URL and a function
// that stops it early.
func start(t *testing.T, args ...string) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	output, input := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, input, io.Discard)
		input.CloseWithError(io.EOF)
		done <- err
	}()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
	t.Cleanup(stop)
	lines := bufio.NewReader(output)
	url, page := readLine(t, lines), readLine(t, lines)
	if !strings.HasPrefix(page, url+"/_sandbox/?token=") {
		t.Errorf("the page is %q", page)
	}
	return url, stop
}

func readLine(t *testing.T, lines *bufio.Reader) string {
	t.Helper()
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("reading the URLs: %v", err)
	}
	return strings.TrimSpace(line)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer sk_test_main")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestRunServesUntilStopped(t *testing.T) {
	t.Parallel()
	url, stop := start(t, "-seed", "main")
	if status, body := get(t, url+"/v1/prices/price_pro_monthly"); status != http.StatusOK || !strings.Contains(body, `"unit_amount": 2900`) {
		t.Errorf("GET price = %d %s", status, body)
	}
	stop()
	if status, _ := get(t, url+"/v1/balance"); status != 0 {
		t.Errorf("the address still answers %d after the stop", status)
	}
}

// Stripe's description is read when the first request arrives, not before.
func TestRunStartsInUnderASecond(t *testing.T) {
	t.Parallel()
	began := time.Now()
	start(t)
	if took := time.Since(began); took > time.Second {
		t.Errorf("starting took %v", took)
	}
}

func TestRunKeepsItsState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "stripebox.json")
	url, stop := start(t, "-state", file)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/customers", strings.NewReader("email=kept@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("sk_test_main", "")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	stop()
	url, _ = start(t, "-state", file)
	if _, body := get(t, url+"/v1/customers"); !strings.Contains(body, "kept@example.com") {
		t.Errorf("after a restart: %s", body)
	}
}

func TestRunReportsABadAddress(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), []string{"-addr", "127.0.0.1:notaport"}, io.Discard, io.Discard); err == nil {
		t.Error("run gave no error")
	}
}
