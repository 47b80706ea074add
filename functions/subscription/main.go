// Command subscription is the Lambda function in which end users see what
// they subscribed to and paid.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/identity"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	f := function.Load(&struct{}{})
	web.Start(f.For(identity.EndUser, routes(f.Answer, &server{store: f.Table})))
}
