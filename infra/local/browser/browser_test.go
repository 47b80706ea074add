package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	patience     = 2 * time.Minute  // how long the whole walk may take
	stepPatience = 20 * time.Second // how long one step may take
)

// browser is a tab of a browser without a window.
type browser struct {
	t        *testing.T
	ctx      context.Context //nolint:containedctx // it is how chromedp names a tab
	pictures string          // the folder of its pictures
	taken    int
}

// open starts the Chromium at a path until the test ends.
func open(t *testing.T, path, root string) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, pictures: filepath.Join(root, ".local", "browser")}
	if err := os.MkdirAll(b.pictures, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	return b
}

// findChromium is where Chromium or Chrome is installed. Without it the test is
// skipped.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium: install it (on Debian and Ubuntu, apt install chromium) to run this test")
	return ""
}

// do takes steps; when one fails, a picture shows where.
func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.picture("failed")
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b *browser) visit(url string) {
	b.t.Helper()
	b.do("visiting "+url, chromedp.Navigate(url))
}

// sees waits until a text can be seen.
func (b *browser) sees(text string) {
	b.t.Helper()
	b.do("looking for "+text, chromedp.WaitVisible(withText("*", text)))
}

// press clicks a button, a link or a summary by its text.
func (b *browser) press(element, text string) {
	b.t.Helper()
	b.do("pressing "+text, chromedp.Click(withText(element, text)))
}

// withText selects the elements of the page whose own text contains a text.
func withText(element, text string) string {
	return fmt.Sprintf(`//body//%s[text()[contains(normalize-space(.), %q)]]`, element, text)
}

// picture leaves a picture of the page.
func (b *browser) picture(name string) {
	b.t.Helper()
	b.taken++
	image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(b.pictures, fmt.Sprintf("%02d-%s.png", b.taken, name)), image, 0o600)
	}
	if err != nil {
		b.t.Errorf("a picture of %s: %v", name, err)
	}
}
