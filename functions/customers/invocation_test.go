package main

import (
	"net/http"
	"testing"

	"billhook/infra/local/invocation"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/customers.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, plenty())
	f.create(t, f.mine, `{"email": "ada@example.com"}`)
	if answer := f.Invoke(t, f.handler, sample); answer.Status != http.StatusUnauthorized { // its keys are none
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	answer := f.Invoke(t, f.handler, invocation.Pair{
		Key: f.mine.header.Get("X-Api-Key"), Secret: f.mine.header.Get("X-Secret-Key"),
		Tenant: f.mine.header.Get("X-Tenant-Id"), Project: f.mine.project.ID.String(),
	}.Of(sample))
	direct := f.send(t, f.mine, http.MethodGet, customers+"?limit=10&environment=test", "")
	answer.Is(t, 200, direct.Body)
}
