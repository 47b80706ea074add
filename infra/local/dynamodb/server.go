package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"billhook/infra/local/stack/process"
)

const (
	startTimeout = 30 * time.Second
	pollInterval = 25 * time.Millisecond
	stopGrace    = 3 * time.Second
	portAttempts = 5
)

// Options say how to run the server.
type Options struct {
	// Root is the repository's root.
	Root string
	// DataDir keeps the data there, in one database for all credentials. Empty
	// keeps it in memory, with a database of its own for every access key.
	DataDir string
}

// Server is a running DynamoDB Local, or one that DYNAMODB_ENDPOINT names.
type Server struct {
	endpoint string
	process  *process.Process // nil for a server that somebody else runs
}

// Start returns a server that answers. It is DYNAMODB_ENDPOINT's if that is
// set; else one is started on a free port and must be ended with Close.
func Start(ctx context.Context, options Options) (*Server, error) {
	if endpoint := os.Getenv("DYNAMODB_ENDPOINT"); endpoint != "" {
		if err := waitUntilServing(ctx, endpoint, nil); err != nil {
			return nil, fmt.Errorf("DYNAMODB_ENDPOINT=%s: %w", endpoint, err)
		}
		return &Server{endpoint: endpoint}, nil
	}
	command, err := java(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := locate(ctx, options.Root)
	if err != nil {
		return nil, err
	}
	if options.DataDir != "" {
		if err := os.MkdirAll(options.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("start DynamoDB Local: %w", err)
		}
	}
	for attempt := 1; ; attempt++ {
		server, err := launch(ctx, command, dir, options.DataDir)
		// The free port was found by opening and closing it: somebody may be faster.
		if errors.Is(err, errPortTaken) && attempt < portAttempts {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("start DynamoDB Local: %w", err)
		}
		return server, nil
	}
}

// Endpoint is the server's URL.
func (s *Server) Endpoint() string { return s.endpoint }

// Close ends a server that Start started, and waits until it is gone.
func (s *Server) Close() error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Stop(stopGrace); err != nil {
		return fmt.Errorf("stop DynamoDB Local: %w", err)
	}
	return nil
}

var errPortTaken = errors.New("the port was taken meanwhile")

func launch(ctx context.Context, command, dir, dataDir string) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// A serial collector and the first compiler tier only: the quickest start.
	args := []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m",
		"-Djava.library.path=" + filepath.Join(dir, "DynamoDBLocal_lib"),
		"-jar", filepath.Join(dir, "DynamoDBLocal.jar"),
		"-disableTelemetry", "-port", strconv.Itoa(port)}
	if dataDir == "" {
		args = append(args, "-inMemory")
	} else {
		args = append(args, "-dbPath", dataDir, "-sharedDb")
	}
	var output tail
	cmd := exec.Command(command, args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	child, err := process.Start(cmd)
	if err != nil {
		return nil, err
	}
	endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
	if err := waitUntilServing(ctx, endpoint, child.Done()); err != nil {
		err = errors.Join(err, child.Kill())
		if strings.Contains(output.String(), "Failed to bind") {
			return nil, errPortTaken
		}
		return nil, fmt.Errorf("%w\nits output:\n%s", err, output.String())
	}
	return &Server{endpoint: endpoint, process: child}, nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

var errEnded = errors.New("the process ended before it answered")

// waitUntilServing polls until the endpoint answers as DynamoDB does. A plain
// GET is refused, but the refusal carries a request id.
func waitUntilServing(ctx context.Context, endpoint string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := probe(ctx, client, endpoint)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w (%w)", context.Cause(ctx), err)
		case <-ended:
			return errEnded
		case <-ticker.C:
		}
	}
}

func probe(ctx context.Context, client *http.Client, endpoint string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.Header.Get("X-Amzn-Requestid") == "" {
		return fmt.Errorf("%s is served by something other than DynamoDB", endpoint)
	}
	return nil
}

// tail keeps the last part of what is written to it.
type tail struct {
	mu   sync.Mutex
	data []byte
}

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if excess := len(t.data) - tailSize; excess > 0 {
		t.data = t.data[excess:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.data))
}
