package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"billhook/infra/local/sam"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

// run measures and prints; a limit that is broken is an error.
func run(ctx context.Context, out io.Writer) (err error) {
	root, err := sam.FindRoot(".")
	if err != nil {
		return err
	}
	b, err := startBench(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	lines, err := b.measure(ctx)
	if err != nil {
		return err
	}
	var over []string
	for _, l := range lines {
		over = append(over, broken(l)...)
	}
	if err := writeTable(out, lines); err != nil || len(over) == 0 {
		return err
	}
	return fmt.Errorf("limits are broken:\n%s", strings.Join(over, "\n"))
}
