// Command customers is the Lambda function of the Server API's customers, which
// backends call with a key pair.
package main

import (
	"time"

	"billhook/pkg/function"
	"billhook/pkg/ratelimit"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		StripeAPIBase  string `env:"STRIPE_API_BASE"`
		CreatesPerHour int64  `env:"CREATES_PER_HOUR" envDefault:"1000"`
		QueriesPerHour int64  `env:"QUERIES_PER_HOUR" envDefault:"5000"`
	}
	f := function.Load(&cfg)
	web.Start(handler(f, cfg.StripeAPIBase, limits{
		creates: ratelimit.Limit{Calls: max(cfg.CreatesPerHour, 1), Period: time.Hour},
		queries: ratelimit.Limit{Calls: max(cfg.QueriesPerHour, 1), Period: time.Hour},
	}))
}
