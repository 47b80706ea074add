package api

import (
	"fmt"
	"time"

	"billhook/pkg/billing"
)

// disputes reads what a project does about disputed payments, if it is there.
func (f *fields) disputes(name string) *billing.DisputePolicy {
	s := optional[string](f, name)
	if s == nil {
		return nil
	}
	p := billing.DisputePolicy(*s)
	if p != billing.KeepDisputed && p != billing.SuspendDisputed {
		f.refuse(name, "enum", "Input should be 'keep' or 'suspend'")
	}
	return &p
}

// FeatureAsked is the key of a feature in the query.
func FeatureAsked(key string) (string, error) {
	if !featureKeys.MatchString(key) {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"query", "feature"}, Msg: "String should match pattern '" + featureKeys.String() + "'", Type: "string_pattern_mismatch",
		})
	}
	return key, nil
}

// longestUser is as long as a token's subject may be.
const longestUser = 255

// UserNamed is a user in the path.
func UserNamed(parameter, id string) (string, error) {
	if id == "" || len(id) > longestUser {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"path", parameter}, Msg: fmt.Sprintf("String should have 1 to %d bytes", longestUser), Type: "value_error",
		})
	}
	return id, nil
}

// UnmarshalJSON reads and validates the request. Whether the plan exists, and
// whether the grant ends in the future, is for the operation to judge.
func (r *CreateGrantRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.PlanKey, r.PlanID = f.planName()
	r.Features = f.granted("features")
	r.Reason = required[string](f, "reason")
	f.length("reason", &r.Reason, 1, 500)
	r.ExpiresAt = f.instant("expiresAt")
	plan := r.PlanKey != nil || r.PlanID != nil
	switch {
	case len(f.wrong) > 0:
	case plan && r.Features != nil:
		f.refuse("features", "value_error", "Input should be either this or a plan")
	case !plan && r.Features == nil:
		f.refuse("planKey", "missing", "Field required, or planId or features")
	}
	return f.err()
}

// granted reads features that are given apart from a plan, each key once.
func (f *fields) granted(name string) *[]GrantedFeature {
	sent := optional[[]GrantedFeature](f, name)
	if sent == nil {
		return nil
	}
	if n := len(*sent); n < 1 || n > mostFeatures {
		f.refuse(name, "value_error", fmt.Sprintf("List should have 1 to %d items", mostFeatures))
	}
	seen := map[string]bool{}
	for i, feature := range *sent {
		f.featureRefused(name, i, feature.Key, feature.Limit, seen)
	}
	return sent
}

// instant reads a time, in the milliseconds that are kept.
func (f *fields) instant(name string) *time.Time {
	s := optional[string](f, name)
	if s == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, *s)
	if err != nil {
		f.refuse(name, "datetime_parsing", "Input should be a time such as 2026-06-01T00:00:00Z")
		return nil
	}
	at = at.UTC().Truncate(time.Millisecond)
	return &at
}
