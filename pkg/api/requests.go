package api

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"billhook/pkg/billing"
)

// Requests decode and validate in one step: a request that exists is valid.

// UnmarshalJSON reads and validates the request.
func (r *CreateProjectRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Name = required[string](f, "name")
	r.Description = optional[string](f, "description")
	f.length("name", &r.Name, 1, 255)
	f.length("description", r.Description, 0, 1000)
	return f.err()
}

// UnmarshalJSON reads and validates the request. Empty values are as good as
// missing ones: they leave what is stored unchanged.
func (r *StripeConfigRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.TestSecretKey = f.credential("test_secret_key", "sk_test_", "rk_test_")
	r.TestPublishableKey = f.credential("test_publishable_key", "pk_test_")
	r.TestWebhookSecret = f.credential("test_webhook_secret", "whsec_")
	r.LiveSecretKey = f.credential("live_secret_key", "sk_live_", "rk_live_")
	r.LivePublishableKey = f.credential("live_publishable_key", "pk_live_")
	r.LiveWebhookSecret = f.credential("live_webhook_secret", "whsec_")
	return f.err()
}

// credential reads a key that Stripe issues. The error never repeats it.
func (f *fields) credential(name string, prefixes ...string) *string {
	s := optional[string](f, name)
	if s == nil || *s == "" {
		return nil
	}
	for _, p := range prefixes {
		if body, ok := strings.CutPrefix(*s, p); ok && body != "" && isKey(body) && len(*s) <= 255 {
			return s
		}
	}
	f.refuse(name, "value_error", "Value should start with "+strings.Join(prefixes, " or ")+" and hold letters, digits and underscores only")
	return nil
}

func isKey(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && !strings.ContainsRune("+/=-", r)
	}) < 0
}

// UnmarshalJSON reads and validates the request; defaults are filled in.
func (r *CheckoutSessionRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.PriceID = required[string](f, "price_id")
	f.length("price_id", &r.PriceID, 1, 255)
	r.SuccessURL = f.redirect("success_url")
	r.CancelURL = f.redirect("cancel_url")
	r.Mode = f.choice("mode", "subscription", "payment")
	r.Quantity = f.quantity("quantity")
	r.Metadata = f.metadata("metadata")
	r.AllowExistingSubscription = orDefault(optional[bool](f, "allow_existing_subscription"), false)
	return f.err()
}

func orDefault[T any](v *T, otherwise T) *T {
	if v == nil {
		return &otherwise
	}
	return v
}

// choice reads one of several words; the first is the default.
func (f *fields) choice(name string, words ...string) *string {
	s := orDefault(optional[string](f, name), words[0])
	for _, w := range words {
		if *s == w {
			return s
		}
	}
	if !f.refused(name) {
		f.refuse(name, "string_pattern_mismatch", fmt.Sprintf("String should match pattern '^(%s)$'", strings.Join(words, "|")))
	}
	return s
}

func (f *fields) quantity(name string) *int64 {
	n := orDefault(optional[int64](f, name), 1)
	if *n < 1 && !f.refused(name) {
		f.refuse(name, "greater_than_equal", "Input should be greater than or equal to 1")
	}
	return n
}

// Stripe's limits for metadata, less the entries that billhook adds.
const (
	metadataEntries = 40
	metadataKey     = 40
	metadataValue   = 500
)

func (f *fields) metadata(name string) *map[string]string {
	m := optional[map[string]string](f, name)
	if m == nil {
		return nil
	}
	if len(*m) > metadataEntries {
		f.refuse(name, "too_long", fmt.Sprintf("Dictionary should have at most %d items", metadataEntries))
	}
	for k, v := range *m {
		if k == "" || len(k) > metadataKey || len(v) > metadataValue || strings.ContainsAny(k, "[]") {
			f.refuse(name, "value_error", fmt.Sprintf("Keys have 1 to %d characters and no square brackets, values up to %d", metadataKey, metadataValue))
			break
		}
	}
	return m
}

// redirect reads a URL that Stripe will send a person's browser to.
func (f *fields) redirect(name string) string {
	s := required[string](f, name)
	f.length(name, &s, 1, 5000)
	if !f.refused(name) && !SafeRedirect(s) {
		f.refuse(name, "url_parsing", "Input should be an https URL, or an http URL on localhost")
	}
	return s
}

// SafeRedirect reports whether a browser may be sent to a URL: https anywhere,
// http on this machine, and nothing that browsers and parsers read differently.
func SafeRedirect(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' }) {
		return false
	}
	// The template that Stripe fills in is no URL syntax.
	u, err := url.Parse(strings.ReplaceAll(s, "{CHECKOUT_SESSION_ID}", "session"))
	if err != nil || u.Host == "" || u.User != nil || strings.Contains(u.Host, "%") {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Hostname() != ""
	case "http":
		return u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
	default:
		return false
	}
}

// ModeOf is the mode that a request's switches name; test unless they say
// otherwise. Switches that contradict each other are refused.
func ModeOf(testMode *bool, environment *billing.Mode) (billing.Mode, error) {
	if environment != nil && !environment.Valid() {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"query", "environment"}, Msg: "Input should be 'test' or 'live'", Type: "enum",
		})
	}
	switch {
	case testMode == nil && environment == nil:
		return billing.Test, nil
	case testMode == nil:
		return *environment, nil
	}
	mode := billing.ModeOf(!*testMode)
	if environment != nil && *environment != mode {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"query", "environment"}, Msg: "Input contradicts test_mode", Type: "value_error",
		})
	}
	return mode, nil
}

// PageOf is the page that a request names, within the documented bounds.
func PageOf(page, size *int) (number, length int, err error) {
	number, length = *orDefault(page, 1), *orDefault(size, 50)
	var f fields
	if number < 1 {
		f.outside("page", "greater_than_equal", "greater than or equal to 1")
	}
	if length < 1 {
		f.outside("page_size", "greater_than_equal", "greater than or equal to 1")
	}
	if length > 100 {
		f.outside("page_size", "less_than_equal", "less than or equal to 100")
	}
	return number, length, f.err()
}

func (f *fields) outside(name, kind, bound string) {
	f.wrong = append(f.wrong, billing.FieldError{Loc: []any{"query", name}, Msg: "Input should be " + bound, Type: kind})
}

// Slice is the part of a list that stands on a page.
func Slice[T any](list []T, number, length int) []T {
	if (number - 1) > len(list)/length {
		return []T{}
	}
	start := min((number-1)*length, len(list))
	return list[start:min(start+length, len(list))]
}
