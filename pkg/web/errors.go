package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// Errors writes errors as answers, in the form of one API family. The text of
// an error that is no billing.Error is logged and never shown.
type Errors struct {
	log  *slog.Logger
	form form
}

// form is how a family tells an error: with which status and in which body.
type form func(r *http.Request, known *billing.Error, retryAfter *int) (status int, body any)

// NewErrors makes an Errors of the Payments API that logs the faults it hides:
// {"detail": "..."}, or a list of wrong inputs for a 422.
func NewErrors(log *slog.Logger) *Errors { return &Errors{log, paymentsForm} }

// NewServerErrors makes an Errors of the Server API: {"error": "...",
// "message": "...", "code": "...", "request_id": "..."}.
func NewServerErrors(log *slog.Logger) *Errors { return &Errors{log, serverForm} }

// NewPlansErrors makes an Errors of the Plans API: {"statusCode": 400,
// "message": "...", "error": "..."}, with the code in both texts.
func NewPlansErrors(log *slog.Logger) *Errors { return &Errors{log, plansForm} }

// NewAccountErrors makes an Errors of the Account API: {"error": {"code":
// "...", "message": "..."}}.
func NewAccountErrors(log *slog.Logger) *Errors { return &Errors{log, accountForm} }

// statuses is the one place where kinds become statuses.
var statuses = map[billing.Kind]int{
	billing.Internal:         http.StatusInternalServerError,
	billing.Invalid:          http.StatusUnprocessableEntity,
	billing.Refused:          http.StatusBadRequest,
	billing.Unauthenticated:  http.StatusUnauthorized,
	billing.PermissionDenied: http.StatusForbidden,
	billing.NotFound:         http.StatusNotFound,
	billing.Conflict:         http.StatusConflict,
	billing.CardDeclined:     http.StatusPaymentRequired,
	billing.PaymentRequired:  http.StatusPaymentRequired,
	billing.TooLarge:         http.StatusRequestEntityTooLarge,
	billing.RateLimited:      http.StatusTooManyRequests,
	billing.StripeFailed:     http.StatusBadGateway,
	billing.Unavailable:      http.StatusServiceUnavailable,
}

