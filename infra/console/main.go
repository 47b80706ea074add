// Command console builds the app of functions/console, once for the same
// sources, however many ask for it at the same time.
//
//	go run ./infra/console packages    installs what the app is built with
//	go run ./infra/console build       builds it into functions/console/dist/app
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"billhook/infra/npm"
)

const (
	sources = "functions/console/web"
	dist    = "functions/console/dist"
	// contract is the one source outside of the folder.
	contract = "pkg/api/openapi.yaml"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 || args[0] != "packages" && args[0] != "build" {
		return fmt.Errorf("usage: go run ./infra/console packages|build, from the repository's root")
	}
	unlock, err := npm.Lock(filepath.Join(dist, ".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if args[0] == "packages" {
		return npm.Install(ctx, sources)
	}
	return build(ctx)
}

// build builds the app, unless it is there and from the same sources.
func build(ctx context.Context) error {
	want, err := fingerprint(os.DirFS("."))
	if err != nil {
		return fmt.Errorf("read the sources of the console: %w", err)
	}
	// Written last, so an interrupted build does not count.
	mark := filepath.Join(dist, ".built")
	if have, err := os.ReadFile(mark); err == nil && string(have) == want {
		return nil
	}
	if err := npm.Install(ctx, sources); err != nil {
		return err
	}
	if err := npm.Run(ctx, sources, "run", "build"); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte(want), 0o600)
}

// fingerprint tells one state of the sources from another.
func fingerprint(root fs.FS) (string, error) {
	sum := sha256.New()
	add := func(name string) error {
		file, err := root.Open(name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(sum, "%s\n", name) // a hash takes everything
		_, err = io.Copy(sum, file)
		_ = file.Close() // it was read only
		return err
	}
	if err := add(contract); err != nil {
		return "", err
	}
	err := fs.WalkDir(root, sources, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "node_modules":
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		return add(name)
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
