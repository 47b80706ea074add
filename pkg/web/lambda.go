package web

import (
	"context"
	"encoding/json"
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

// StartScheduled serves a handler as Start does, and runs something where
// Lambda is invoked with anything but a request: on a schedule, or by hand. It
// does not return.
func StartScheduled[T any](h http.Handler, run func(context.Context) (T, error)) {
	lambda.Start(Scheduled(h, run))
}

// Scheduled is what StartScheduled has Lambda invoke.
func Scheduled[T any](h http.Handler, run func(context.Context) (T, error)) lambda.Handler {
	return scheduled{lambda.NewHandler(Adapt(h)), lambda.NewHandler(run)}
}

type scheduled struct{ serve, run lambda.Handler }

// Invoke serves a request or runs.
func (s scheduled) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event struct {
		RequestContext struct {
			HTTP struct{ Method string }
		}
	}
	if json.Unmarshal(payload, &event) == nil && event.RequestContext.HTTP.Method != "" {
		return s.serve.Invoke(ctx, payload)
	}
	return s.run.Invoke(ctx, payload)
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
