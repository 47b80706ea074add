package stripeevent

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every type that is read has a sample event, to try things out with.
func TestEveryTypeHasASample(t *testing.T) {
	t.Parallel()
	var sampled []string
	for _, pattern := range []string{"../../events/stripe/*.json", "../../events/stripe/others/*.json", "../../events/stripe/payouts/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			sampled = append(sampled, strings.TrimSuffix(filepath.Base(file), ".json"))
		}
	}
	slices.Sort(sampled)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(kinds)), sampled); diff != "" {
		t.Errorf("types (-read +sampled):\n%s", diff)
	}
}
