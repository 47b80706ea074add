package apigateway

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/google/uuid"

	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// FunctionURL is the public URL of one function: every method and path is its.
// There is no timeout but the function's own.
type FunctionURL struct {
	function Invoker
	cors     *sam.CORS
	options  Options
}

// NewFunctionURL returns a handler of a function's URL.
func NewFunctionURL(function Invoker, cors *sam.CORS, options Options) *FunctionURL {
	return &FunctionURL{function: function, cors: cors, options: options}
}

// ServeHTTP answers a request as Lambda's URL service would.
func (u *FunctionURL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", requestID)
	if isPreflight(r) && u.cors != nil {
		answerPreflight(w, r, u.cors)
		return
	}
	answer, status := u.invoke(w, r, requestID)
	if status != 0 {
		applyCORS(w.Header(), r, u.cors)
		writeMessage(w, status)
		return
	}
	applyCORS(answer.header, r, u.cors)
	answer.write(w)
}

func (u *FunctionURL) invoke(w http.ResponseWriter, r *http.Request, requestID string) (answer response, status int) {
	body, err := readBody(w, r, lambda.MaxPayload)
	if err != nil {
		return response{}, bodyStatus(err)
	}
	payload, err := event{
		routeKey:  "$default",
		path:      r.URL.EscapedPath(),
		apiID:     apiID,
		accountID: "anonymous", // what AuthType NONE shows
		requestID: requestID,
		time:      u.options.Now(),
		body:      body,
	}.marshal(r)
	if err != nil {
		u.log(r, err)
		return response{}, http.StatusBadGateway
	}
	output, err := u.function.Invoke(r.Context(), payload)
	if errors.Is(err, lambda.ErrPayloadTooLarge) {
		return response{}, http.StatusRequestEntityTooLarge
	}
	if err == nil {
		answer, err = decodeResponse(output, "application/json")
	}
	if err != nil {
		u.log(r, err)
		return response{}, http.StatusBadGateway
	}
	return answer, 0
}

func (u *FunctionURL) log(r *http.Request, err error) {
	u.options.Logger.WarnContext(r.Context(), "function URL failed",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
}
