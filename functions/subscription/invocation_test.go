package main

import (
	"testing"

	"billhook/infra/local/invocation"
	"billhook/pkg/billing"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/subscription.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, subscription(1, billing.StatusActive))
	f.Invoke(t, f.handler, sample).Is(t, 401, `{"detail": "Could not validate credentials"}`) // its token is none
	answer := f.Invoke(t, f.handler, invocation.WithToken(sample, f.EndUser(f.project, user)))
	var got struct{ Status string }
	if answer.Decode(t, &got); answer.Status != 200 || got.Status != "active" {
		t.Errorf("answered %d %s", answer.Status, answer.Body)
	}
}
