package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// stripeError says what a failed call means to the caller. What Stripe says of
// cards and parameters is passed on; what it says of keys is not.
func stripeError(doing string, err error) error {
	cause := fmt.Errorf("%s: %w", doing, err)
	var refused *stripe.Error
	if !errors.As(err, &refused) {
		return billing.NewError(billing.StripeFailed, "stripe_unreachable", "Stripe could not be reached").Because(cause)
	}
	var known *billing.Error
	switch status := refused.HTTPStatusCode; {
	case refused.Type == stripe.ErrorTypeCard:
		known = billing.NewError(billing.CardDeclined, codeOf(refused, "card_declined"), refused.Msg)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		known = billing.NewError(billing.PermissionDenied, "stripe_credentials_rejected", "Stripe credentials rejected")
		// Stripe repeats part of the key in its message.
		cause = fmt.Errorf("%s: status %d, request %s", doing, status, refused.RequestID)
	case status == http.StatusTooManyRequests:
		known = billing.NewError(billing.RateLimited, "stripe_rate_limited", "Stripe is receiving too many requests")
		known.RetryAfter = retryAfter(refused)
	case strings.Contains(refused.Msg, otherCurrency):
		known = billing.ErrCurrencyMismatch
	case status == http.StatusConflict: // another call works on the object, or this one is still under way
		known = billing.NewError(billing.Conflict, "stripe_busy", "Stripe is changing the same object; try again")
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError:
		known = billing.NewError(billing.Refused, codeOf(refused, "stripe_refused"), cmp.Or(refused.Msg, refused.OAuthErrorDescription))
		known.Param = refused.Param
	default:
		known = billing.NewError(billing.StripeFailed, "stripe_failed", "Stripe failed to answer")
	}
	return known.Because(cause)
}

// codeOf is Stripe's code of a refusal. Some have none.
func codeOf(refused *stripe.Error, otherwise string) string {
	return cmp.Or(string(refused.Code), refused.OAuthError, otherwise)
}

// otherCurrency is how Stripe, without a code, refuses to charge a customer in
// another currency than before.
const otherCurrency = "cannot combine currencies"

// isCode reports whether Stripe refused a call with the code.
func isCode(err error, code stripe.ErrorCode) bool {
	refused, ok := errors.AsType[*stripe.Error](err)
	return ok && refused.Code == code
}

// retryAfter is how long Stripe asks to wait, a second if it does not say.
func retryAfter(refused *stripe.Error) time.Duration {
	if refused.LastResponse != nil {
		if s, err := strconv.Atoi(refused.LastResponse.Header.Get("Retry-After")); err == nil && s > 0 {
			return time.Duration(s) * time.Second
		}
	}
	return time.Second
}
