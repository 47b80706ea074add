package billing

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong, in terms every caller can act on. The web layer
// turns it into a status; nothing else decides statuses.
type Kind int

// The kinds of failure.
const (
	Internal         Kind = iota // a fault of ours
	Invalid                      // input that can never be right; Fields says where
	Refused                      // well-formed, but a rule or Stripe refuses it
	Unauthenticated              // no token, or none that is valid
	PermissionDenied             // known caller, not allowed
	NotFound                     // unknown, or not the caller's
	Conflict                     // contradicts something stored, or a concurrent twin
	CardDeclined                 // the bank said no
	PaymentRequired              // a balance is too low
	TooLarge                     // a body over the limit
	RateLimited                  // too many calls; RetryAfter says when to come back
	StripeFailed                 // Stripe unreachable, slow or failing
	Unavailable                  // try again: a dependency of ours is failing
)

// CodeNotConfigured is the code of a project without usable Stripe credentials
// in a mode, which the API families answer with different statuses.
const CodeNotConfigured = "stripe_not_configured"

// FieldError is one wrong input.
type FieldError struct {
	Loc  []any  // where it stands: "body", "price_id"
	Msg  string // for people
	Type string // for programs, such as "missing"
}

// Error is the error of the product's own operations. Message and Fields are
// for the caller; what caused it is kept for the log and never shown.
type Error struct {
	Kind       Kind
	Code       string // snake_case, stable
	Message    string
	Param      string // the input that Stripe refused
	Fields     []FieldError
	RetryAfter time.Duration
	cause      error
}

// NewError makes an Error that is complete without a cause.
func NewError(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// InvalidFields refuses input.
func InvalidFields(fields ...FieldError) *Error {
	return &Error{Kind: Invalid, Code: "invalid_input", Message: "invalid input", Fields: fields}
}

const concurrentChange = "concurrent_change"

// ConcurrentChange refuses a write over something that somebody else wrote
// since it was read. The same operation can be tried again.
func ConcurrentChange(what string) *Error {
	return NewError(Conflict, concurrentChange, "The "+what+" was changed at the same time; try again")
}

// IsConcurrentChange reports whether err is a ConcurrentChange.
func IsConcurrentChange(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == concurrentChange
}

// About returns a copy of e that blames an input.
func (e *Error) About(param string) *Error {
	c := *e
	c.Param = param
	return &c
}

// Because returns a copy of e that remembers what caused it.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Error is for logs: the message and what caused it.
func (e *Error) Error() string {
	s := e.Message
	for _, f := range e.Fields {
		s += fmt.Sprintf("; %v: %s", f.Loc, f.Msg)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf is the kind of err, Internal when it is no Error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf is the code of err, internal_error when it is no Error.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return "internal_error"
}
