package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/sam"
	"billhook/infra/local/stack"
	"billhook/infra/local/stripebox/delivery"
	"billhook/pkg/billing"
	"billhook/pkg/store"
	"billhook/pkg/vault"
)

// function is the one that is measured, by the template's name.
const function = "WebhooksFunction"

const webhookSecret = "whsec_costSigning4242" //nolint:gosec // made up

// bench is a stack whose webhooks function calls the recorder.
type bench struct {
	stack    *stack.Stack
	recorder *recorder
	url      string // where Stripe sends events to
}

// startBench starts one instance of the function, and a project for it.
func startBench(ctx context.Context, root string) (b *bench, err error) {
	document, err := sam.Read(filepath.Join(root, sam.TemplateName))
	if err != nil {
		return nil, err
	}
	table, err := document.Table(sam.Values{StackName: "cost"})
	if err != nil {
		return nil, err
	}
	b = &bench{}
	if b.recorder, err = newRecorder(table.Indexes); err != nil {
		return nil, err
	}
	b.stack, err = stack.Start(ctx, stack.Options{Root: root, Instances: 1, Environment: map[string]map[string]string{function: {
		"AWS_ENDPOINT_URL_DYNAMODB":        b.recorder.URL + dynamoDBPath,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": b.recorder.URL + secretsPath,
		"STRIPE_API_BASE":                  b.recorder.URL + stripePath,
	}}})
	if err != nil {
		return nil, errors.Join(err, b.recorder.close())
	}
	b.recorder.forward(b.stack.DynamoDBEndpoint, b.stack.SecretsEndpoint)
	if err := b.createProject(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *bench) close() error { return errors.Join(b.stack.Close(), b.recorder.close()) }

// createProject stores a project with test credentials, as the config function
// does.
func (b *bench) createProject(ctx context.Context) error {
	table := store.Open(b.stack.DynamoDB(), b.stack.TableName)
	secrets := vault.Open(b.stack.Secrets(), vault.Settings{Prefix: b.stack.Environment[function]["SECRET_PREFIX"], Now: time.Now})
	now := time.Now().UTC()
	project := billing.Project{ID: uuid.MustParse(projectID), Owner: "developer", Name: "Harbor Tools", Active: true, CreatedAt: now}
	if err := table.CreateProject(ctx, project); err != nil {
		return fmt.Errorf("create the project: %w", err)
	}
	credentials := billing.Credentials{
		SecretKey:      "sk_test_cost4242",
		PublishableKey: "pk_test_cost4242",
		WebhookSecrets: []billing.WebhookSecret{{Value: webhookSecret}},
	}
	version, err := secrets.SaveCredentials(ctx, billing.Scope{Project: project.ID, Mode: billing.Test}, credentials)
	if err != nil {
		return fmt.Errorf("save the credentials: %w", err)
	}
	config := billing.StripeConfig{Project: project.ID, Active: true, CreatedAt: now}
	*config.Set(billing.Test) = credentials.Public(version, now)
	if err := table.SaveStripeConfig(ctx, config); err != nil {
		return fmt.Errorf("save the configuration: %w", err)
	}
	b.url = b.stack.FunctionURLs[function] + "api/v1/payments/stripe/webhooks/" + project.ID.String() + "/test"
	return nil
}

// deliver has the function take an event, as Stripe does.
func (b *bench) deliver(ctx context.Context, e event) error {
	body, err := e.text()
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Stripe-Signature", delivery.Sign(webhookSecret, time.Now(), body))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: the function answered %s", e.kind, response.Status)
	}
	return nil
}

// line is what a scenario costs.
type line struct {
	scenario
	version version
	fresh   cost // of the event, when it is new
	again   cost // of the event, when it comes again
}

// measure tells every scenario, each of a buyer of its own.
func (b *bench) measure(ctx context.Context) ([]line, error) {
	var lines []line
	for _, group := range []struct {
		version   version
		scenarios []scenario
	}{{old, inBoth}, {old, inOld}, {old, inPayouts}, {current, inBoth}, {current, inCurrent}} {
		for _, told := range group.scenarios {
			s := &scene{version: group.version, number: len(lines) + 1}
			l, err := b.tell(ctx, told, s)
			if err != nil {
				return nil, fmt.Errorf("%s %s (%s): %w", told.event, told.what, s.version, err)
			}
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// tell brings in what comes before the scenario's event, which warms the
// function up as well, and measures the event, and the event once more.
func (b *bench) tell(ctx context.Context, told scenario, s *scene) (line, error) {
	l := line{scenario: told, version: s.version}
	b.recorder.answer(nil)
	if told.stripe != nil {
		b.recorder.answer(told.stripe(s))
	}
	if told.stored != nil {
		table := store.Open(b.stack.DynamoDB(), b.stack.TableName)
		if err := told.stored(s, ctx, table, billing.Scope{Project: uuid.MustParse(projectID), Mode: billing.Test}); err != nil {
			return l, fmt.Errorf("prepare: %w", err)
		}
	}
	events := told.tell(s)
	last := len(events) - 1
	for _, e := range append([]event{s.event("product.updated", object{"id": "prod_warm"}, nil)}, events[:last]...) {
		if err := b.deliver(ctx, e); err != nil {
			return l, err
		}
	}
	measured := func() error { return b.deliver(ctx, events[last]) }
	var err error
	if l.fresh, err = b.recorder.record(measured); err != nil {
		return l, err
	}
	l.again, err = b.recorder.record(measured)
	return l, err
}
