package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"billhook/infra/local/stripebox/fault"
	"billhook/infra/local/stripebox/object"
)

// faultsShown answers GET, PUT and DELETE /_sandbox/faults.
type faultsShown struct {
	Faults fault.Plan `json:"faults"`
}

// readFaults answers the faults that are switched on and how often each came.
func (s *Server) readFaults(a *account, _ *http.Request) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.shownFaults(), nil
}

// switchFaults replaces the faults; counting begins anew.
func (s *Server) switchFaults(a *account, r *http.Request) (any, error) {
	var params struct {
		Faults []fault.Rule `json:"faults"`
	}
	if err := decodeJSON(r, &params); err != nil {
		return nil, err
	}
	plan, err := fault.NewPlan(params.Faults)
	if err != nil {
		return nil, invalid("faults", "", "Invalid faults: %v.", err)
	}
	return s.setFaults(a, plan), nil
}

// endFaults switches all faults off.
func (s *Server) endFaults(a *account, _ *http.Request) (any, error) {
	return s.setFaults(a, nil), nil
}

func (s *Server) setFaults(a *account, plan fault.Plan) faultsShown {
	defer s.changed()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Faults = plan
	return a.shownFaults()
}

// shownFaults copies the plan: its counters go on.
func (a *account) shownFaults() faultsShown {
	shown := faultsShown{fault.Plan{}}
	for _, entry := range a.Faults {
		copied := *entry
		shown.Faults = append(shown.Faults, &copied)
	}
	return shown
}

// faultSeed has each account draw for itself.
func (a *account) faultSeed() string { return fmt.Sprint(a.server.options.Seed, " ", a.id) }

// tooManyRequests refuses a request before it runs. Stripe's clients do not try
// such a request again by themselves: it comes without Stripe-Should-Retry.
func tooManyRequests(header http.Header, injected *fault.Rule) answer {
	header.Set("Retry-After", strconv.Itoa(injected.RetryAfterSeconds))
	header.Set("Stripe-Rate-Limited-Reason", "global-rate")
	return errorAnswer(&apiError{http.StatusTooManyRequests, object.Error{
		Type: typeInvalidRequest, Code: "rate_limit", DocURL: docURL("rate_limit"),
		Message: "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
	}})
}

// failing is an operation that fails inside Stripe and changes nothing. Its
// answer is kept under the idempotency key, if there is one, which is why Stripe
// advises against another try of a change.
func failing(header http.Header, method string) operation {
	if method != http.MethodGet {
		header.Set("Stripe-Should-Retry", "false")
	}
	return func(*call) (any, error) {
		return nil, &apiError{http.StatusInternalServerError, object.Error{
			Type: "api_error", Message: "Sorry! There was an error while talking to one of our backends. Support has been notified.",
		}}
	}
}

// breakOff closes the connection without an answer: after a while, if the fault
// has one, in which the caller may give up.
func breakOff(r *http.Request, injected *fault.Rule) {
	if injected.Kind == fault.Timeout {
		timer := time.NewTimer(time.Duration(injected.HoldSeconds) * time.Second)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	panic(http.ErrAbortHandler)
}
