// Command with runs a command with a DynamoDB Local beside it, whose URL it
// passes in DYNAMODB_ENDPOINT:
//
//	go run ./infra/local/dynamodb/with go test ./...
//
// so that all test packages share one server. It forwards signals and the
// command's exit code, and ends the server in every case.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/sam"
	"billhook/infra/local/stack/process"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
	}
	os.Exit(code)
}

func run(command []string) (code int, err error) {
	if len(command) == 0 {
		return 2, errors.New("usage: with COMMAND [ARGUMENT...]")
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	root, err := sam.FindRoot(".")
	if err != nil {
		return 1, err
	}
	server, err := start(signals, root)
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "DYNAMODB_ENDPOINT="+server.Endpoint())
	child, err := process.Start(cmd)
	if err != nil {
		return 1, err
	}
	for {
		select {
		case received := <-signals:
			if err := child.Signal(received.(syscall.Signal)); err != nil {
				return 1, errors.Join(err, child.Kill())
			}
		case <-child.Done():
			return exitCode(child.Err())
		}
	}
}

// start starts the server, and gives up when a signal comes first.
func start(signals chan os.Signal, root string) (*dynamodb.Server, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	started := make(chan struct{})
	defer close(started)
	go func() {
		select {
		case received := <-signals:
			cancel(fmt.Errorf("interrupted: %v", received))
		case <-started:
		}
	}()
	return dynamodb.Start(ctx, dynamodb.Options{Root: root})
}

// exitCode follows the shell: a command killed by signal n counts as 128+n.
func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		if err != nil {
			return 1, err
		}
		return 0, nil
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return exit.ExitCode(), nil
}
