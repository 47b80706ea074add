// Command stripebox serves the Stripe sandbox on its own: it prints the address
// to point a Stripe client at and stops on SIGINT or SIGTERM.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"billhook/infra/local/stripebox/sandbox"
)

// shutdownTimeout bounds how long running requests are waited for.
const shutdownTimeout = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "stripebox:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. Its first line on stdout is the sandbox's
// URL, its second that of the page of events, deliveries and time.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("stripebox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	seed := flags.String("seed", "stripebox", "seed of the ids: the same seed and calls give the same ids")
	stateFile := flags.String("state", "", "file that keeps the state across restarts; empty keeps it in memory")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	box, err := sandbox.New(sandbox.Options{
		Seed: *seed, StateFile: *stateFile, PublicURL: url, Logger: slog.New(slog.NewTextHandler(stderr, nil)),
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	fmt.Fprintf(stdout, "%s\n%s\n", url, box.PageURL(url))
	return serve(ctx, listener, box)
}

// serve answers requests until the context ends, then lets the running ones
// finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
