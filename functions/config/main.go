// Command config is the Lambda function in which developers manage projects
// and their Stripe configuration.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/identity"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		WebhookBaseURL string `env:"WEBHOOK_BASE_URL,required"`
	}
	f := function.Load(&cfg)
	web.Start(f.For(identity.Developer, routes(f.Answer, &server{
		store:          f.Table,
		vault:          f.Vault,
		now:            f.Now,
		webhookBaseURL: cfg.WebhookBaseURL,
	})))
}
