package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kind says in which way an invocation failed.
type Kind string

// The kinds of failure. After FunctionFailed the instance goes on, unless the
// function panicked; after the others it is replaced.
const (
	FunctionFailed Kind = "function error"
	TimedOut       Kind = "timeout"
	Exited         Kind = "exit"
	InitFailed     Kind = "init failure"
)

// Error is a failed invocation, in the words Lambda reports it with.
type Error struct {
	Kind      Kind
	RequestID string
	// Type and Message are errorType and errorMessage of Lambda's error payload.
	Type, Message string
}

// Error names the kind and what the function or the platform said.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Kind, e.Type, e.Message)
}

var (
	// ErrClosed is returned once Close has been called.
	ErrClosed = errors.New("the function is closed")
	// ErrPayloadTooLarge is returned for an event over MaxPayload bytes.
	ErrPayloadTooLarge = errors.New("the event exceeds 6 MB")
)

// MaxPayload is Lambda's limit for the event and for the response of a
// synchronous invocation, in bytes.
const MaxPayload = 6 << 20

// reported reads the body that a runtime posts to an error path.
func reported(kind Kind, requestID string, body []byte) *Error {
	var payload struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(body, &payload); err != nil {
		payload.Type, payload.Message = "Runtime.Unknown", string(body)
	}
	return &Error{Kind: kind, RequestID: requestID, Type: payload.Type, Message: payload.Message}
}

func timedOut(requestID string, limit time.Duration) *Error {
	return &Error{Kind: TimedOut, RequestID: requestID, Type: "Sandbox.Timedout",
		Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, limit.Seconds())}
}

func exited(kind Kind, requestID string, cause error) *Error {
	message := "Runtime exited without providing a reason"
	if cause != nil {
		message = "Runtime exited with error: " + cause.Error()
	}
	return &Error{Kind: kind, RequestID: requestID, Type: "Runtime.ExitError",
		Message: fmt.Sprintf("RequestId: %s Error: %s", requestID, message)}
}
