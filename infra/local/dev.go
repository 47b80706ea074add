package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"billhook/infra/local/lending"
	"billhook/infra/local/stack"
	"billhook/infra/local/story"
)

// Ports that dev listens on where they are free, so that what was pasted
// yesterday works today.
var devPorts = stack.Ports{
	API:          4010,
	Stripe:       4011,
	Secrets:      4012,
	FunctionURLs: map[string]int{"WebhooksFunction": 4013},
	Issuer:       4014,
	Shop:         4015,
}

// worldOf is the story's view of a stack.
func worldOf(s *stack.Stack) story.World {
	issuer := s.Tokens()
	return story.World{
		API:            s.APIURL,
		Stripe:         s.StripeURL,
		DeveloperToken: issuer.Developer,
		UserToken:      issuer.EndUser,
	}
}

// dev runs the stack until ctx ends and keeps its state.
func dev(ctx context.Context, out io.Writer) error {
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(stateDir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // a log's end is not worth a failure
	_, _ = fmt.Fprintln(out, "Building and starting the stack; its log is", log.Name())
	running, err := stack.Start(ctx, stack.Options{
		Root:     ".",
		StateDir: stateDir,
		Ports:    devPorts,
		Logger:   slog.New(slog.NewTextHandler(log, nil)),
		LogSink:  log,
	})
	if err != nil {
		return err
	}
	world := worldOf(running)
	var shop story.Shop
	if _, err = lending.Lend(ctx, running); err == nil {
		shop, err = openShop(ctx, world)
	}
	if err == nil {
		running.Issuer.Offer("A new developer", "Starts from nothing, with the checklist", "")
		running.Issuer.Offer("The demo developer", "Has the demo project, which is ready to sell", shop.Developer)
		err = printWelcome(out, running, world, shop)
	}
	if err == nil {
		<-ctx.Done()
		_, _ = fmt.Fprintln(out, "\nStopping; `make dev` goes on from here, `make dev-reset` starts afresh.")
	}
	return errors.Join(err, running.Close())
}

// openShop is the shop of the last time, or a new one.
func openShop(ctx context.Context, world story.World) (story.Shop, error) {
	path := filepath.Join(stateDir, "shop.json")
	var shop story.Shop
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		shop, err = story.Setup(ctx, world, story.NewShop())
	case err == nil:
		if err = json.Unmarshal(text, &shop); err == nil {
			shop, err = story.Reconnect(ctx, world, shop)
		}
	}
	if err != nil {
		return shop, fmt.Errorf("set up the demo project (`make dev-reset` starts afresh): %w", err)
	}
	if text, err = json.MarshalIndent(shop, "", "  "); err != nil {
		return shop, err
	}
	return shop, os.WriteFile(path, text, 0o600)
}

const welcome = `
  ------------------------------------------------------------------
  Open the console:  %s/console
  ------------------------------------------------------------------
  Sign in as a new developer, and its checklist leads to a paid subscription.

  API            %s   (its reference: %s/docs)
  Demo shop      %s   (the console's checklist opens it for a project)
  Webhooks       %s
  Stripe sandbox %s   (key %s)
  Events, time   %s
  DynamoDB       %s   (table %s)
  Lambda         %s   (POST .../2015-03-31/functions/ReconcileFunction/invocations runs the schedule now)

Developer token
%s

End-user token
%s

Try
curl -s %s/api/v1/payments/stats -H 'Authorization: Bearer %s'

curl -s %s/api/v1/payments/stripe/checkout-session -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"price_id":"price_pro_monthly","success_url":"%s&bought=1","cancel_url":"%s"}'

curl -s %s/api/v1/payments/stripe/my-subscription -H 'Authorization: Bearer %s'

curl -s %s/api/v1/payments/stripe/customer-portal -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"return_url":"%s"}'

curl -s %s/api/v1/projects/%s/api-keys -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"name":"backend"}'

Open the checkout_url that the second one answers, pay with 4242 4242 4242 4242, and run the third one again.
The page of events and time advances a month; the portal_url that the fourth one answers changes the card and the plan, and cancels.
The last one makes a key pair for a backend: curl -s %s/v1/stripe/customers -H 'x-api-key: <key>' -H 'x-secret-key: <secret_key>' -H 'x-tenant-id: <tenant_id>' -H 'x-project-id: %s'
Ctrl-C stops everything.
`

func printWelcome(out io.Writer, s *stack.Stack, world story.World, shop story.Shop) error {
	developer, err := world.DeveloperToken(shop.Developer)
	if err != nil {
		return err
	}
	user, err := world.UserToken(shop.User, shop.Project)
	if err != nil {
		return err
	}
	site := s.ShopURL + "/?project_id=" + shop.Project + "&mode=test"
	_, err = fmt.Fprintf(out, welcome,
		s.APIURL, s.APIURL, s.APIURL, s.ShopURL, shop.WebhookURL, s.StripeURL, shop.StripeKey, s.StripePageURL, s.DynamoDBEndpoint, s.TableName, s.LambdaURL,
		developer, user,
		s.APIURL, developer,
		s.APIURL, user, site, site,
		s.APIURL, user,
		s.APIURL, user, site,
		s.APIURL, shop.Project, developer,
		s.APIURL, shop.Project,
	)
	return err
}
