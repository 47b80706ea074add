package main

import (
	"testing"

	"billhook/infra/local/invocation"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/stats.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.Invoke(t, f.handler, sample).Is(t, 401, `{"detail": "Could not validate credentials"}`) // its token is none
	answer := f.Invoke(t, f.handler, invocation.WithToken(sample, f.Developer(developer)))
	direct := f.get(t, "?test_mode=true")
	answer.Is(t, 200, direct.Body)
}
