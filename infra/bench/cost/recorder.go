package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"billhook/infra/local/sam"
)

// The recorder's paths, each in the place of a service.
const (
	dynamoDBPath = "/dynamodb/"
	secretsPath  = "/secrets/"
	stripePath   = "/stripe"
)

// hold is how long a call is held back before it is passed on. Calls that are
// made at once have all arrived by then, however busy the machine is, and are
// not taken for calls that wait for each other.
const hold = 40 * time.Millisecond

// cost is what a delivery took.
type cost struct {
	Rounds  int // DynamoDB round trips, one after the other
	Read    int // units
	Write   int // units
	Secrets int // calls
	Stripe  int // calls
}

// recorder stands between a function and the services it calls, and adds up
// what each call costs. As Stripe it answers itself, as it is told to.
type recorder struct {
	indexes []sam.Index
	server  *http.Server
	URL     string

	mu       sync.Mutex
	dynamoDB string // where the service is, as secrets
	secrets  string
	stripe   map[string]object // answers, by path
	spent    cost
	done     int // rounds that are over
	failure  error
	holding  bool
}

// newRecorder listens on a free port of 127.0.0.1.
func newRecorder(indexes []sam.Index) (*recorder, error) {
	if err := keysOnly(indexes); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &recorder{indexes: indexes, URL: "http://" + listener.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+dynamoDBPath, r.serveDynamoDB)
	mux.HandleFunc("POST "+secretsPath, r.serveSecrets)
	mux.HandleFunc(stripePath+"/", r.serveStripe)
	r.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }() // ends with close
	return r, nil
}

func (r *recorder) close() error { return r.server.Close() }

// forward says where the services are.
func (r *recorder) forward(dynamoDB, secrets string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dynamoDB, r.secrets = dynamoDB, secrets
}

// answer says what Stripe answers from now on, by path.
func (r *recorder) answer(stripe map[string]object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stripe = stripe
}

// record adds up what is called while something is done.
func (r *recorder) record(do func() error) (cost, error) {
	r.mu.Lock()
	r.spent, r.done, r.failure, r.holding = cost{}, 0, nil, true
	r.mu.Unlock()
	err := do()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holding = false
	return r.spent, errors.Join(err, r.failure)
}

// begin counts a call of DynamoDB in the round after those that are over, and
// holds it back.
func (r *recorder) begin() (round int) {
	r.mu.Lock()
	round = r.done + 1
	holding := r.holding
	r.mu.Unlock()
	if holding {
		time.Sleep(hold)
	}
	return round
}

func (r *recorder) end(round, read, write int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = max(r.done, round)
	r.spent.Rounds = max(r.spent.Rounds, round)
	r.spent.Read += read
	r.spent.Write += write
	r.failure = errors.Join(r.failure, err)
}

func (r *recorder) serveDynamoDB(w http.ResponseWriter, request *http.Request) {
	round := r.begin()
	_, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	c := caller{url: r.dynamoDB, header: request.Header, indexes: r.indexes}
	r.mu.Unlock()
	answer, read, write, err := c.meter(request, operation, body)
	if err != nil {
		err = fmt.Errorf("%s: %w", operation, err)
	}
	r.end(round, read, write, err)
	pass(w, answer)
}

func (r *recorder) serveSecrets(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.spent.Secrets++
	c := caller{url: r.secrets, header: request.Header}
	r.mu.Unlock()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := c.call(request, request.Header.Get("X-Amz-Target"), body)
	if err != nil {
		answer = response{status: http.StatusBadGateway}
	}
	pass(w, answer)
}

func (r *recorder) serveStripe(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.spent.Stripe++
	found, known := r.stripe[strings.TrimPrefix(request.URL.Path, stripePath)]
	if !known {
		r.failure = errors.Join(r.failure, fmt.Errorf("no answer of Stripe's is known to %s", request.URL.Path))
	}
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if !known {
		w.WriteHeader(http.StatusNotFound)
		found = object{"error": object{"type": "invalid_request_error"}}
	}
	_ = json.NewEncoder(w).Encode(found) // a caller that has gone needs no answer
}

// response is a service's answer.
type response struct {
	status int
	header http.Header
	body   []byte
}

func pass(w http.ResponseWriter, answer response) {
	if answer.status == 0 {
		answer.status = http.StatusBadGateway
	}
	for _, name := range []string{"Content-Type", "X-Amz-Crc32", "X-Amzn-Requestid"} {
		if value := answer.header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // a caller that has gone needs no answer
}

// caller makes calls in the name of the one whose call is passed on.
type caller struct {
	url     string
	header  http.Header
	indexes []sam.Index
}

func (c caller) call(request *http.Request, target string, body []byte) (response, error) {
	passed, err := http.NewRequestWithContext(request.Context(), http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return response{}, err
	}
	passed.Header = c.header.Clone()
	passed.Header.Set("X-Amz-Target", target)
	passed.Header.Del("Accept-Encoding")
	answer, err := http.DefaultClient.Do(passed)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	text, err := io.ReadAll(answer.Body)
	return response{answer.StatusCode, answer.Header, text}, err
}
