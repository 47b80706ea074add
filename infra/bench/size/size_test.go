package size_test

import (
	"archive/zip"
	"bytes"
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
			binary, err := os.ReadFile(bootstrap)
			if err != nil {
				t.Fatal(err)
			}
			packed := compressed(t, binary)
			t.Logf("bootstrap %.1f MB, zip %.1f MB", float64(len(binary))/1e6, float64(packed)/1e6)
			if len(binary) > maxBootstrap {
				t.Errorf("the bootstrap has %d bytes, want at most %d; go tool nm -size -sort size tells what they are", len(binary), maxBootstrap)
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

func compressed(t *testing.T, binary []byte) int {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	file, err := w.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(binary); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Len()
}

// deployable checks what a binary says of how it was built.
func deployable(t *testing.T, bootstrap string) {
	t.Helper()
	info, err := buildinfo.ReadFile(bootstrap)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"GOOS": "linux", "GOARCH": "arm64", "CGO_ENABLED": "0", "-trimpath": "true", "-tags": "lambda.norpc",
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
