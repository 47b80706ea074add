package fault

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Kind is what goes wrong.
type Kind string

// What can go wrong with a request to the API.
const (
	// TooManyRequests refuses the request with 429 before it runs.
	TooManyRequests Kind = "429"
	// ServerError answers 500 and does not run the request.
	ServerError Kind = "500"
	// Timeout runs the request, commits what it changes, and answers nothing.
	Timeout Kind = "timeout"
	// Close closes the connection before the request runs.
	Close Kind = "close"
)

// What can go wrong with a webhook.
const (
	// Duplicate sends the webhook twice.
	Duplicate Kind = "duplicate"
	// Reorder sends the webhook after the endpoint's next one.
	Reorder Kind = "reorder"
	// Delay sends the webhook later.
	Delay Kind = "delay"
	// Drop never sends the webhook.
	Drop Kind = "drop"
)

var (
	requestKinds = []Kind{TooManyRequests, ServerError, Timeout, Close}
	webhookKinds = []Kind{Duplicate, Reorder, Delay, Drop}
)

// Limits and defaults of a rule's durations, in seconds.
const (
	defaultRetryAfter = 1
	defaultHold       = 30
	maxHold           = 300
	maxDelay          = 3 * 24 * 60 * 60 // as long as Stripe retries
)

// Rule says what goes wrong, and when: at a Rate of what matches, or for the
// next Count of it; in both cases After the first few.
type Rule struct {
	Kind  Kind     `json:"kind"`
	Rate  *float64 `json:"rate,omitempty"` // from 0 to 1
	Count int      `json:"count,omitempty"`
	After int      `json:"after,omitempty"`

	// Method and Path narrow a fault of a request. A star in Path stands for one
	// segment, or, at the end, for everything that follows.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// Event narrows a fault of a webhook to a type, or to all that begin like
	// "invoice.*".
	Event string `json:"event,omitempty"`

	RetryAfterSeconds int `json:"retry_after_seconds,omitempty"` // with TooManyRequests; by default 1
	HoldSeconds       int `json:"hold_seconds,omitempty"`        // with Timeout, before the connection is closed; by default 30
	DelaySeconds      int `json:"delay_seconds,omitempty"`       // with Delay, on the account's clock
}

// validate says what is wrong with a rule and fills in its defaults.
func (r *Rule) validate() error {
	ofRequest, ofWebhook := slices.Contains(requestKinds, r.Kind), slices.Contains(webhookKinds, r.Kind)
	switch {
	case !ofRequest && !ofWebhook:
		return fmt.Errorf("kind is one of %v and %v, not %q", requestKinds, webhookKinds, r.Kind)
	case (r.Rate == nil) == (r.Count == 0):
		return errors.New("give a rate or a count, and not both")
	case r.Rate != nil && (*r.Rate < 0 || *r.Rate > 1):
		return errors.New("rate is from 0 to 1")
	case r.Count < 0 || r.After < 0:
		return errors.New("count and after are not negative")
	}
	if err := r.validateScope(ofRequest); err != nil {
		return err
	}
	return r.validateSeconds()
}

// validateScope looks at what the rule is narrowed to.
func (r *Rule) validateScope(ofRequest bool) error {
	switch {
	case !ofRequest && (r.Method != "" || r.Path != ""):
		return errors.New("method and path narrow faults of requests; a webhook has an event")
	case ofRequest && r.Event != "":
		return errors.New("event narrows faults of webhooks; a request has a method and a path")
	case r.Path != "" && !strings.HasPrefix(r.Path, "/"):
		return errors.New("path begins with a slash")
	}
	if _, err := path.Match(r.Path, ""); err != nil {
		return fmt.Errorf("path: %w", err)
	}
	return nil
}

// validateSeconds looks at the durations, each of which belongs to one kind.
func (r *Rule) validateSeconds() error {
	for _, of := range []struct {
		name                   string
		kind                   Kind
		value                  *int
		fallback, least, limit int
	}{
		{"retry_after_seconds", TooManyRequests, &r.RetryAfterSeconds, defaultRetryAfter, 1, maxHold},
		{"hold_seconds", Timeout, &r.HoldSeconds, defaultHold, 1, maxHold},
		{"delay_seconds", Delay, &r.DelaySeconds, 0, 1, maxDelay},
	} {
		if r.Kind != of.kind {
			if *of.value != 0 {
				return fmt.Errorf("%s belongs to kind %q", of.name, of.kind)
			}
			continue
		}
		if *of.value == 0 {
			*of.value = of.fallback
		}
		if *of.value < of.least || *of.value > of.limit {
			return fmt.Errorf("%s is from %d to %d", of.name, of.least, of.limit)
		}
	}
	return nil
}

// matchesRequest reports whether the rule is about such requests.
func (r *Rule) matchesRequest(method, requested string) bool {
	return slices.Contains(requestKinds, r.Kind) &&
		(r.Method == "" || strings.EqualFold(r.Method, method)) &&
		(r.Path == "" || matchesPath(r.Path, requested))
}

func matchesPath(pattern, requested string) bool {
	if prefix, wildcard := strings.CutSuffix(pattern, "*"); wildcard && !strings.Contains(prefix, "*") {
		return strings.HasPrefix(requested, prefix)
	}
	matched, err := path.Match(pattern, requested)
	return matched && err == nil
}

// matchesWebhook reports whether the rule is about such events.
func (r *Rule) matchesWebhook(eventType string) bool {
	if !slices.Contains(webhookKinds, r.Kind) {
		return false
	}
	prefix, wildcard := strings.CutSuffix(r.Event, "*")
	return r.Event == "" || r.Event == eventType || wildcard && strings.HasPrefix(eventType, prefix)
}
