package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"billhook/infra/local/sam"
)

// parallelBuilds is small because go build itself uses all processors.
const parallelBuilds = 2

// build makes every function's binary the way `sam build` does, for this machine
// instead of Lambda's, and returns their paths by logical id.
func build(ctx context.Context, options Options, functions []sam.Function) (map[string]string, error) {
	var mu sync.Mutex
	bootstraps := map[string]string{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelBuilds)
	for _, function := range functions {
		group.Go(func() error {
			bootstrap, err := buildFunction(ctx, options, function.LogicalID)
			if err != nil {
				return fmt.Errorf("build %s: %w", function.LogicalID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			bootstraps[function.LogicalID] = bootstrap
			return nil
		})
	}
	return bootstraps, group.Wait()
}

// buildFunction builds beside the final place and then renames, so that another
// stack which runs or builds the same function is not disturbed.
func buildFunction(ctx context.Context, options Options, logicalID string) (bootstrap string, err error) {
	folder, err := filepath.Abs(filepath.Join(options.Root, ".local", "build", logicalID))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", err
	}
	artifacts, err := os.MkdirTemp(folder, "new-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(artifacts)) }()

	cmd := exec.CommandContext(ctx, "make", "--no-print-directory", "build-"+logicalID,
		"ARTIFACTS_DIR="+artifacts, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	cmd.Dir = options.Root
	cmd.Env = withoutMake(os.Environ())
	// make hands an interrupt on to the compilers it has started.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, bytes.TrimSpace(output))
	}
	bootstrap = filepath.Join(folder, "bootstrap")
	return bootstrap, os.Rename(filepath.Join(artifacts, "bootstrap"), bootstrap)
}

// withoutMake drops what a `make demo` above would hand down to the builds: its
// flags, its variables and its job slots.
func withoutMake(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return name == "MAKEFLAGS" || name == "MFLAGS" || name == "MAKELEVEL" || name == "MAKEOVERRIDES"
	})
}
