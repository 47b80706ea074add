// Command probe is a Lambda function for tests: it echoes requests and fails in
// every way a function can.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

func main() {
	fmt.Println("probe: init")
	switch os.Getenv("PROBE_INIT") {
	case "exit":
		os.Exit(7)
	case "panic":
		panic("no configuration")
	}
	if address := os.Getenv("PROBE_LIFELINE"); address != "" {
		// Held open for as long as the process lives, for tests that watch for its end.
		if _, err := net.Dial("tcp", address); err != nil {
			panic(err)
		}
	}
	lambda.Start(handle(httpadapter.NewV2(routes())))
}

// handle answers raw what the HTTP adapter cannot express, and HTTP otherwise.
func handle(adapter *httpadapter.HandlerAdapterV2) func(context.Context, json.RawMessage) (any, error) {
	return func(ctx context.Context, payload json.RawMessage) (any, error) {
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		switch event.RawPath {
		case "/event":
			return response(200, string(payload)), nil
		case "/error":
			return nil, errors.New("out of order")
		case "/panic":
			panic("boom")
		case "/exit":
			os.Exit(3)
		case "/inferred":
			return map[string]any{"plain": true}, nil
		case "/text":
			return "just text", nil
		case "/raw":
			return json.RawMessage(event.Body), nil
		}
		return adapter.ProxyWithContext(ctx, event)
	}
}

func response(status int, body string) events.APIGatewayV2HTTPResponse {
	return events.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       body,
	}
}

func routes() http.Handler {
	var running atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/sleep/{milliseconds}", func(w http.ResponseWriter, r *http.Request) {
		if running.Add(1) > 1 {
			http.Error(w, "two invocations at once", http.StatusConflict)
			return
		}
		defer running.Add(-1)
		milliseconds, err := strconv.Atoi(r.PathValue("milliseconds"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		fmt.Fprint(w, os.Getpid())
	})
	mux.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) {
		write(w, os.Environ())
	})
	mux.HandleFunc("/context", func(w http.ResponseWriter, r *http.Request) {
		lc, _ := lambdacontext.FromContext(r.Context())
		deadline, _ := r.Context().Deadline()
		write(w, map[string]any{"requestId": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "deadline": deadline,
			"trace": os.Getenv("_X_AMZN_TRACE_ID")})
	})
	mux.HandleFunc("/binary", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte{0x89, 'P', 'N', 'G', 0xff, 0x00})
	})
	mux.HandleFunc("/cookies", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1", Path: "/"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2", HttpOnly: true})
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/large/{bytes}", func(w http.ResponseWriter, r *http.Request) {
		size, err := strconv.Atoi(r.PathValue("bytes"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(make([]byte, size))
	})
	mux.HandleFunc("/echo/", echo)
	return mux
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Println("probe: echo", r.URL.Path)
	fmt.Fprintln(os.Stderr, "probe: to stderr")
	write(w, map[string]any{
		"method":  r.Method,
		"path":    r.URL.Path,
		"query":   r.URL.RawQuery,
		"host":    r.Host,
		"remote":  r.RemoteAddr,
		"cookies": r.Header.Values("Cookie"),
		"header":  r.Header,
		"body":    base64.StdEncoding.EncodeToString(body),
	})
}

func write(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
	}
}
