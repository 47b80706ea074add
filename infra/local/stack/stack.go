// Package stack runs all of billhook on one machine, as template.yaml describes
// it: the functions' own binaries behind an HTTP API and function URLs, DynamoDB
// Local with the template's table, stand-ins of Secrets Manager and of Stripe.
// It assembles the packages beside it and owns their order and their end; it
// knows no route, function or table by name.
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	sdkdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/issuer"
	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// What the stack passes for where it is deployed.
const (
	stackName = "billhook"
	region    = "us-east-1"
	accountID = "000000000000"
	// Issuer and Audience are what tokens must name, by the template's parameters.
	Issuer   = "https://issuer.billhook.local"
	Audience = "billhook"
)

// Options say what to start. Only Root is required.
type Options struct {
	// Root is the repository's root, with template.yaml and Makefile.
	Root string
	// StateDir keeps tables, secrets and the Stripe sandbox across restarts. Empty
	// keeps everything in memory.
	StateDir string
	// Ports are wished for: one that is zero or taken becomes a free one.
	Ports Ports
	// Parameters override the template's.
	Parameters map[string]string
	// Environment overrides variables of functions, by logical id.
	Environment map[string]map[string]string
	// Instances is how many of each function run at once; zero means 4.
	Instances int
	// Logger receives what the stack itself does. Nil discards.
	Logger *slog.Logger
	// LogSink receives what the functions print, line by line. Nil discards.
	LogSink io.Writer
}

// Ports are the ports of the stack's own listeners, all on 127.0.0.1.
type Ports struct {
	API, Stripe, Secrets, Lambda, Issuer, Shop int
	// FunctionURLs are by the function's logical id.
	FunctionURLs map[string]int
}

// Stack is a running stack.
type Stack struct {
	// APIURL, StripeURL and LambdaURL have no final slash. At LambdaURL functions
	// are invoked by hand.
	APIURL, StripeURL, LambdaURL string
	// StripePageURL is the page of the sandbox's events, deliveries and time.
	StripePageURL string
	// ShopURL is the demo shop, an app that sells what a project offers. It has no
	// final slash.
	ShopURL string
	// FunctionURLs are by logical id and end in a slash, as on AWS.
	FunctionURLs map[string]string
	// Name is what the secrets' names begin with.
	Name string

	DynamoDBEndpoint, SecretsEndpoint string
	TableName                         string
	// Environment is what each function sees, by logical id, besides Lambda's own.
	Environment map[string]map[string]string
	// Issuer is whom developers sign in to the console with.
	Issuer *issuer.Issuer
	// JWTSecret is the key that signs HS256 tokens for the functions.
	JWTSecret string

	options   Options
	issuerURL string
	dashboard string // stands for https://dashboard.stripe.com; whoever has it is let in
	document  *sam.Document
	accessKey string
	listeners *listeners
	functions map[string]*lambda.Function // by logical id
	schedules map[string][]sam.Schedule   // by the function's logical id

	closers   []func() error // in the order in which things started
	closeOnce sync.Once
	closeErr  error
}

// Start builds the functions and starts everything. When it fails, all that had
// been started is ended. When ctx ends, so does the stack; Close waits for that.
func Start(ctx context.Context, options Options) (*Stack, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.LogSink == nil {
		options.LogSink = io.Discard
	}
	options.LogSink = &lockedWriter{sink: options.LogSink}
	s := &Stack{
		Name:         stackName,
		options:      options,
		listeners:    newListeners(options.Logger),
		FunctionURLs: map[string]string{},
		Environment:  map[string]map[string]string{},
		functions:    map[string]*lambda.Function{},
		schedules:    map[string][]sam.Schedule{},
	}
	s.closing(s.listeners.close) // those that were opened and never served
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the local stack: %w", err), s.Close())
	}
	context.AfterFunc(ctx, func() {
		if err := s.Close(); err != nil {
			options.Logger.Error("end the local stack", slog.Any("error", err))
		}
	})
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	var err error
	if s.document, err = sam.Read(filepath.Join(s.options.Root, sam.TemplateName)); err != nil {
		return err
	}
	if s.accessKey, err = s.newAccessKey(); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		s.startDynamoDB,
		s.startSecrets,
		s.startStripe,
		s.openIssuer,
		s.openShop,
		s.startFunctions,
		s.startIssuer,
		s.startShop,
		s.startInvocations,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// closing remembers how to end what has just been started.
func (s *Stack) closing(end func() error) { s.closers = append(s.closers, end) }

// serve gives an open listener its handler; it closes in its turn.
func (s *Stack) serve(name string, handler http.Handler) {
	s.listeners.serve(name, handler)
	s.closing(func() error { return s.listeners.closeOne(name) })
}

// Close ends everything, the last started first, and waits until it is gone.
func (s *Stack) Close() error {
	s.closeOnce.Do(func() {
		var failures []error
		for i := len(s.closers) - 1; i >= 0; i-- {
			failures = append(failures, s.closers[i]())
		}
		s.closeErr = errors.Join(failures...)
	})
	return s.closeErr
}

// DynamoDB returns a client of the stack's database.
func (s *Stack) DynamoDB() *sdkdynamodb.Client {
	return dynamodb.NewClient(s.DynamoDBEndpoint, s.accessKey)
}

// Secrets returns a client of the stack's Secrets Manager.
func (s *Stack) Secrets() *secretsmanager.Client {
	return newSecretsClient(s.SecretsEndpoint, s.accessKey)
}

// statePath is a path in the state folder, or empty where nothing is kept.
func (s *Stack) statePath(name string) string {
	if s.options.StateDir == "" {
		return ""
	}
	return filepath.Join(s.options.StateDir, name)
}

// lockedWriter makes one writer safe for the functions' instances to share.
type lockedWriter struct {
	mu   sync.Mutex
	sink io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sink.Write(p)
}

// now is the clock of the stand-ins: they are part of the world, as AWS is.
func now() time.Time { return time.Now().UTC() }
