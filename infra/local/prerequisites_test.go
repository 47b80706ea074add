package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrerequisites runs the script that make runs first, on machines that have
// exactly the commands of the case.
func TestPrerequisites(t *testing.T) {
	const (
		noGo   = "billhook needs Go 1.26 or newer, and none was found: install it from https://go.dev/dl/\n"
		noJava = "billhook needs Java 17 or newer (for DynamoDB Local), and none was found: install it from https://adoptium.net/\n"
		noNode = "billhook needs Node 20 or newer (for npm), and none was found: install it from https://nodejs.org/\n"
	)
	// Commands by name, each with what it prints on standard output and standard error.
	all := map[string]output{
		"go":   {stdout: "go version go1.26.8 linux/amd64"},
		"java": {stderr: "openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)"},
		"node": {stdout: "v20.20.2"},
		"npm":  {stdout: "10.8.2"},
	}
	tests := map[string]struct {
		change map[string]*output // nil removes the command
		env    []string
		want   string // on standard error; empty for success
	}{
		"all there": {},
		"newer ones": {
			change: map[string]*output{
				"go":   {stdout: "go version go1.30rc1 darwin/arm64"},
				"java": {stderr: "openjdk version \"25\" 2025-09-16"},
				"node": {stdout: "v100.0.0"},
			},
		},
		"an unreleased Go": {
			change: map[string]*output{"go": {stdout: "go version go1.27-devel_0a1b2c3 Tue Jan 6 10:00:00 2026 +0000 linux/amd64"}},
		},
		"Java that announces its options": {
			change: map[string]*output{"java": {stderr: "Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version \"21.0.4\" 2024-07-16"}},
		},
		"nothing there": {
			change: map[string]*output{"go": nil, "java": nil, "node": nil, "npm": nil},
			want:   noGo + noJava + noNode,
		},
		"no Go": {
			change: map[string]*output{"go": nil},
			want:   noGo,
		},
		"Go too old": {
			change: map[string]*output{"go": {stdout: "go version go1.25.4 linux/amd64"}},
			want:   "billhook needs Go 1.26 or newer, and found 1.25.4: install it from https://go.dev/dl/\n",
		},
		"no Java": {
			change: map[string]*output{"java": nil},
			want:   noJava,
		},
		"Java of the old numbering": {
			change: map[string]*output{"java": {stderr: "java version \"1.8.0_392\""}},
			want:   "billhook needs Java 17 or newer (for DynamoDB Local), and found 1.8.0_392: install it from https://adoptium.net/\n",
		},
		"a stub that only says where to get Java": {
			change: map[string]*output{"java": {stderr: "The operation couldn't be completed. Unable to locate a Java Runtime."}},
			want:   noJava,
		},
		"no Node": {
			change: map[string]*output{"node": nil, "npm": nil},
			want:   noNode,
		},
		"Node too old": {
			change: map[string]*output{"node": {stdout: "v18.19.0"}},
			want:   "billhook needs Node 20 or newer (for npm), and found 18.19.0: install it from https://nodejs.org/\n",
		},
		"Node without npm": {
			change: map[string]*output{"npm": nil},
			want:   "billhook needs npm, and none was found: install it with Node from https://nodejs.org/\n",
		},
		"a DynamoDB of one's own needs only Go": {
			change: map[string]*output{"java": nil, "node": nil, "npm": nil},
			env:    []string{"DYNAMODB_ENDPOINT=http://127.0.0.1:8000"},
		},
		"a downloaded DynamoDB Local needs no Node": {
			change: map[string]*output{"node": nil, "npm": nil},
			env:    []string{"DYNAMODB_LOCAL_DIR=/opt/dynamodb"},
		},
		"JAVA_HOME goes before the path": {
			env:  []string{"JAVA_HOME=/nonexistent"},
			want: noJava,
		},
	}
	// Written before any test runs beside this one: a process started while a file is being
	// written holds it open for an instant, and a file open for writing cannot be run.
	bins := make(map[string]string)
	for name, test := range tests {
		bins[name] = commands(t, all, test.change)
	}
	t.Parallel()

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "/bin/sh", "prerequisites.sh")
			cmd.Env = append([]string{"PATH=" + bins[name]}, test.env...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			err := cmd.Run()

			if failed := err != nil; failed != (test.want != "") {
				t.Errorf("exit: got %v, want a failure: %v", err, test.want != "")
			}
			if diff := cmp.Diff(test.want, stderr.String()); diff != "" {
				t.Errorf("standard error (-want +got):\n%s", diff)
			}
		})
	}
}

// output is what a command prints.
type output struct {
	stdout, stderr string
}

// commands makes a folder of shell scripts, one for each of all after change,
// that print what the command would.
func commands(t *testing.T, all map[string]output, change map[string]*output) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for command, prints := range all {
		if changed, ok := change[command]; ok {
			if changed == nil {
				continue
			}
			prints = *changed
		}
		script := fmt.Sprintf("#!/bin/sh\necho '%s'\necho '%s' >&2\n", quote(prints.stdout), quote(prints.stderr))
		if err := os.WriteFile(filepath.Join(folder, command), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func quote(text string) string {
	return strings.ReplaceAll(text, "'", `'\''`)
}
