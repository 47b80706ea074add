package stack

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// listeners are the stack's HTTP servers, all on 127.0.0.1. One is opened, which
// settles its URL, before there is a handler to serve.
type listeners struct {
	logger *slog.Logger
	byName map[string]*listener
}

type listener struct {
	socket net.Listener
	server *http.Server // nil until served
	done   chan struct{}
}

func newListeners(logger *slog.Logger) *listeners {
	return &listeners{logger: logger, byName: map[string]*listener{}}
}

// open listens on the port wished for, or on a free one where that is zero or
// taken, and returns the URL. What has been open stays open.
func (l *listeners) open(name string, port int) (url string, err error) {
	existing := l.byName[name]
	if existing == nil {
		socket, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil && port != 0 {
			l.logger.Warn("port is taken; using a free one", "for", name, "port", port)
			socket, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			return "", fmt.Errorf("listen for %s: %w", name, err)
		}
		existing = &listener{socket: socket, done: make(chan struct{})}
		l.byName[name] = existing
	}
	return "http://" + existing.socket.Addr().String(), nil
}

// serve gives an open listener its handler.
func (l *listeners) serve(name string, handler http.Handler) {
	target := l.byName[name]
	target.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(target.done)
		if err := target.server.Serve(target.socket); !errors.Is(err, http.ErrServerClosed) {
			l.logger.Error("server ended", slog.String("name", name), slog.Any("error", err))
		}
	}()
}

// closeOne drops a listener and its connections.
func (l *listeners) closeOne(name string) error {
	target := l.byName[name]
	if target == nil {
		return nil
	}
	delete(l.byName, name)
	if target.server == nil {
		return target.socket.Close()
	}
	err := target.server.Close()
	<-target.done
	return err
}

// close drops all that are left.
func (l *listeners) close() error {
	var failures []error
	for name := range l.byName {
		failures = append(failures, l.closeOne(name))
	}
	return errors.Join(failures...)
}
