package apigateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// Invoker runs a function once. A failure of the function is an error; which
// one makes no difference to the caller of the API.
type Invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

var _ Invoker = (*lambda.Function)(nil)

// Integration is a route and the function that serves it.
type Integration struct {
	Route    sam.Route
	Function Invoker
}

// Options are what the gateway stamps on events, and where it logs failures.
type Options struct {
	Logger    *slog.Logger
	Now       func() time.Time
	AccountID string
	// Timeout is how long an integration may take; zero means 30 s, which is the
	// HTTP API's and cannot be raised there.
	Timeout time.Duration
}

const (
	integrationTimeout = 30 * time.Second
	// apiBodyLimit is the HTTP API's limit for a request body, in bytes.
	apiBodyLimit = 10 << 20
	apiID        = "local"
)

// API is an HTTP API.
type API struct {
	routes  routes
	cors    *sam.CORS
	options Options
}

// NewAPI returns a handler of the API's routes.
func NewAPI(api sam.HTTPAPI, integrations []Integration, options Options) (*API, error) {
	table, err := newRoutes(integrations)
	if err != nil {
		return nil, err
	}
	if options.Timeout == 0 {
		options.Timeout = integrationTimeout
	}
	return &API{routes: table, cors: api.CORS, options: options}, nil
}

// ServeHTTP answers a request as API Gateway would.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := gatewayRequestID()
	w.Header().Set("Apigw-Requestid", requestID)
	if isPreflight(r) && a.cors != nil {
		answerPreflight(w, r, a.cors)
		return
	}
	match, found := a.routes.match(r.Method, r.URL.Path)
	if !found {
		a.fail(w, r, http.StatusNotFound)
		return
	}
	body, err := readBody(w, r, apiBodyLimit)
	if err != nil {
		a.fail(w, r, bodyStatus(err))
		return
	}
	payload, err := event{
		routeKey:   match.route.Key(),
		parameters: match.parameters,
		// The HTTP API hands out the path decoded; a function URL does not.
		path:      r.URL.Path,
		apiID:     apiID,
		accountID: a.options.AccountID,
		requestID: requestID,
		time:      a.options.Now(),
		body:      body,
	}.marshal(r)
	if err != nil {
		a.log(r, err)
		a.fail(w, r, http.StatusInternalServerError)
		return
	}
	answer, status := a.integrate(r, match.function, payload)
	if status != 0 {
		a.fail(w, r, status)
		return
	}
	applyCORS(answer.header, r, a.cors)
	answer.write(w)
}

// integrate invokes the function; a status other than zero is the failure's.
func (a *API) integrate(r *http.Request, function Invoker, payload []byte) (answer response, status int) {
	ctx, cancel := context.WithTimeout(r.Context(), a.options.Timeout)
	defer cancel()
	output, err := function.Invoke(ctx, payload)
	switch {
	case errors.Is(err, lambda.ErrPayloadTooLarge):
		return response{}, http.StatusRequestEntityTooLarge
	case errors.Is(err, context.DeadlineExceeded):
		a.log(r, err)
		return response{}, http.StatusServiceUnavailable
	case err != nil:
		a.log(r, err)
		return response{}, http.StatusInternalServerError
	}
	answer, err = decodeResponse(output, "text/plain; charset=utf-8")
	if err != nil {
		a.log(r, err)
		return response{}, http.StatusInternalServerError
	}
	return answer, 0
}

// fail answers in the gateway's own words.
func (a *API) fail(w http.ResponseWriter, r *http.Request, status int) {
	applyCORS(w.Header(), r, a.cors)
	writeMessage(w, status)
}

func (a *API) log(r *http.Request, err error) {
	a.options.Logger.WarnContext(r.Context(), "integration failed",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
}
