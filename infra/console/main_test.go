package main

import (
	"testing"
	"testing/fstest"
)

func TestFingerprint(t *testing.T) {
	t.Parallel()
	tree := func(changes map[string]string) fstest.MapFS {
		files := fstest.MapFS{}
		for name, text := range map[string]string{
			contract: "openapi", sources + "/src/main.tsx": "main", sources + "/node_modules/react/index.js": "react",
		} {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		for name, text := range changes {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return files
	}
	first, err := fingerprint(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		changes map[string]string
		same    bool
	}{
		"nothing":              {nil, true},
		"the contract":         {map[string]string{contract: "another"}, false},
		"a source":             {map[string]string{sources + "/src/main.tsx": "another"}, false},
		"a new source":         {map[string]string{sources + "/src/new.tsx": ""}, false},
		"an installed package": {map[string]string{sources + "/node_modules/react/index.js": "another"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fingerprint(tree(test.changes))
			if err != nil || (got == first) != test.same {
				t.Errorf("the same: %t, want %t (%v)", got == first, test.same, err)
			}
		})
	}
}

func TestFingerprintNeedsTheSources(t *testing.T) {
	t.Parallel()
	if _, err := fingerprint(fstest.MapFS{}); err == nil {
		t.Error("there is a fingerprint of nothing")
	}
}
