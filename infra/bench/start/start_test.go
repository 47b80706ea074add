package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestStart(t *testing.T) {
	t.Parallel()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", bootstrap, "./testdata/probe").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for probe, want := range map[string]string{
		"":               "",
		"calls AWS":      "connections before it asked for work",
		"calls by proxy": "connections before it asked for work",
		"reports":        "its first request was POST /2018-06-01/runtime/init/error",
		"ends":           "ended before it asked for work",
	} {
		t.Run(probe, func(t *testing.T) {
			t.Parallel()
			took, err := start(t.Context(), bootstrap, map[string]string{"PROBE": probe})
			switch {
			case want == "" && (err != nil || took <= 0):
				t.Errorf("took %v, %v", took, err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("error %v, want one with %q", err, want)
			}
		})
	}
}

// Every function of the template starts, and calls nobody before it is asked.
func TestFunctionsCallNobody(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	functions, err := declared(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		t.Run(f.LogicalID, func(t *testing.T) {
			bootstrap, err := build(t.Context(), root, t.TempDir(), f.LogicalID)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := start(t.Context(), bootstrap, f.Environment); err != nil {
				t.Error(err)
			}
		})
	}
}
