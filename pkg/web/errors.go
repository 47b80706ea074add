package web

import (
	"encoding/json"
	"errors"
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

// Errors writes errors as answers, in the form of the Payments API:
// {"detail": "..."}, or a list of wrong inputs for a 422. The text of an
// error that is no billing.Error is logged and never shown.
type Errors struct {
	log *slog.Logger
}

// NewErrors makes an Errors that logs the faults it hides.
func NewErrors(log *slog.Logger) *Errors { return &Errors{log: log} }

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
	status := statuses[known.Kind]
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	e.log.Log(r.Context(), level, "refused", "status", status, "code", known.Code, "error", err.Error(), "request_id", requestID(r))
	body := api.Error{Detail: detail(known)}
	if known.RetryAfter > 0 {
		seconds := int(math.Ceil(known.RetryAfter.Seconds()))
		body.RetryAfter = &seconds
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if len(known.Fields) > 0 {
		body.Detail = invalidInputs(known.Fields)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
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
// parse. Every generated package has error types of its own for this, alike in
// their ParamName, so the name is read by reflection.
func (e *Errors) BadParameter(w http.ResponseWriter, r *http.Request, err error) {
	name := "?"
	if v := reflect.Indirect(reflect.ValueOf(err)); v.Kind() == reflect.Struct {
		if f := v.FieldByName("ParamName"); f.IsValid() {
			name = f.String()
		}
	}
	place := "query"
	if r.PathValue(name) != "" {
		place = "path"
	} else if _, ok := r.Header[http.CanonicalHeaderKey(name)]; ok {
		place = "header"
	}
	e.Write(w, r, billing.InvalidFields(billing.FieldError{
		Loc: []any{place, name}, Msg: "Input could not be parsed", Type: "parsing",
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