// Write answers with an error.
func (e *Errors) Write(w http.ResponseWriter, r *http.Request, err error) {
	var known *billing.Error
	if !errors.As(err, &known) {
		known = billing.NewError(billing.Internal, "internal_error", "Internal server error")
	}
	var retryAfter *int
	if known.RetryAfter > 0 {
		seconds := int(math.Ceil(known.RetryAfter.Seconds()))
		retryAfter = &seconds
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	status, body := e.form(r, known, retryAfter)
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	e.log.Log(r.Context(), level, "refused", "status", status, "code", known.Code, "error", err.Error(), "request_id", requestID(r))
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

func paymentsForm(_ *http.Request, known *billing.Error, retryAfter *int) (int, any) {
	body := api.Error{Detail: detail(known), RetryAfter: retryAfter}
	if len(known.Fields) > 0 {
		body.Detail = invalidInputs(known.Fields)
	}
	return statuses[known.Kind], body
}

// serverForm has a status of its own: a project without Stripe keys is 403.
func serverForm(r *http.Request, known *billing.Error, retryAfter *int) (int, any) {
	status := badRequest(known)
	if known.Code == billing.CodeNotConfigured {
		status = http.StatusForbidden
	}
	said := said(known)
	return status, api.ServerError{
		Error: said, Message: said, Code: known.Code, RequestID: requestID(r), RetryAfter: retryAfter,
	}
}

func plansForm(r *http.Request, known *billing.Error, retryAfter *int) (int, any) {
	status, code := badRequest(known), cmp.Or(known.Code, "stripe_refused") // Stripe has no code for some refusals
	return status, api.PlansError{
		StatusCode: status, Message: code, Error: code, Detail: said(known), RequestID: requestID(r), RetryAfter: retryAfter,
		Invalid: invalidInputs(blamed(known)),
	}
}

// blamed are the inputs that an error is about, where it names any.
func blamed(known *billing.Error) []billing.FieldError {
	if len(known.Fields) > 0 || known.Param == "" {
		return known.Fields
	}
	return []billing.FieldError{{Loc: []any{"body", known.Param}, Msg: known.Message, Type: known.Code}}
}

func accountForm(r *http.Request, known *billing.Error, retryAfter *int) (int, any) {
	var body api.AccountError
	body.Error.Code, body.Error.Message = known.Code, said(known)
	body.RequestID, body.RetryAfter = requestID(r), retryAfter
	return badRequest(known), body
}

// badRequest is the status in the families that know no 422.
func badRequest(known *billing.Error) int {
	if known.Kind == billing.Invalid {
		return http.StatusBadRequest
	}
	return statuses[known.Kind]
}

// said is all that an error says, in one text.
func said(known *billing.Error) string {
	if len(known.Fields) > 0 {
		return sentence(known.Fields)
	}
	return detail(known)
}

// sentence names every wrong input: line_items.0.quantity: Input should be ...
func sentence(fields []billing.FieldError) string {
	said := make([]string, len(fields))
	for i, f := range fields {
		place := make([]string, 0, len(f.Loc))
		for j, step := range f.Loc {
			if j > 0 || len(f.Loc) == 1 { // the first says only whether it is the body or the query
				place = append(place, fmt.Sprint(step))
			}
		}
		said[i] = strings.Join(place, ".") + ": " + f.Msg
	}
	return strings.Join(said, "; ")
}

// detail is what an error says, and of which input, for it has no other place.
func detail(known *billing.Error) string {
	if known.Param == "" || strings.Contains(known.Message, known.Param) {
		return known.Message
	}
	return known.Message + " (" + known.Param + ")"
}

func invalidInputs(fields []billing.FieldError) []api.InvalidInput {
	inputs := make([]api.InvalidInput, len(fields))
	for i, f := range fields {
		inputs[i] = api.InvalidInput{Loc: f.Loc, Msg: f.Msg, Type: f.Type}
	}
	return inputs
}

var malformedJSON = billing.InvalidFields(billing.FieldError{Loc: []any{"body"}, Msg: "JSON decode error", Type: "json_invalid"})

// BadBody answers to a body that does not decode. Requests validate
// themselves while they decode, so err often says all there is to say.
func (e *Errors) BadBody(w http.ResponseWriter, r *http.Request, err error) {
	var known *billing.Error
	switch {
	case errors.As(err, &known):
		e.Write(w, r, known)
	case errors.Is(err, io.EOF):
		e.Write(w, r, billing.InvalidFields(billing.FieldError{Loc: []any{"body"}, Msg: "Field required", Type: "missing"}))
	default:
		e.Write(w, r, malformedJSON.Because(err))
	}
}

// BadParameter answers to a path, query or header parameter that does not
// parse, or is not there. Every generated package has error types of its own for
// this, alike in their names and their ParamName, which are read by reflection.
func (e *Errors) BadParameter(w http.ResponseWriter, r *http.Request, err error) {
	name, place, wrong, kind := "?", "query", "Input could not be parsed", "parsing"
	if v := reflect.Indirect(reflect.ValueOf(err)); v.Kind() == reflect.Struct {
		if f := v.FieldByName("ParamName"); f.IsValid() {
			name = f.String()
		}
		switch v.Type().Name() {
		case "RequiredHeaderError":
			place, wrong, kind = "header", "Field required", "missing"
		case "RequiredParamError":
			wrong, kind = "Field required", "missing"
		}
	}
	if r.PathValue(name) != "" {
		place = "path"
	} else if _, ok := r.Header[http.CanonicalHeaderKey(name)]; ok {
		place = "header"
	}
	e.Write(w, r, billing.InvalidFields(billing.FieldError{
		Loc: []any{place, name}, Msg: wrong, Type: kind,
	}).Because(err))
}

// Mux is a ServeMux that answers to a path of no operation as everywhere else.
func (e *Errors) Mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		e.Write(w, r, billing.NewError(billing.NotFound, "not_found", "Not Found"))
	})
	return mux
}
