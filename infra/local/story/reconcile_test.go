package story

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// The function that runs on a schedule can be run by hand, and finds the project
// that was set up.
func TestReconcileByHand(t *testing.T) {
	t.Parallel()
	running, world, _ := start(t)
	if err := newStory(world, NewShop()).tell(t.Context(), setup, io.Discard); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		running.LambdaURL+"/2015-03-31/functions/ReconcileFunction/invocations", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	const want = `{"visited":1,"left":0,"events":0,"corrected":0,"resumed":0,"failures":0}`
	if got := strings.TrimSpace(string(body)); err != nil || response.StatusCode != http.StatusOK || got != want {
		t.Errorf("%s: %s, %v; want %s", response.Status, got, err, want)
	}
}
