package size_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// maxFirstLoad is what a browser may have to fetch before it shows any of the
// console's pages, compressed, in bytes.
const maxFirstLoad = 300_000

// later are the parts that are fetched when they are looked at: the charts below
// the dashboard's figures, and the reference of the API, a page of its own.
var later = []string{"Charts-", "docs-", "openapi-"}

// TestFirstLoad weighs the console's files together, so that it does not matter
// on which page somebody begins.
func TestFirstLoad(t *testing.T) {
	t.Parallel()
	build(t, "ConsoleFunction")
	files, err := filepath.Glob(filepath.Join(root, "functions/console/dist/app/assets/*.br"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the console has no files: %v", err)
	}
	total := 0
	for _, file := range files {
		if slices.ContainsFunc(later, func(part string) bool { return strings.HasPrefix(filepath.Base(file), part) }) {
			continue
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		total += int(info.Size())
	}
	t.Logf("%.0f kB", float64(total)/1e3)
	if total > maxFirstLoad {
		t.Errorf("the console has %d bytes to fetch, want at most %d", total, maxFirstLoad)
	}
}
