package main

import (
	"strings"
	"testing"

	"billhook/infra/local/invocation"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/wallet.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.deposited(t, user, 500)
	f.Invoke(t, f.handler, sample).Is(t, 401, `{"error": {"code": "invalid_token", "message": "Could not validate credentials"}, "request_id": ""}`) // its token is none
	answer := f.Invoke(t, f.handler, invocation.WithToken(sample, f.EndUser(f.project.ID, user)))
	if answer.Status != 200 || !strings.Contains(answer.Body, `"balance_cents":200`) {
		t.Errorf("answered %d %s", answer.Status, answer.Body)
	}
}
