package api

import "billhook/pkg/billing"

// UnmarshalJSON reads and validates the request; the interval is filled in.
// Whether the tier can be bought is for the operation to judge.
func (r *TierCheckoutRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Tier = required[string](f, "tier")
	f.length("tier", &r.Tier, 1, 64)
	r.BillingInterval = f.choice("billing_interval", monthly, yearly)
	r.SuccessURL = f.redirect("success_url")
	r.CancelURL = f.redirect("cancel_url")
	return f.err()
}

// SessionAsked checks the checkout session that a query names.
func SessionAsked(id string) error {
	var f fields
	f.name("session_id", &id, stripeID)
	return f.err()
}

// ReturnURLAsked checks the URL of the query that the browser is to be sent
// back to.
func ReturnURLAsked(url string) error {
	if len(url) <= longestURL && billing.SafeRedirect(url) {
		return nil
	}
	return billing.InvalidFields(billing.FieldError{
		Loc: []any{"query", "return_url"}, Msg: "Input should be " + redirectURL, Type: "url_parsing",
	})
}
