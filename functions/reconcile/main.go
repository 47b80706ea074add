// Command reconcile is the Lambda function that compares every project with
// Stripe on a schedule: it takes in the events that Stripe could not deliver,
// and corrects subscriptions that are behind. It serves no HTTP.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"billhook/pkg/function"
	"billhook/pkg/gateway"
)

func main() {
	var cfg struct {
		StripeAPIBase string `env:"STRIPE_API_BASE"`
	}
	f := function.Load(&cfg)
	lambda.Start(newReconciler(f, gateway.New(f.Table, f.Vault, cfg.StripeAPIBase)).run)
}
