package api

import (
	"slices"
	"strings"
)

// UnmarshalJSON reads and validates the request.
func (r *PortalRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.ReturnURL = f.redirect("return_url")
	return f.err()
}

// UnmarshalJSON reads and validates the request; CancelImmediately is filled in
// from whichever of its three names was sent.
func (r *CancelRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.CancelImmediately = optional[bool](f, "cancel_immediately")
	r.Immediate = optional[bool](f, "immediate")
	r.AtPeriodEnd = optional[bool](f, "at_period_end")
	f.agree(&r.CancelImmediately, "immediate", r.Immediate)
	f.agree(&r.CancelImmediately, "at_period_end", not(r.AtPeriodEnd))
	r.CancelImmediately = orDefault(r.CancelImmediately, false)
	r.Feedback = f.feedback("feedback")
	r.Comment = optional[string](f, "comment")
	f.length("comment", r.Comment, 0, 5000)
	return f.err()
}

// agree takes another name's value for one that was not sent, and refuses it if
// it contradicts one that was.
func (f *fields) agree(known **bool, name string, said *bool) {
	switch {
	case said == nil:
	case *known == nil:
		*known = said
	case **known != *said:
		f.refuse(name, "value_error", "Input contradicts another name of the same option")
	}
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	opposite := !*b
	return &opposite
}

// feedbacks are Stripe's words for why a subscription is canceled.
var feedbacks = []string{
	"customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused",
}

func (f *fields) feedback(name string) *string {
	s := optional[string](f, name)
	if s != nil && !slices.Contains(feedbacks, *s) {
		f.refuse(name, "enum", "Input should be "+strings.Join(feedbacks, ", "))
	}
	return s
}

// UnmarshalJSON reads and validates the request; defaults are filled in.
func (r *UpdateSubscriptionRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.NewPriceID = required[string](f, "new_price_id")
	f.length("new_price_id", &r.NewPriceID, 1, 255)
	r.ProrationBehavior = f.choice("proration_behavior", "create_prorations", "none", "always_invoice")
	return f.err()
}
