package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Each figure is printed, and nobody who waits for a wallet is refused.
func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), 100*time.Millisecond, 8, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 {
		t.Fatalf("printed %d lines:\n%s", len(lines), &out)
	}
	for _, line := range lines[1:] {
		if fields := strings.Fields(line); fields[len(fields)-1] != "0" {
			t.Errorf("some failed: %s", line)
		}
	}
}
