// Command stats is the Lambda function in which developers see the figures
// across their projects.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/identity"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	f := function.Load(&struct{}{})
	web.Start(f.Reading(identity.Developer, f.Answer, routes(f.Answer, &server{f.Table, f.Now})))
}
