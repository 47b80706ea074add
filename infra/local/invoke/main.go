// Command invoke prints an invocation for `sam local invoke --event -`: one of
// the samples in events, with a token, a key pair or a signature that is valid
// now.
//
//	go run ./infra/local/invoke -token "$TOKEN" events/lambda/config.json
//	go run ./infra/local/invoke -key ak_… -secret aks_… -tenant ID -project ID events/lambda/customers.json
//	go run ./infra/local/invoke -secret whsec_… -project ID -mode test events/stripe/invoice.paid.json
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"billhook/infra/local/invocation"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "invoke:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("invoke", flag.ContinueOnError)
	token := flags.String("token", "", "the bearer token of a sample in events/lambda")
	key := flags.String("key", "", "the key of a project, for a sample in events/lambda")
	secret := flags.String("secret", "", "the key's secret part; without a key, the endpoint's signing secret, for an event in events/stripe")
	tenant := flags.String("tenant", "", "the tenant of the key")
	project := flags.String("project", "2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904", "the project of the key, or that the event is delivered to")
	mode := flags.String("mode", "test", "test or live")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() != 1 || (*token == "") == (*secret == "") {
		return fmt.Errorf("usage: invoke [-token TOKEN | -key KEY -secret SECRET -tenant ID -project ID] events/lambda/NAME.json, or invoke -secret SECRET events/stripe/NAME.json")
	}
	path := flags.Arg(0)
	if *token != "" || *key != "" {
		sample, err := invocation.Read(path)
		if err != nil {
			return err
		}
		called := invocation.Pair{Key: *key, Secret: *secret, Tenant: *tenant, Project: *project}.Of(sample)
		if *token != "" {
			called = invocation.WithToken(sample, *token)
		}
		return json.NewEncoder(out).Encode(called)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	// The envelope lies beside the folder of the events.
	sample, err := invocation.Read(filepath.Join(filepath.Dir(path), "..", "lambda", "webhooks.json"))
	if err != nil {
		return err
	}
	d := invocation.Delivery{Project: *project, Mode: *mode, Secret: *secret, Body: body, At: now}
	return json.NewEncoder(out).Encode(d.Of(sample))
}
