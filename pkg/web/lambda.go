package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// Start serves a handler as a Lambda function behind an HTTP API or a function
// URL. It does not return.
func Start(h http.Handler) {
	lambda.Start(Adapt(h))
}

// Adapt turns a handler into the one that Lambda invokes, with the events of an
// HTTP API or a function URL.
func Adapt(h http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return httpadapter.NewV2(rejoinHeaders(h)).ProxyWithContext
}

// rejoinHeaders undoes what the adapter does to headers that it does not know:
// it splits their values at commas, which breaks Stripe-Signature and
// Idempotency-Key.
func rejoinHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range r.Header {
			if len(values) > 1 {
				r.Header[name] = []string{strings.Join(values, ",")}
			}
		}
		next.ServeHTTP(w, r)
	})
}
