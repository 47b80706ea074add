package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"billhook/infra/local/sam"
)

const (
	starts = 40
	// target is for the median of a function's starts on two cores of a common
	// server. Lambda adds its own part, which no code here changes.
	target = 6 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	root, err := sam.FindRoot(".")
	if err != nil {
		return err
	}
	functions, err := declared(root)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "billhook-start-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // in the system's folder for such things
	_, _ = fmt.Fprintf(out, "process start to first /next, %d starts each\n", starts)
	var slow []string
	for _, f := range functions {
		bootstrap, err := build(ctx, root, folder, f.LogicalID)
		if err != nil {
			return err
		}
		took, err := measure(ctx, bootstrap, f.Environment)
		if err != nil {
			return fmt.Errorf("%s: %w", f.LogicalID, err)
		}
		p50 := took[len(took)/2]
		_, _ = fmt.Fprintf(out, "  %-22s p50 %6.2f ms   p95 %6.2f ms\n", f.LogicalID, milliseconds(p50), milliseconds(took[len(took)*95/100]))
		if p50 > target {
			slow = append(slow, f.LogicalID)
		}
	}
	if len(slow) > 0 {
		return fmt.Errorf("slower than %.0f ms: %v", milliseconds(target), slow)
	}
	_, err = fmt.Fprintf(out, "none called anything before /next; all within %.0f ms\n", milliseconds(target))
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// declared are the template's functions, with made-up values for what only a
// deployment knows.
func declared(root string) ([]sam.Function, error) {
	document, err := sam.Read(filepath.Join(root, sam.TemplateName))
	if err != nil {
		return nil, err
	}
	return document.Functions(sam.Values{
		Region: "us-east-1", AccountID: "000000000000", StackName: "billhook",
		Ref: func(logicalID string) (string, bool) { return logicalID, true },
		GetAtt: func(logicalID, attribute string) (string, bool) {
			return "https://" + logicalID + ".invalid/" + attribute, true
		},
	})
}

// build makes a function's bootstrap as SAM does, for this machine.
func build(ctx context.Context, root, folder, function string) (string, error) {
	artifacts := filepath.Join(folder, function)
	command := exec.CommandContext(ctx, "make", "--no-print-directory", "build-"+function,
		"ARTIFACTS_DIR="+artifacts, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", function, err, output)
	}
	return filepath.Join(artifacts, "bootstrap"), nil
}

// measure starts a binary again and again, and answers how long each start took,
// the shortest first.
func measure(ctx context.Context, bootstrap string, environment map[string]string) ([]time.Duration, error) {
	took := make([]time.Duration, 0, starts)
	for range starts + 1 {
		d, err := start(ctx, bootstrap, environment)
		if err != nil {
			return nil, err
		}
		took = append(took, d)
	}
	took = took[1:] // the first one read the file from the disk
	slices.Sort(took)
	return took, nil
}
