package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"sync/atomic"
	"time"
)

// patience is how long a start may take before it counts as failed.
const patience = 10 * time.Second

const next = "GET /2018-06-01/runtime/invocation/next"

// start runs a binary until it first asks for work, and answers how long that
// took. It is an error if the binary called anything else before.
func start(ctx context.Context, bootstrap string, environment map[string]string) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asked := make(chan string, 1) // the first request
	api, err := serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case asked <- r.Method + " " + r.URL.Path:
		default:
		}
		<-ctx.Done() // there is no work
	}), nil)
	if err != nil {
		return 0, err
	}
	defer api.close()
	elsewhere, err := newTrap()
	if err != nil {
		return 0, err
	}
	defer elsewhere.close()

	command := exec.Command(bootstrap)
	command.Env = variables(environment, api.address, elsewhere.address)
	began := time.Now()
	if err := command.Start(); err != nil {
		return 0, err
	}
	var exit error
	ended := make(chan struct{})
	go func() {
		exit = command.Wait()
		close(ended)
	}()
	select {
	case first := <-asked:
		took = time.Since(began)
		if first != next {
			err = fmt.Errorf("its first request was %s", first)
		}
	case <-ended:
		return 0, fmt.Errorf("ended before it asked for work: %w", exit)
	case <-ctx.Done():
		err = fmt.Errorf("did not ask for work: %w", ctx.Err())
	}
	err = errors.Join(err, command.Process.Kill())
	<-ended
	if n := elsewhere.calls.Load(); n > 0 {
		err = errors.Join(err, fmt.Errorf("made %d connections before it asked for work", n))
	}
	return took, err
}

// variables are what a function sees. Everything that it could call, by its own
// address or by way of a proxy, is the trap.
func variables(environment map[string]string, api, trap string) []string {
	all := []string{
		"AWS_LAMBDA_RUNTIME_API=" + api,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_SESSION_TOKEN=local",
		"AWS_LAMBDA_FUNCTION_NAME=start", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "_HANDLER=bootstrap",
		"AWS_ENDPOINT_URL=http://" + trap, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + trap,
		"HTTP_PROXY=http://" + trap, "HTTPS_PROXY=http://" + trap, "NO_PROXY=" + api,
	}
	for name, value := range environment {
		switch name {
		case "STRIPE_API_BASE", "JWKS_URL":
			value = "http://" + trap
		}
		all = append(all, name+"="+value)
	}
	return all
}

// server is an HTTP server on a free port.
type server struct {
	address string
	http    *http.Server
}

// serve starts a server; state, if there is one, is told of its connections.
func serve(handler http.Handler, state func(net.Conn, http.ConnState)) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{listener.Addr().String(), &http.Server{Handler: handler, ConnState: state, ReadHeaderTimeout: patience}}
	go func() { _ = s.http.Serve(listener) }() // ends with close
	return s, nil
}

func (s *server) close() { _ = s.http.Close() } // connections of a process that has ended

// trap counts the connections to it.
type trap struct {
	*server
	calls *atomic.Int64
}

func newTrap() (trap, error) {
	calls := &atomic.Int64{}
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	s, err := serve(refuse, func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			calls.Add(1)
		}
	})
	return trap{s, calls}, err
}
