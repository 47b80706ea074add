package lambda

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/stack/process"
)

const (
	// initLimit is how long Lambda lets a function initialize.
	initLimit = 10 * time.Second
	stopGrace = time.Second
)

// instance is one process of a function and the Runtime API that it talks to.
type instance struct {
	process *process.Process
	server  *http.Server
	arn     string
	// ready is closed when the process first asks for an invocation.
	ready chan struct{}
	// invocations hands one over to the process when it asks for it.
	invocations chan *invocation
	// logged is closed when the process has ended and its last line is out.
	logged chan struct{}

	mu        sync.Mutex
	isReady   bool
	current   *invocation
	initError *Error
}

// invocation is one event on its way through an instance.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	result   *result       // guarded by instance.mu; nil until answered
	complete chan struct{} // closed when the process asks for the next one
}

// startInstance starts the process; it does not wait for it to be ready.
func startInstance(config Config) (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	inst := &instance{
		arn:         fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", config.Region, config.AccountID, config.Name),
		ready:       make(chan struct{}),
		invocations: make(chan *invocation),
		logged:      make(chan struct{}),
	}
	inst.server = &http.Server{Handler: inst.runtimeAPI(), ReadHeaderTimeout: 10 * time.Second}
	// Serve returns when closeRuntimeAPI is called; that is not worth reporting.
	go func() { _ = inst.server.Serve(listener) }()

	bootstrap, err := filepath.Abs(config.Bootstrap)
	if err != nil {
		inst.closeRuntimeAPI()
		return nil, err
	}
	output := &lineWriter{prefix: "[" + config.Name + "] ", sink: config.Log}
	cmd := exec.Command(bootstrap)
	cmd.Dir = filepath.Dir(bootstrap)
	cmd.Env = environment(config, cmd.Dir, listener.Addr().String())
	cmd.Stdout, cmd.Stderr = output, output
	inst.process, err = process.Start(cmd)
	if err != nil {
		inst.closeRuntimeAPI()
		return nil, err
	}
	go func() {
		<-inst.process.Done()
		output.flush()
		close(inst.logged)
	}()
	return inst, nil
}

// waitForInit returns when the process asks for its first invocation.
func (inst *instance) waitForInit() error {
	limit := time.NewTimer(initLimit)
	defer limit.Stop()
	select {
	case <-inst.ready:
		return nil
	case <-inst.process.Done():
		inst.mu.Lock()
		defer inst.mu.Unlock()
		if inst.initError != nil {
			return inst.initError
		}
		return exited(InitFailed, "", inst.process.Err())
	case <-limit.C:
		failure := &Error{Kind: InitFailed, Type: "Sandbox.Timedout",
			Message: fmt.Sprintf("INIT_REPORT Init Duration: %.2f s Phase: init Status: timeout", initLimit.Seconds())}
		return errors.Join(failure, inst.process.Kill())
	}
}

// invoke runs one invocation. It returns when the process asks for the next
// one, has ended, or has run out of time and was killed.
func (inst *instance) invoke(payload []byte, timeout time.Duration) ([]byte, error) {
	inv := &invocation{
		id:       uuid.NewString(),
		payload:  payload,
		deadline: time.Now().Add(timeout),
		complete: make(chan struct{}),
	}
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	late := false
	select {
	case inst.invocations <- inv:
		select {
		case <-inv.complete:
		case <-inst.process.Done():
		case <-limit.C:
			late = true
		}
	case <-inst.process.Done():
	case <-limit.C:
		late = true
	}
	var killed error
	if late {
		killed = inst.process.Kill()
	}
	inst.mu.Lock()
	defer inst.mu.Unlock()
	switch {
	case inv.result != nil:
		return inv.result.response, inv.result.err
	case late:
		return nil, errors.Join(timedOut(inv.id, timeout), killed)
	default:
		return nil, exited(Exited, inv.id, inst.process.Err())
	}
}

func (inst *instance) alive() bool {
	select {
	case <-inst.process.Done():
		return false
	default:
		return true
	}
}

// stop ends the process, and only then the API it polls, so that the runtime
// does not complain about a lost connection.
func (inst *instance) stop() error {
	if err := inst.process.Stop(stopGrace); err != nil {
		return err
	}
	inst.release()
	return nil
}

// release gives back what a dead process leaves behind.
func (inst *instance) release() {
	<-inst.logged
	inst.closeRuntimeAPI()
}

// closeRuntimeAPI drops the listener and all connections.
func (inst *instance) closeRuntimeAPI() {
	_ = inst.server.Close() // reports only listeners that are closed already
}
