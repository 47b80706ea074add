package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"billhook/infra/local/lending"
	"billhook/infra/local/stack"
)

// The console is walked through by functions/console/web/walk, in the language
// that its selectors and its accessibility checks are at home in. Pictures of
// each page are left in .local/console.
func TestConsole(t *testing.T) {
	t.Parallel()
	chromium := findChromium(t)
	p, root := openPlace(t)
	if _, err := lending.Lend(t.Context(), p.stack); err != nil {
		t.Fatal(err)
	}
	pictures, err := filepath.Abs(filepath.Join(root, ".local", "console"))
	if err == nil {
		err = os.MkdirAll(pictures, 0o750)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.stack.Issuer.Offer("A new developer", "Starts from nothing, with the checklist", "")
	p.stack.Issuer.Offer("The demo developer", "Has the demo project, which is ready to sell", p.shop.Developer)
	walk := exec.CommandContext(t.Context(), "npm", "run", "--silent", "walk")
	walk.Dir = filepath.Join(root, "functions/console/web")
	walk.Env = append(os.Environ(),
		"WALK_URL="+p.stack.APIURL, "WALK_STRIPE_URL="+p.stack.StripeURL, "WALK_STRIPE_KEY="+p.shop.StripeKey,
		"WALK_DEMO_DEVELOPER="+p.shop.Developer, "WALK_PICTURES="+pictures, "WALK_CHROMIUM="+chromium,
		"WALK_JWT_SECRET="+p.stack.JWTSecret, "WALK_JWT_ISSUER="+stack.Issuer, "WALK_JWT_AUDIENCE="+stack.Audience)
	var output bytes.Buffer
	walk.Stdout, walk.Stderr = &output, &output
	if err := walk.Run(); err != nil {
		t.Fatalf("the walk through the console: %v\n%s", err, output.Bytes())
	}
	t.Logf("%s", output.Bytes())
}
