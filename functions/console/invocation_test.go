package main

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"billhook/infra/local/invocation"
	"billhook/pkg/web"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/console.json")
	if err != nil {
		t.Fatal(err)
	}
	h := serving(t, build(t), settings{})
	answer, err := web.Adapt(h)(t.Context(), sample)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(answer.Body, "<script") {
		t.Errorf("answer %+v, %v", answer, err)
	}
	sample.RawPath = "/console/" + script
	sample.RequestContext.HTTP.Path = sample.RawPath
	sample.Headers["accept-encoding"] = "gzip"
	answer, err = web.Adapt(h)(t.Context(), sample)
	if err != nil || !answer.IsBase64Encoded {
		t.Fatalf("what is not text is not encoded: %+v, %v", answer, err)
	}
	if body, err := base64.StdEncoding.DecodeString(answer.Body); err != nil || string(body[:2]) != "\x1f\x8b" {
		t.Errorf("the body is not gzip: %x, %v", body, err)
	}
}
