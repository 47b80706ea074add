package main

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/sam"
	"billhook/pkg/stripeevent"
)

var update = flag.Bool("update", false, "write the golden file")

const golden = "testdata/cost.txt"

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// No event costs more than it may, and none costs more, or less, than it did:
// `go test ./infra/bench/cost -update` accepts what it costs now.
func TestCosts(t *testing.T) {
	t.Parallel()
	root, err := sam.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := startBench(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	}()
	lines, err := b.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		for _, limit := range broken(l) {
			t.Error(limit)
		}
	}
	for _, kind := range stripeevent.Types() {
		if !slices.ContainsFunc(lines, func(l line) bool { return l.event == kind }) {
			t.Errorf("nobody knows what %s costs", kind)
		}
	}
	var printed bytes.Buffer
	if err := writeTable(&printed, lines); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, printed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), printed.String()); diff != "" {
		t.Errorf("costs (-%s +now):\n%s", golden, diff)
	}
}

// Each limit is noticed where it is broken, and exceptions are let off.
func TestLimits(t *testing.T) {
	t.Parallel()
	within := line{scenario: scenario{limit: statusLimit}, fresh: cost{Rounds: 2, Write: 8}, again: cost{Rounds: 1}}
	for name, c := range map[string]struct {
		change func(*line)
		broken int
	}{
		"within":                         {func(*line) {}, 0},
		"a round trip more":              {func(l *line) { l.fresh.Rounds++ }, 1},
		"a write unit more":              {func(l *line) { l.fresh.Write++ }, 1},
		"Stripe is asked":                {func(l *line) { l.fresh.Stripe++ }, 1},
		"a secret is read":               {func(l *line) { l.fresh.Secrets++ }, 1},
		"a duplicate looks twice":        {func(l *line) { l.again.Rounds++ }, 1},
		"a duplicate writes":             {func(l *line) { l.again.Write++ }, 1},
		"a duplicate asks Stripe":        {func(l *line) { l.again.Stripe++ }, 1},
		"a duplicate reads secrets":      {func(l *line) { l.again.Secrets++ }, 1},
		"everything":                     {func(l *line) { l.fresh, l.again = cost{9, 9, 9, 9, 9}, cost{9, 9, 9, 9, 9} }, 8},
		"an exception asks":              {func(l *line) { l.except, l.fresh.Stripe, l.fresh.Rounds = exceptAsks, 1, 6 }, 0},
		"an exception that writes again": {func(l *line) { l.except, l.again.Write = exceptAsks, 2 }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := within
			c.change(&l)
			if found := broken(l); len(found) != c.broken {
				t.Errorf("%d are broken, want %d: %v", len(found), c.broken, found)
			}
		})
	}
}
