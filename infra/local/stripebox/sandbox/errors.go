package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
	"billhook/infra/local/stripebox/openapi"
)

// Stripe's error types and the codes that are used in more than one place.
const (
	typeInvalidRequest = "invalid_request_error"
	typeCard           = "card_error"
	typeIdempotency    = "idempotency_error"

	codeMissing        = "resource_missing"
	codeInvalidInteger = form.CodeInvalidInteger
)

// apiError is an error that a caller sees, in Stripe's own form.
type apiError struct {
	status int
	body   object.Error
}

func (e *apiError) Error() string { return e.body.Message }

// invalid is a 400 about one parameter; code may be empty, as Stripe's is for
// many of them.
func invalid(param, code, format string, args ...any) *apiError {
	return &apiError{http.StatusBadRequest, object.Error{
		Type: typeInvalidRequest, Code: code, Param: param, Message: fmt.Sprintf(format, args...), DocURL: docURL(code),
	}}
}

// missingParam is the 400 for a parameter that this request needs.
func missingParam(param string) *apiError {
	return invalid(param, form.CodeMissing, "Missing required param: %s.", param)
}

// noSuch is a resource that does not exist: 404 when the path names it, 400
// when a parameter does.
func noSuch(status int, kind, id, param string) *apiError {
	return &apiError{status, object.Error{
		Type: typeInvalidRequest, Code: codeMissing, Param: param,
		Message: fmt.Sprintf("No such %s: '%s'", kind, id), DocURL: docURL(codeMissing),
	}}
}

// unauthorized is the 401 for a key that opens no account.
func unauthorized(format string, args ...any) *apiError {
	return &apiError{http.StatusUnauthorized, object.Error{Type: typeInvalidRequest, Message: fmt.Sprintf(format, args...)}}
}

// unrecognizedURL is the 404 for a path or method that Stripe, or the sandbox,
// does not have.
func unrecognizedURL(r *http.Request) *apiError {
	return &apiError{http.StatusNotFound, object.Error{
		Type: typeInvalidRequest,
		Message: fmt.Sprintf("Unrecognized request URL (%s: %s). If you are trying to list objects, remove the trailing slash. "+
			"If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. "+
			"Please see https://stripe.com/docs or we can help at https://support.stripe.com/.", r.Method, r.URL.Path),
	}}
}

// asAPIError turns whatever a handler returned into what the caller sees.
func asAPIError(err error) *apiError {
	if known, ok := errors.AsType[*apiError](err); ok {
		return known
	}
	if param, ok := errors.AsType[*form.Error](err); ok {
		return invalid(param.Param, param.Code, "%s", param.Message)
	}
	if refusal, ok := errors.AsType[*openapi.Refusal](err); ok {
		return invalid(refusal.Param, refusal.Code, "%s", refusal.Message)
	}
	return &apiError{http.StatusInternalServerError, object.Error{Type: "api_error", Message: "An error occurred in the sandbox: " + err.Error()}}
}

func docURL(code string) string {
	if code == "" {
		return ""
	}
	return "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(code, "_", "-")
}
