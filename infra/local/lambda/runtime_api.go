package lambda

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// runtimeAPI is the HTTP interface that a Lambda runtime polls:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (inst *instance) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", inst.handleNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", inst.handleResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", inst.handleError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", inst.handleInitError)
	return mux
}

// handleNext completes the invocation before and blocks until there is another.
func (inst *instance) handleNext(w http.ResponseWriter, r *http.Request) {
	inst.completeCurrent()
	select {
	case inv := <-inst.invocations:
		inst.mu.Lock()
		inst.current = inv
		inst.mu.Unlock()
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", inst.arn)
		header.Set("Lambda-Runtime-Trace-Id", traceID())
		// A process that is gone by now is noticed by its exit.
		_, _ = w.Write(inv.payload)
	case <-r.Context().Done():
	}
}

func (inst *instance) completeCurrent() {
	inst.mu.Lock()
	defer inst.mu.Unlock()
	if !inst.isReady {
		inst.isReady = true
		close(inst.ready)
	}
	inv := inst.current
	if inv == nil {
		return
	}
	if inv.result == nil {
		inv.result = &result{err: &Error{Kind: FunctionFailed, RequestID: inv.id,
			Type: "Runtime.NoResponse", Message: "the runtime asked for the next invocation without answering this one"}}
	}
	close(inv.complete)
	inst.current = nil
}

func (inst *instance) handleResponse(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		failure := &Error{Kind: FunctionFailed, RequestID: r.PathValue("id"), Type: "Function.ResponseSizeTooLarge",
			Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", MaxPayload)}
		inst.settle(r.PathValue("id"), result{err: failure})
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", failure.Message)
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	answer := result{response: body}
	// A response that failed while it was being written says so in trailers.
	if encoded := r.Trailer.Get("Lambda-Runtime-Function-Error-Body"); encoded != "" {
		payload, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			payload = []byte(encoded)
		}
		answer = result{err: reported(FunctionFailed, r.PathValue("id"), payload)}
	}
	inst.accept(w, r.PathValue("id"), answer)
}

func (inst *instance) handleError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	id := r.PathValue("id")
	inst.accept(w, id, result{err: reported(FunctionFailed, id, body)})
}

func (inst *instance) handleInitError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	inst.mu.Lock()
	inst.initError = reported(InitFailed, "", body)
	inst.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

func (inst *instance) accept(w http.ResponseWriter, id string, answer result) {
	if !inst.settle(id, answer) {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// settle records the answer to the current invocation; the first one counts.
func (inst *instance) settle(id string, answer result) bool {
	inst.mu.Lock()
	defer inst.mu.Unlock()
	if inst.current == nil || inst.current.id != id || inst.current.result != nil {
		return false
	}
	inst.current.result = &answer
	return true
}

func refuse(w http.ResponseWriter, status int, errorType, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The runtime sees the status; the body is for people.
	_, _ = fmt.Fprintf(w, `{"errorType":%q,"errorMessage":%q}`, errorType, message)
}

// traceID is an X-Ray header for a trace that is not sampled.
func traceID() string {
	random := strings.ReplaceAll(uuid.NewString(), "-", "")
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), random[:24], random[16:])
}
