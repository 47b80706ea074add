package web

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/google/go-cmp/cmp"
)

// invoke sends an event through the adapter as Lambda would, and gives the
// request that the handler saw.
func invoke(t *testing.T, event events.APIGatewayV2HTTPRequest) (http.Header, string) {
	t.Helper()
	var header http.Header
	var body string
	adapter := httpadapter.NewV2(rejoinHeaders(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		header, body = r.Header.Clone(), string(b)
		w.WriteHeader(http.StatusNoContent)
	})))
	answer, err := adapter.ProxyWithContext(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("status %d", answer.StatusCode)
	}
	return header, body
}

func request(headers map[string]string, body string, base64 bool) events.APIGatewayV2HTTPRequest {
	return events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: "/hook", Headers: headers, Body: body, IsBase64Encoded: base64,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: http.MethodPost, Path: "/hook"},
		},
	}
}

func TestHeadersArriveWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, sent, want string }{
		"a signature":            {"stripe-signature", "t=1770110105,v1=ce66,v1=7bdb,v0=00", "t=1770110105,v1=ce66,v1=7bdb,v0=00"},
		"an idempotency key":     {"idempotency-key", "order,7", "order,7"},
		"one value":              {"x-project-id", "2b6f8c1e", "2b6f8c1e"},
		"a token":                {"authorization", "Bearer a.b.c", "Bearer a.b.c"},
		"a header in capitals":   {"Stripe-Signature", "t=1,v1=a", "t=1,v1=a"},
		"spaces after the comma": {"stripe-signature", "t=1, v1=a", "t=1,v1=a"}, // the adapter drops them
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header, _ := invoke(t, request(map[string]string{test.name: test.sent}, "", false))
			if diff := cmp.Diff([]string{test.want}, header.Values(test.name)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		})
	}
}

// Function URLs and HTTP APIs send a body as base64 when they take it for
// binary; a signature is over the bytes that were sent.
func TestBodiesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]string{
		"text": `{"name":"Zoë","n":1}` + "\r\n", "binary": "\x00\xff\xfe{}", "empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := invoke(t, request(nil, base64.StdEncoding.EncodeToString([]byte(sent)), true))
			if diff := cmp.Diff(sent, got); diff != "" {
				t.Errorf("base64 (-sent +got):\n%s", diff)
			}
			_, got = invoke(t, request(nil, sent, false))
			if diff := cmp.Diff(sent, got); diff != "" {
				t.Errorf("plain (-sent +got):\n%s", diff)
			}
		})
	}
}

func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../events/lambda/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(b, &event); err != nil {
		t.Fatal(err)
	}
	header, body := invoke(t, event)
	if diff := cmp.Diff(event.Headers["stripe-signature"], header.Get("Stripe-Signature")); diff != "" {
		t.Errorf("signature (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(event.Body, body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}
