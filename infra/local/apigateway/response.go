package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// response is a function's answer, decoded.
type response struct {
	status int
	header http.Header
	body   []byte
}

// decodeResponse reads what a function returned. An object with a statusCode is
// a whole response; anything else is the body of a 200, JSON or not.
func decodeResponse(output []byte, defaultContentType string) (response, error) {
	if !hasStatusCode(output) {
		return response{
			status: http.StatusOK,
			header: http.Header{"Content-Type": {"application/json"}},
			body:   output,
		}, nil
	}
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(output, &answer); err != nil {
		return response{}, fmt.Errorf("decode the function's response: %w", err)
	}
	// An informational status would not end the response.
	if answer.StatusCode < 200 || answer.StatusCode > 599 {
		return response{}, fmt.Errorf("the function answered with status %d", answer.StatusCode)
	}
	body := []byte(answer.Body)
	if answer.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(answer.Body); err != nil {
			return response{}, fmt.Errorf("decode the function's base64 body: %w", err)
		}
	}
	return response{answer.StatusCode, responseHeader(answer, defaultContentType), body}, nil
}

func hasStatusCode(output []byte) bool {
	var shape struct {
		StatusCode json.RawMessage `json:"statusCode"`
	}
	return json.Unmarshal(output, &shape) == nil && shape.StatusCode != nil
}

func responseHeader(answer events.APIGatewayV2HTTPResponse, defaultContentType string) http.Header {
	header := http.Header{}
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	for name, values := range answer.MultiValueHeaders {
		header.Del(name)
		for _, value := range values {
			header.Add(name, value)
		}
	}
	for _, cookie := range answer.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	// The connection is the gateway's own business.
	for _, name := range []string{"Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding"} {
		header.Del(name)
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", defaultContentType)
	}
	return header
}

func (a response) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		_, _ = w.Write(a.body) // a client that has gone needs no answer
	}
}

// writeMessage answers with the gateway's own error body for a status.
func writeMessage(w http.ResponseWriter, status int) {
	message := http.StatusText(status)
	if status == http.StatusBadGateway {
		message = "Internal Server Error" // what a function URL says of a failed function
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"message":%q}`, message)
}
