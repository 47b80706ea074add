package main

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"billhook/infra/local/invocation"
	"billhook/pkg/web"
)

// The function is invoked by the API and by a schedule: each sample goes where
// it belongs.
func TestSampleInvocations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	function := web.Scheduled(f.handler, f.master.run)
	request, err := invocation.Read("../../events/lambda/payouts.json")
	if err != nil {
		t.Fatal(err)
	}
	f.Invoke(t, f.handler, request).Is(t, 401, refused("invalid_token", "Could not validate credentials")) // its token is none
	payload, err := json.Marshal(invocation.WithToken(request, f.EndUser(f.project, "bob")))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := function.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answer, &response); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("answered %s, %v", answer, err)
	}
	schedule, err := os.ReadFile("../../events/lambda/reconcile.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string][]byte{"a schedule": schedule, "by hand": []byte(`{}`), "by hand, with nothing": nil} {
		answer, err := function.Invoke(t.Context(), payload)
		if want := `{"creators":0,"begun":0,"ended":0,"failures":0}`; err != nil || string(answer) != want {
			t.Errorf("%s: %s, %v; want %s", name, answer, err, want)
		}
	}
}
