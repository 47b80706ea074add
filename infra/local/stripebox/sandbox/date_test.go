package sandbox_test

import (
	"net/http"
	"testing"
	"time"
)

// Answers are dated by the clock that dates the events.
func TestDateIsTheAccountsClock(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.advance(`{"days":3}`)
	response := b.do(http.MethodGet, "/v1/balance", "")
	if got, want := response.header.Get("Date"), start.Add(3*24*time.Hour).Format(http.TimeFormat); got != want {
		t.Errorf("Date = %q, want %q", got, want)
	}
}
