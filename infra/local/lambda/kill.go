package lambda

import (
	"errors"
	"fmt"
)

// Kill ends all running instances at once, as `kill -9` does, and says how many
// there were. What they were doing is cut off, wherever it stood; the next
// invocations start new ones.
func (f *Function) Kill() (int, error) {
	f.mu.Lock()
	var running []*instance
	for inst := range f.all {
		if inst.alive() {
			running = append(running, inst)
		}
	}
	f.mu.Unlock()
	var failures []error
	for _, inst := range running {
		failures = append(failures, inst.process.Kill())
	}
	if err := errors.Join(failures...); err != nil {
		return 0, fmt.Errorf("kill %s: %w", f.config.Name, err)
	}
	return len(running), nil
}
