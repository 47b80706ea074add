package size_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/sam"
)

const root = "../../.."

// In bytes. Lambda fetches the zip and maps the binary before a function's
// first instruction, so both are part of every cold start.
const (
	maxBootstrap = 12_000_000
	maxZip       = 4_000_000
)

// TestSize builds every function for Lambda and weighs it.
func TestSize(t *testing.T) {
	t.Parallel()
	document, err := sam.Read(filepath.Join(root, sam.TemplateName))
	if err != nil {
		t.Fatal(err)
	}
	known := func(string) (string, bool) { return "value", true }
	functions, err := document.Functions(sam.Values{
		Region: "us-east-1", AccountID: "000000000000", StackName: "billhook",
		Ref: known, GetAtt: func(string, string) (string, bool) { return "value", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		t.Run(f.LogicalID, func(t *testing.T) {
			bootstrap := build(t, f.LogicalID)
			binary, err := os.Stat(bootstrap)
			if err != nil {
				t.Fatal(err)
			}
			packed := compressed(t, bootstrap)
			t.Logf("bootstrap %.1f MB, zip %.1f MB", float64(binary.Size())/1e6, float64(packed)/1e6)
			if binary.Size() > maxBootstrap {
				t.Errorf("the bootstrap has %d bytes, want at most %d; go tool nm -size -sort size tells what they are", binary.Size(), maxBootstrap)
			}
			if packed > maxZip {
				t.Errorf("the zip has %d bytes, want at most %d", packed, maxZip)
			}
			deployable(t, bootstrap)
		})
	}
}

// build makes a function's bootstrap the way `sam build` does.
func build(t *testing.T, function string) string {
	t.Helper()
	artifacts := t.TempDir()
	command := exec.CommandContext(t.Context(), "make", "--no-print-directory", "build-"+function,
		"ARTIFACTS_DIR="+artifacts, "GOOS=linux", "GOARCH=arm64")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return filepath.Join(artifacts, "bootstrap")
}

// compressed weighs a binary as it is in SAM's zip, which zlib makes. gzip
// compresses as zlib does; Go's own is some 3 % behind.
func compressed(t *testing.T, bootstrap string) int {
	t.Helper()
	packed, err := exec.CommandContext(t.Context(), "gzip", "-6", "-c", bootstrap).Output()
	if err != nil {
		t.Fatal(err)
	}
	return len(packed)
}

// deployable checks what a binary says of how it was built.
func deployable(t *testing.T, bootstrap string) {
	t.Helper()
	info, err := buildinfo.ReadFile(bootstrap)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"GOOS": "linux", "GOARCH": "arm64", "CGO_ENABLED": "0", "-trimpath": "true", "-tags": "lambda.norpc,nethttpomithttp2",
	}
	got := map[string]string{}
	for _, setting := range info.Settings {
		if _, wanted := want[setting.Key]; wanted {
			got[setting.Key] = setting.Value
		}
		if strings.HasPrefix(setting.Key, "vcs") {
			t.Errorf("the commit is built in (%s): every deployment would replace every function", setting.Key)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("built otherwise (-want +got):\n%s", diff)
	}
}
