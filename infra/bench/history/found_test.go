package history_test

import (
	"strings"
	"testing"

	"billhook/infra/bench/history"
)

// Histories that once diverged.
func TestHistoriesThatDiverged(t *testing.T) {
	t.Parallel()
	another := history.Step{Do: "checkout", Customer: 2, Price: "price_pro_monthly", Deliver: 100}
	for name, script := range map[string]history.Script{
		// The counters took both for marked, the rows only one.
		"two duplicates are found at once": {another, {Do: "advance", Number: 1}, another, another, {Do: "claim", Customer: 2, Pick: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := history.History{Script: script, Workers: 1}.Run(t.Context(), history.Memory())
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Divergences) > 0 {
				t.Error(strings.Join(r.Divergences, "\n"))
			}
		})
	}
}
