// Command access is the Lambda function that answers what a user may use: to
// the user, to developers, who can also give access by hand, and as signed
// tokens. It never calls Stripe.
package main

import (
	"billhook/pkg/access"
	"billhook/pkg/function"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg access.TokenSettings
	f := function.Load(&cfg)
	web.Start(handler(f, cfg))
}
