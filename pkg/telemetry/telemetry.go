// Package telemetry is what operators see: structured logs on standard output
// and CloudWatch metrics in the embedded metric format, which are log lines
// too, so that neither needs a call to AWS.
package telemetry

import (
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"time"
)

// NewLogger logs JSON lines of at least a level: DEBUG, INFO, WARN or ERROR.
// An unknown level is INFO.
func NewLogger(w io.Writer, level string) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		least = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least}))
}

// Metrics writes metrics in the embedded metric format.
type Metrics struct {
	namespace string
	now       func() time.Time

	mu sync.Mutex
	w  io.Writer
}

// NewMetrics writes metrics to w, a function's standard output. The namespace
// is where CloudWatch shows them, apart from those of other stacks.
func NewMetrics(w io.Writer, namespace string, now func() time.Time) *Metrics {
	return &Metrics{w: w, namespace: namespace, now: now}
}

// Count adds one to a metric, under one dimension.
func (m *Metrics) Count(metric, dimension, value string) {
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{
			"Timestamp": m.now().UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  m.namespace,
				"Dimensions": [][]string{{dimension}},
				"Metrics":    []any{map[string]string{"Name": metric, "Unit": "Count"}},
			}},
		},
		dimension: value,
		metric:    1,
	})
	if err != nil {
		return // strings and numbers always encode
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.w.Write(append(line, '\n')) // a lost metric must not fail a request
}
