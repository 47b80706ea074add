package history_test

import (
	"os"
	"strings"
	"testing"

	"billhook/infra/bench/history"
)

// Stripe promises no order: whatever the order in which a lifecycle's events
// come, and in whatever versions, the rows end as Stripe's own state.
func TestEveryOrderOfALifecycle(t *testing.T) {
	t.Parallel()
	for _, c := range history.Lifecycles() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			allVersions := os.Getenv(count) != "" // a long run
			total, err := c.EveryOrder(t.Context(), allVersions, history.Memory)
			if err != nil {
				t.Fatal(err)
			}
			if want := 720; total.Runs < want {
				t.Errorf("%d orders, want %d", total.Runs, want)
			}
			for i, d := range total.Diverged {
				if i == 3 {
					t.Fatalf("and %d more", len(total.Diverged)-i)
				}
				t.Errorf("%s\n%s", d.What, strings.Join(d.Divergences, "\n"))
			}
		})
	}
}
