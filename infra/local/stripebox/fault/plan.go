package fault

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Plan is the faults that are switched on, none in its zero value. It is not safe
// for concurrent use.
type Plan []*Entry

// Entry is a rule of a plan and what has come of it.
type Entry struct {
	Rule
	Seen     int `json:"seen"`     // how many the rule was asked about
	Injected int `json:"injected"` // how many of those went wrong
}

// NewPlan makes a plan of rules. The error names the rule that cannot be.
func NewPlan(rules []Rule) (Plan, error) {
	plan := make(Plan, 0, len(rules))
	for i, rule := range rules {
		if err := rule.validate(); err != nil {
			return nil, fmt.Errorf("faults[%d]: %w", i, err)
		}
		plan = append(plan, &Entry{Rule: rule})
	}
	return plan, nil
}

// Request is the rule by which a request goes wrong, or nil. The rules are asked
// in their order until one applies; those after it do not count the request.
func (p Plan) Request(seed, method, path string) *Rule {
	return p.first(seed, func(r *Rule) bool { return r.matchesRequest(method, path) })
}

// Webhook is the same for one event that is to be sent to one endpoint.
func (p Plan) Webhook(seed, eventType string) *Rule {
	return p.first(seed, func(r *Rule) bool { return r.matchesWebhook(eventType) })
}

func (p Plan) first(seed string, matches func(*Rule) bool) *Rule {
	for i, e := range p {
		if matches(&e.Rule) && e.applies(fmt.Sprintf("%s %d", seed, i)) {
			return &e.Rule
		}
	}
	return nil
}

// applies counts one more match and decides about it.
func (e *Entry) applies(seed string) bool {
	e.Seen++
	if e.Seen <= e.After {
		return false
	}
	if e.Rate != nil {
		if chance(seed, e.Seen) >= *e.Rate {
			return false
		}
	} else if e.Injected >= e.Count {
		return false
	}
	e.Injected++
	return true
}

// chance is a number from 0 to less than 1 that the seed and the position alone
// determine.
func chance(seed string, position int) float64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "fault %s %d", seed, position))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}
