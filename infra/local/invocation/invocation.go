// Package invocation makes the samples in events ready to be sent: a token that
// is valid, a signature that Stripe would make now. What it makes is what API
// Gateway and function URLs hand to a function. It sends nothing.
package invocation

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"billhook/infra/local/stripebox/delivery"
)

// Read reads a sample invocation, a file in events/lambda.
func Read(path string) (events.APIGatewayV2HTTPRequest, error) {
	var request events.APIGatewayV2HTTPRequest
	text, err := os.ReadFile(path)
	if err != nil {
		return request, fmt.Errorf("read sample: %w", err)
	}
	if err := json.Unmarshal(text, &request); err != nil {
		return request, fmt.Errorf("read sample %s: %w", path, err)
	}
	return request, nil
}

// WithToken is an invocation by the caller whose token it is.
func WithToken(request events.APIGatewayV2HTTPRequest, token string) events.APIGatewayV2HTTPRequest {
	return withHeaders(request, map[string]string{"authorization": "Bearer " + token})
}

// Pair is how a backend calls: with both parts of a project's key.
type Pair struct{ Key, Secret, Tenant, Project string }

// Of is an invocation by the backend.
func (p Pair) Of(sample events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	return withHeaders(sample, map[string]string{
		"x-api-key": p.Key, "x-secret-key": p.Secret, "x-tenant-id": p.Tenant, "x-project-id": p.Project,
	})
}

// Delivery is a delivery of Stripe's: the sample invocation of the webhooks
// function, but at the URL of another scope, with another body, signed at a
// time with an endpoint's secret.
type Delivery struct {
	Project, Mode string
	Secret        string
	Body          []byte
	At            time.Time
	// Base64 sends the body as AWS sends what it takes for binary.
	Base64 bool
}

// Of makes a delivery of the webhooks function's sample invocation.
func (d Delivery) Of(sample events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	request := withHeaders(sample, map[string]string{
		"stripe-signature": delivery.Sign(d.Secret, d.At, d.Body),
		"content-length":   strconv.Itoa(len(d.Body)),
	})
	request.RawPath = "/api/v1/payments/stripe/webhooks/" + d.Project + "/" + d.Mode
	request.RequestContext.HTTP.Path = request.RawPath
	request.RequestContext.TimeEpoch = d.At.UnixMilli()
	request.RequestContext.Time = d.At.UTC().Format("02/Jan/2006:15:04:05 -0700")
	request.Body, request.IsBase64Encoded = string(d.Body), d.Base64
	if d.Base64 {
		request.Body = base64.StdEncoding.EncodeToString(d.Body)
	}
	return request
}

func withHeaders(request events.APIGatewayV2HTTPRequest, set map[string]string) events.APIGatewayV2HTTPRequest {
	headers := map[string]string{}
	for name, value := range request.Headers {
		headers[name] = value
	}
	for name, value := range set {
		headers[name] = value
	}
	request.Headers = headers
	return request
}
