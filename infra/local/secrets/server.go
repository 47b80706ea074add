package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server answers Secrets Manager requests. It is an http.Handler.
type Server struct {
	path       string
	now        func() time.Time
	operations map[string]operation

	mu      sync.Mutex
	secrets map[string]*secret // by name; entries are replaced, never changed
}

var _ http.Handler = (*Server)(nil)

// Open returns a server that keeps its secrets in the file at path, or in memory
// if path is empty.
func Open(path string, now func() time.Time) (*Server, error) {
	secrets, err := load(path)
	if err != nil {
		return nil, err
	}
	s := &Server{path: path, now: now, secrets: secrets}
	s.operations = map[string]operation{
		"CreateSecret":         decoding(s.createSecret),
		"GetSecretValue":       decoding(s.getSecretValue),
		"PutSecretValue":       decoding(s.putSecretValue),
		"DescribeSecret":       decoding(s.describeSecret),
		"DeleteSecret":         decoding(s.deleteSecret),
		"RestoreSecret":        decoding(s.restoreSecret),
		"TagResource":          decoding(s.tagResource),
		"ListSecretVersionIds": decoding(s.listSecretVersionIDs),
	}
	return s, nil
}

// operation answers the body of one request. The server's lock is held.
type operation func(body []byte) (any, error)

func decoding[Input any](run func(Input) (any, error)) operation {
	return func(body []byte) (any, error) {
		var input Input
		if err := json.Unmarshal(body, &input); err != nil {
			return nil, &apiError{"SerializationException", err.Error()}
		}
		return run(input)
	}
}

// apiError is an error of the service, by the name the SDK knows it by.
type apiError struct{ kind, message string }

func (e *apiError) Error() string { return e.kind + ": " + e.message }

func notFound(message string) error         { return &apiError{"ResourceNotFoundException", message} }
func alreadyExists(message string) error    { return &apiError{"ResourceExistsException", message} }
func invalidRequest(message string) error   { return &apiError{"InvalidRequestException", message} }
func invalidParameter(message string) error { return &apiError{"InvalidParameterException", message} }

const (
	targetPrefix = "secretsmanager."
	// bodyLimit leaves room for the largest secret in base64, in bytes.
	bodyLimit = 256 << 10
)

// ServeHTTP answers one operation, named by the X-Amz-Target header.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	output, err := s.answer(w, r)
	status := http.StatusOK
	if err != nil {
		status = http.StatusBadRequest
		var known *apiError
		if !errors.As(err, &known) {
			status, known = http.StatusInternalServerError, &apiError{"InternalServiceError", err.Error()}
		}
		output = map[string]string{"__type": known.kind, "Message": known.message}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(output) // a client that has gone needs no answer
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) (any, error) {
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	run, known := s.operations[name]
	if !ok || !known {
		return nil, &apiError{"UnknownOperationException", fmt.Sprintf("no operation %q here", r.Header.Get("X-Amz-Target"))}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		return nil, invalidParameter(err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return run(body)
}

// lookup returns the secret with a name or ARN, also one marked for deletion, or
// nil. One whose recovery window has passed is gone.
func (s *Server) lookup(id string) *secret {
	for _, candidate := range s.secrets {
		partialARN := candidate.ARN[:len(candidate.ARN)-len("-xxxxxx")]
		if id != candidate.Name && id != candidate.ARN && id != partialARN {
			continue
		}
		if !candidate.DeletesAt.IsZero() && !s.now().Before(candidate.DeletesAt) {
			break
		}
		return candidate
	}
	return nil
}

// find is lookup for operations that need the secret to be there.
func (s *Server) find(id string) (*secret, error) {
	if id == "" {
		return nil, invalidParameter("SecretId is required")
	}
	if found := s.lookup(id); found != nil {
		return found, nil
	}
	return nil, notFound("Secrets Manager can't find the specified secret.")
}

// usable returns a secret that is not marked for deletion.
func (s *Server) usable(id string) (*secret, error) {
	found, err := s.find(id)
	if err == nil && !found.DeletesAt.IsZero() {
		err = invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
	}
	return found, err
}

// store replaces a secret, in the file first; nil removes it.
func (s *Server) store(name string, changed *secret) error {
	next := with(s.secrets, name, changed)
	if err := save(s.path, next); err != nil {
		return err
	}
	s.secrets = next
	return nil
}
