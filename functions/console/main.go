// Command console is the Lambda function that serves the console, the app in
// which developers see and set up billing, and the reference of the API. It
// hands out files and public settings; what the app shows comes from the API,
// with the developer's own token.
package main

import (
	"embed"
	"fmt"
	"os"
	"time"

	"github.com/caarlos0/env/v11"

	"billhook/pkg/telemetry"
	"billhook/pkg/web"
)

// dist has the app as `make build-ConsoleFunction` builds it, in dist/app. A
// program that was built without it serves dist/unbuilt.html.
//
//go:embed dist
var dist embed.FS

func main() {
	var s settings
	if err := env.Parse(&s); err != nil {
		fail(err)
	}
	log := telemetry.NewLogger(os.Stdout, s.LogLevel)
	app, err := newApp(dist, s)
	if err != nil {
		fail(err)
	}
	web.Start(web.Frame(log, web.NewErrors(log), time.Now, app.routes()))
}

// fail ends the process: Lambda reports that as a failed start.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "billhook: cannot start:", err)
	os.Exit(1)
}
