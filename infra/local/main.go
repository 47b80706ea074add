// Command local runs all of billhook on this machine.
//
//	go run ./infra/local demo     the main job, step by step
//	go run ./infra/local dev      the stack, until Ctrl-C; its state is kept
//	go run ./infra/local reset    forgets what dev has kept
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"billhook/infra/local/stack"
	"billhook/infra/local/story"
)

// Where things are kept, below the repository's root.
const (
	stateDir = ".local/dev"
	demoLog  = ".local/demo.log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		args = []string{""}
	}
	switch args[0] {
	case "demo":
		return demo(ctx, out)
	case "dev":
		return dev(ctx, out)
	case "reset":
		return os.RemoveAll(stateDir)
	default:
		return fmt.Errorf("usage: go run ./infra/local demo|dev|reset, from the repository's root")
	}
}

// demo tells the story on a stack of its own that keeps nothing.
func demo(ctx context.Context, out io.Writer) (err error) {
	if err := os.MkdirAll(filepath.Dir(demoLog), 0o750); err != nil {
		return err
	}
	log, err := os.Create(demoLog)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // a log's end is not worth a failure
	_, _ = fmt.Fprintln(out, "Building and starting the stack; its log is", demoLog)
	running, err := stack.Start(ctx, stack.Options{
		Root:    ".",
		Logger:  slog.New(slog.NewTextHandler(log, nil)),
		LogSink: log,
	})
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := running.Close(); err == nil {
			err = closeErr
		}
		if err == nil {
			_, err = fmt.Fprintln(out, "demo: ok")
		}
	}()
	if err := story.Run(ctx, worldOf(running), out); err != nil {
		return fmt.Errorf("demo: %w\nsee %s", err, demoLog)
	}
	return nil
}
