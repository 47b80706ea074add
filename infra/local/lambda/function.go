package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Config describes a function.
type Config struct {
	// Name is the function's name.
	Name string
	// Bootstrap is the path of the binary; its folder is the task root.
	Bootstrap string
	Handler   string
	Timeout   time.Duration
	MemoryMB  int
	// Environment holds the template's variables. They win over Lambda's own.
	Environment map[string]string
	Region      string
	AccountID   string
	// AccessKey is the dummy access key id: letters and digits only.
	AccessKey string
	// Instances is how many run at once at most; zero means 4.
	Instances int
	// Log receives what instances print, a line for each Write, tagged with Name.
	// It must be safe for concurrent use. Nil discards.
	Log io.Writer
}

const defaultInstances = 4

// Function is a pool of instances of one function.
type Function struct {
	config  Config
	slots   chan struct{} // one for each running invocation
	closing chan struct{}
	running sync.WaitGroup // invocations, which outlive callers that gave up

	mu     sync.Mutex
	closed bool
	idle   []*instance // the most recently used last
	all    map[*instance]struct{}
}

// New returns a function. No instance starts before the first invocation.
func New(config Config) *Function {
	if config.Instances == 0 {
		config.Instances = defaultInstances
	}
	if config.Log == nil {
		config.Log = io.Discard
	}
	return &Function{
		config:  config,
		slots:   make(chan struct{}, config.Instances),
		closing: make(chan struct{}),
		all:     map[*instance]struct{}{},
	}
}

// Name is the function's name.
func (f *Function) Name() string { return f.config.Name }

type result struct {
	response []byte
	err      error
}

// Invoke runs the function once and returns its response. A failure of the
// function is an *Error. Where all instances are busy it waits for one. As on
// Lambda, a caller that gives up does not end the invocation.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if len(payload) > MaxPayload {
		return nil, ErrPayloadTooLarge
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-f.closing:
		return nil, ErrClosed
	}
	if !f.begin() {
		<-f.slots
		return nil, ErrClosed
	}
	outcome := make(chan result, 1)
	go func() {
		defer f.running.Done()
		response, err := f.run(payload)
		<-f.slots
		outcome <- result{response, err}
	}()
	select {
	case done := <-outcome:
		return done.response, done.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin counts an invocation in, unless the function is closed.
func (f *Function) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.running.Add(1)
	return true
}

// run invokes an idle instance, or a new one. It holds a slot, and an instance
// is either idle or with a slot's holder: there are never more than slots.
func (f *Function) run(payload []byte) ([]byte, error) {
	inst, err := f.take()
	if err != nil {
		return nil, f.orClosed(err)
	}
	response, err := inst.invoke(payload, f.config.Timeout)
	f.giveBack(inst)
	if err != nil {
		return nil, f.orClosed(err)
	}
	return response, nil
}

// orClosed tells an instance that Close ended from one that failed.
func (f *Function) orClosed(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var failure *Error
	if f.closed && errors.As(err, &failure) && failure.Kind != FunctionFailed {
		return ErrClosed
	}
	return err
}

func (f *Function) take() (*instance, error) {
	f.mu.Lock()
	for len(f.idle) > 0 {
		inst := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if inst.alive() {
			f.mu.Unlock()
			return inst, nil
		}
		f.discard(inst)
	}
	if f.closed {
		f.mu.Unlock()
		return nil, ErrClosed
	}
	inst, err := startInstance(f.config)
	if err != nil {
		f.mu.Unlock()
		return nil, fmt.Errorf("start an instance of %s: %w", f.config.Name, err)
	}
	f.all[inst] = struct{}{}
	f.mu.Unlock()

	if err := inst.waitForInit(); err != nil {
		f.giveBack(inst)
		return nil, err
	}
	return inst, nil
}

func (f *Function) giveBack(inst *instance) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if inst.alive() {
		f.idle = append(f.idle, inst)
	} else {
		f.discard(inst)
	}
}

// discard forgets a dead instance. The caller holds mu.
func (f *Function) discard(inst *instance) {
	delete(f.all, inst)
	inst.release()
}

// Close ends all instances and waits until they and their invocations are gone.
func (f *Function) Close() error {
	f.mu.Lock()
	if !f.closed {
		f.closed = true
		close(f.closing)
	}
	instances := make([]*instance, 0, len(f.all))
	for inst := range f.all {
		instances = append(instances, inst)
	}
	f.mu.Unlock()

	failures := make([]error, len(instances))
	var stopping sync.WaitGroup
	for i, inst := range instances {
		stopping.Go(func() { failures[i] = inst.stop() })
	}
	stopping.Wait()
	f.running.Wait()
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("close %s: %w", f.config.Name, err)
	}
	return nil
}
