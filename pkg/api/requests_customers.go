package api

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"billhook/pkg/billing"
)

// UnmarshalJSON reads and validates the request.
func (r *CreateCustomerRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Email = required[string](f, "email")
	f.email("email", &r.Email)
	r.Name, r.Description, r.Phone, r.Metadata = f.customer()
	return f.err()
}

// UnmarshalJSON reads and validates the request. What is missing stays as it is.
func (r *UpdateCustomerRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Email = optional[string](f, "email")
	f.email("email", r.Email)
	r.Name, r.Description, r.Phone, r.Metadata = f.customer()
	return f.err()
}

// customer reads the members that both requests have, within Stripe's limits.
func (f *fields) customer() (name, description, phone *string, metadata *map[string]string) {
	name, description, phone = optional[string](f, "name"), optional[string](f, "description"), optional[string](f, "phone")
	f.length("name", name, 0, 256)
	f.length("description", description, 0, 5000)
	f.length("phone", phone, 0, 20)
	return name, description, phone, f.metadataOf("metadata", serverMetadata)
}

const longestEmail = 512

func (f *fields) email(name string, s *string) {
	f.length(name, s, 3, longestEmail)
	if s != nil && !f.refused(name) && !isEmail(*s) {
		f.refuse(name, "value_error", "Input should be an e-mail address")
	}
}

// isEmail takes an address alone, without a name beside it.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// UnmarshalJSON reads and validates the request.
func (r *CustomerPortalRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Customer = optional[string](f, "customer")
	r.CustomerEmail = optional[string](f, "customer_email")
	f.length("customer", r.Customer, 1, 255)
	f.email("customer_email", r.CustomerEmail)
	if f.members != nil && r.Customer == nil && r.CustomerEmail == nil && len(f.wrong) == 0 {
		f.refuse("customer", "missing", "Field required, or customer_email")
	}
	r.ReturnURL = f.redirect("return_url")
	return f.err()
}

// CustomerID checks the customer that a path names.
func CustomerID(id string) error { return inPath("customer_id", id, stripeID) }

// SessionID checks the checkout session that a path names.
func SessionID(id string) error { return inPath("session_id", id, stripeID) }

// StartingAfter is the row that the page before ended with; empty for the first
// page.
func StartingAfter(id *string) (string, error) {
	var f fields
	return f.name("starting_after", id, rowID), f.err()
}

// QueryLimit is how many rows a request asks for, up to Stripe's 100.
func QueryLimit(limit *int, otherwise int) (int, error) {
	return within("limit", limit, otherwise, 100)
}

// UsageHours is how many hours a request asks for.
func UsageHours(hours *int) (int, error) { return within("hours", hours, 24, 720) }

func within(name string, n *int, otherwise, most int) (int, error) {
	var f fields
	asked := *orDefault(n, otherwise)
	if asked < 1 || asked > most {
		f.outside(name, "value_error", fmt.Sprintf("between 1 and %d", most))
	}
	return asked, f.err()
}

// QueryEmail is an e-mail address in the query.
func QueryEmail(name, s string) (string, error) {
	s = strings.TrimSpace(s)
	if len(s) > longestEmail || !isEmail(s) {
		return "", billing.InvalidFields(billing.FieldError{Loc: []any{"query", name}, Msg: "Input should be an e-mail address", Type: "value_error"})
	}
	return s, nil
}

// QueryWord is one of several words in the query; empty without one.
func QueryWord(name string, s *string, words ...string) (string, error) {
	if s == nil {
		return "", nil
	}
	if !slices.Contains(words, *s) {
		return "", billing.InvalidFields(billing.FieldError{Loc: []any{"query", name}, Msg: "Input should be " + oneOf(words), Type: "enum"})
	}
	return *s, nil
}
