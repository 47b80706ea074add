package api

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"billhook/pkg/billing"
)

// Requests decode and validate in one step: a request that exists is valid.

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
	r.AllowPromotionCodes = orDefault(optional[bool](f, "allow_promotion_codes"), false)
	r.AutomaticTax = orDefault(optional[bool](f, "automatic_tax"), false)
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

// Stripe's limits for metadata, in characters. Of its 50 entries billhook adds
// two to what the Server API makes, three to payments with a fee, and more to
// what the Payments API makes.
const (
	serverMetadata  = 48
	paymentMetadata = 47
	metadataEntries = 40
	metadataKey     = 40
	metadataValue   = 500
)

func (f *fields) metadata(name string) *map[string]string {
	return f.metadataOf(name, metadataEntries)
}

func (f *fields) metadataOf(name string, most int) *map[string]string {
	m := optional[map[string]string](f, name)
	if m == nil {
		return nil
	}
	if len(*m) > most {
		f.refuse(name, "too_long", fmt.Sprintf("Dictionary should have at most %d items", most))
	}
	for k, v := range *m {
		if k == "" || utf8.RuneCountInString(k) > metadataKey || utf8.RuneCountInString(v) > metadataValue || strings.ContainsAny(k, "[]") {
			f.refuse(name, "value_error", fmt.Sprintf("Keys have 1 to %d characters and no square brackets, values up to %d", metadataKey, metadataValue))
			break
		}
	}
	return m
}

// redirect reads a URL that Stripe will send a person's browser to.
func (f *fields) redirect(name string) string {
	s := required[string](f, name)
	f.length(name, &s, 1, longestURL)
	if !f.refused(name) && !billing.SafeRedirect(s) {
		f.refuse(name, "url_parsing", "Input should be "+redirectURL)
	}
	return s
}

// What a browser can be sent back to; the length is Stripe's limit.
const (
	longestURL  = 5000
	redirectURL = "an https URL, or an http URL on localhost"
)

// ModeOf is the mode that a request's switches name; test unless they say
// otherwise. Switches that contradict each other are refused.
func ModeOf(testMode *bool, environment *billing.Mode) (billing.Mode, error) {
	return ModeOr(testMode, environment, billing.Test)
}

// ModeOr is ModeOf for clients that need not send a switch.
func ModeOr(testMode *bool, environment *billing.Mode, otherwise billing.Mode) (billing.Mode, error) {
	if environment != nil && !environment.Valid() {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"query", "environment"}, Msg: "Input should be 'test' or 'live'", Type: "enum",
		})
	}
	switch {
	case testMode == nil && environment == nil:
		return otherwise, nil
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
