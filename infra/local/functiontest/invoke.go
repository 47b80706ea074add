package functiontest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"billhook/pkg/web"
)

// Invoke serves an invocation as Lambda does: through the adapter that the
// function is started with.
func (w *World) Invoke(t *testing.T, h http.Handler, request events.APIGatewayV2HTTPRequest) Answer {
	t.Helper()
	response, err := web.Adapt(h)(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range response.Headers {
		header.Set(name, value)
	}
	for name, values := range response.MultiValueHeaders {
		header[http.CanonicalHeaderKey(name)] = values
	}
	answer := Answer{response.StatusCode, header, response.Body}
	_, _ = fmt.Fprintln(w.answers, answer.Header, answer.Body) // a transcript takes everything
	return answer
}
