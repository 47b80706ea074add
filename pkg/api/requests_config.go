package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"billhook/pkg/billing"
)

// UnmarshalJSON reads and validates the request.
func (r *CreateProjectRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Name = required[string](f, "name")
	r.Description = optional[string](f, "description")
	r.RedirectOrigins = f.origins("redirect_origins")
	r.DefaultMode = f.mode("default_mode")
	r.DuplicateSubscriptions = f.duplicates("duplicate_subscriptions")
	r.GracePeriodDays = f.between("grace_period_days", 0, billing.MostGraceDays)
	r.DisputedPayments = f.disputes("disputed_payments")
	r.MarketplaceFeeBps = f.basisPoints("marketplace_fee_bps")
	r.EndUserRefunds = optional[bool](f, "end_user_refunds")
	f.length("name", &r.Name, 1, 255)
	f.length("description", r.Description, 0, 1000)
	return f.err()
}

// UnmarshalJSON reads and validates the request. Missing values leave what is
// stored unchanged, as do nulls, except that of the description: it clears it,
// and reads as an empty text.
func (r *UpdateProjectRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Name = optional[string](f, "name")
	r.Description = optional[string](f, "description")
	if _, sent := f.members["description"]; sent {
		r.Description = orDefault(r.Description, "")
	}
	r.RedirectOrigins = f.origins("redirect_origins")
	r.DefaultMode = f.mode("default_mode")
	r.DuplicateSubscriptions = f.duplicates("duplicate_subscriptions")
	r.GracePeriodDays = f.between("grace_period_days", 0, billing.MostGraceDays)
	r.DisputedPayments = f.disputes("disputed_payments")
	r.MarketplaceFeeBps = f.basisPoints("marketplace_fee_bps")
	r.EndUserRefunds = optional[bool](f, "end_user_refunds")
	f.length("name", r.Name, 1, 255)
	f.length("description", r.Description, 0, 1000)
	return f.err()
}

// The list is looked through for every redirect.
const (
	mostOrigins   = 50
	longestOrigin = 255 // in characters
)

// origins reads the origins of a redirect policy, in their normal form and
// each once.
func (f *fields) origins(name string) *[]string {
	sent := optional[[]any](f, name)
	if sent == nil {
		return nil
	}
	if len(*sent) > mostOrigins {
		f.refuse(name, "too_long", fmt.Sprintf("List should have at most %d items", mostOrigins))
		return nil
	}
	origins := []string{}
	for i, v := range *sent {
		s, ok := v.(string)
		if !ok {
			f.refuseItem(name, i, "string_type", "Input should be a valid string")
			continue
		}
		if utf8.RuneCountInString(s) > longestOrigin {
			f.refuseItem(name, i, "string_too_long", fmt.Sprintf("String should have at most %d characters", longestOrigin))
			continue
		}
		origin, err := billing.NormalOrigin(s)
		if err != nil {
			f.refuseItem(name, i, "value_error", "Input "+err.Error())
		} else if !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return &origins
}

func (f *fields) refuseItem(name string, i int, kind, msg string) {
	f.wrong = append(f.wrong, billing.FieldError{Loc: []any{"body", name, i}, Msg: msg, Type: kind})
}

// mode reads one of the two modes, if there is one.
func (f *fields) mode(name string) *billing.Mode {
	s := optional[string](f, name)
	if s == nil {
		return nil
	}
	m := billing.Mode(*s)
	if !m.Valid() {
		f.refuse(name, "enum", "Input should be 'test' or 'live'")
	}
	return &m
}

// duplicates reads what a project does about duplicate subscriptions, if it is
// there.
func (f *fields) duplicates(name string) *billing.DuplicatePolicy {
	s := optional[string](f, name)
	if s == nil {
		return nil
	}
	p := billing.DuplicatePolicy(*s)
	if p != billing.FlagDuplicate && p != billing.CancelNewest {
		f.refuse(name, "enum", "Input should be 'flag' or 'cancel_newest'")
	}
	return &p
}

// basisPoints reads a part of a price, if it is there.
func (f *fields) basisPoints(name string) *int64 {
	n := optional[int64](f, name)
	if n != nil && (*n < 0 || *n > billing.BasisPoints) {
		f.refuse(name, "value_error", fmt.Sprintf("Input should be between 0 and %d", billing.BasisPoints))
	}
	return n
}

// UnmarshalJSON reads and validates the request.
func (r *CreateKeyRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Name = optional[string](f, "name")
	f.length("name", r.Name, 0, 255)
	return f.err()
}

// UnmarshalJSON reads and validates the request; defaults are filled in. What
// the key looks like is for the answer to judge.
func (r *ValidateCredentialsRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.SecretKey = required[string](f, "secret_key")
	r.IsTestMode = orDefault(optional[bool](f, "is_test_mode"), true)
	f.length("secret_key", &r.SecretKey, 1, longestCredential)
	return f.err()
}

// UnmarshalJSON reads and validates the request. Empty values are as good as
// missing ones: they leave what is stored unchanged.
func (r *StripeConfigRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.TestSecretKey = f.credential("test_secret_key", billing.SecretKeyPrefixes(billing.Test)...)
	r.TestPublishableKey = f.credential("test_publishable_key", "pk_test_")
	r.TestWebhookSecret = f.credential("test_webhook_secret", "whsec_")
	r.TestConnectWebhookSecret = f.credential("test_connect_webhook_secret", "whsec_")
	r.LiveSecretKey = f.credential("live_secret_key", billing.SecretKeyPrefixes(billing.Live)...)
	r.LivePublishableKey = f.credential("live_publishable_key", "pk_live_")
	r.LiveWebhookSecret = f.credential("live_webhook_secret", "whsec_")
	r.LiveConnectWebhookSecret = f.credential("live_connect_webhook_secret", "whsec_")
	r.WebhookSecretOverlapHours = f.hours("webhook_secret_overlap_hours")
	return f.err()
}

// longestOverlap is how long a replaced webhook secret can stay valid, in hours.
const longestOverlap = 7 * 24

// hours reads a number of hours, if it is there.
func (f *fields) hours(name string) *int64 {
	n := optional[int64](f, name)
	switch {
	case n == nil:
	case *n < 0:
		f.refuse(name, "greater_than_equal", "Input should be greater than or equal to 0")
	case *n > longestOverlap:
		f.refuse(name, "less_than_equal", fmt.Sprintf("Input should be less than or equal to %d", longestOverlap))
	}
	return n
}

// longestCredential is more than Stripe's keys have, in characters.
const longestCredential = 255

// credential reads a key that Stripe issues. The error never repeats it.
func (f *fields) credential(name string, prefixes ...string) *string {
	s := optional[string](f, name)
	if s == nil || *s == "" {
		return nil
	}
	if len(*s) <= longestCredential && billing.Secret(*s).IsCredential(prefixes...) {
		return s
	}
	f.refuse(name, "value_error", "Value should start with "+strings.Join(prefixes, " or ")+" and hold letters, digits and underscores only")
	return nil
}
