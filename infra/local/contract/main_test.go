package contract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"billhook/infra/local/lending"
	"billhook/infra/local/sam"
	"billhook/infra/local/stack"
	"billhook/infra/local/tokens"
)

// running is the one stack that all tests share: TestMain and the tests have
// nothing but the package to meet in.
var running *stack.Stack

// lent are the deployment's own accounts at Stripe.
var lent lending.Accounts

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	printed := &printed{}
	if err := start(printed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		received := <-interrupted
		fmt.Fprintln(os.Stderr, "interrupted:", received, running.Close())
		os.Exit(1)
	}()
	code := m.Run()
	if err := running.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	if code != 0 {
		fmt.Fprint(os.Stderr, printed.faults())
	}
	return code
}

func start(sink *printed) error {
	root, err := sam.FindRoot(".")
	if err != nil {
		return err
	}
	running, err = stack.Start(context.Background(), stack.Options{
		Root: root, LogSink: sink, Parameters: map[string]string{"DefaultProjectId": standing.project},
	})
	if err != nil {
		return err
	}
	if lent, err = lending.Lend(context.Background(), running); err != nil {
		return errors.Join(err, running.Close())
	}
	return nil
}

// issuer is the identity provider of the stack.
func issuer() tokens.Issuer {
	return tokens.Issuer{
		Secret: running.JWTSecret, Issuer: stack.Issuer, Audience: stack.Audience, Life: time.Hour, Now: time.Now,
	}
}

// printed keeps what the functions print.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// faults are the lines that tell of a fault, for whoever looks for its reason.
func (p *printed) faults() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var faults bytes.Buffer
	for line := range bytes.Lines(p.text.Bytes()) {
		if bytes.Contains(line, []byte(`"level":"ERROR"`)) {
			faults.Write(line)
		}
	}
	return faults.String()
}
