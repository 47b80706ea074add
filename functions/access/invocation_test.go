package main

import (
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/infra/local/invocation"
	"billhook/pkg/billing"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/access.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.plans(t, billing.Test)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, golden(billing.StatusActive, nil))
	f.Invoke(t, f.handler, sample).Is(t, 401, functiontest.PlansError(401, "invalid_token", "Could not validate credentials")) // its token is none
	answer := f.Invoke(t, f.handler, invocation.WithToken(sample, f.EndUser(f.project, user)))
	var got struct{ Allowed bool }
	if answer.Decode(t, &got); answer.Status != 200 || !got.Allowed {
		t.Errorf("answered %d %s", answer.Status, answer.Body)
	}
}
