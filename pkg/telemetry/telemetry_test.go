package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/telemetry"
)

func at() time.Time { return time.UnixMilli(1770110048123) }

// The shape is the embedded metric format's; CloudWatch drops what differs.
func TestCountWritesAnEmbeddedMetric(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	telemetry.NewMetrics(&out, "billhook/shop", at).Count("Events", "Outcome", "applied")
	if !strings.HasSuffix(out.String(), "}\n") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("not one line: %q", out.String())
	}
	var got any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"_aws": map[string]any{
			"Timestamp": 1770110048123.0, // milliseconds
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  "billhook/shop",
				"Dimensions": []any{[]any{"Outcome"}},
				"Metrics":    []any{map[string]any{"Name": "Events", "Unit": "Count"}},
			}},
		},
		"Outcome": "applied",
		"Events":  1.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metric (-want +got):\n%s", diff)
	}
}

func TestCountKeepsLinesApart(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	metrics := telemetry.NewMetrics(&out, "billhook/shop", at)
	var counters sync.WaitGroup
	for range 50 {
		counters.Go(func() { metrics.Count("Events", "Outcome", "a\n\"b\"") })
	}
	counters.Wait()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 50 {
		t.Errorf("%d lines, want 50", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

// broken is an output that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestCountOutlivesABrokenOutput(t *testing.T) {
	t.Parallel()
	metrics := telemetry.NewMetrics(broken{}, "billhook", at)
	metrics.Count("Events", "Outcome", "applied")
	metrics.Count("Events", "Outcome", "applied") // not stuck on its lock
}

func TestNewLoggerLevels(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // the level to the levels that are logged
		"DEBUG":   "DEBUG INFO WARN ERROR",
		"INFO":    "INFO WARN ERROR",
		"WARN":    "WARN ERROR",
		"ERROR":   "ERROR",
		"warn":    "WARN ERROR",
		"ERROR+1": "",
		"":        "INFO WARN ERROR",
		"LOUD":    "INFO WARN ERROR",
		"7":       "INFO WARN ERROR",
	}
	for level, want := range tests {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log := telemetry.NewLogger(&out, level)
			log.Debug("said", "key", "value")
			log.Info("said", "key", "value")
			log.Warn("said", "key", "value")
			log.Error("said", "key", "value")
			var levels []string
			for d := json.NewDecoder(&out); d.More(); {
				var line struct{ Level, Msg, Key string }
				if err := d.Decode(&line); err != nil {
					t.Fatal(err)
				}
				if line.Msg != "said" || line.Key != "value" {
					t.Errorf("the line is %+v", line)
				}
				levels = append(levels, line.Level)
			}
			if diff := cmp.Diff(want, strings.Join(levels, " ")); diff != "" {
				t.Errorf("levels (-want +got):\n%s", diff)
			}
		})
	}
}
