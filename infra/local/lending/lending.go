// Package lending gives a running stack what its operator would: Stripe accounts
// of the deployment's own for the gateways that tenants can pick, with their
// webhook endpoints, in the stack's Stripe sandbox. It writes the deployment's
// secret and nothing else.
package lending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/uuid"

	"billhook/infra/local/stack"
)

// Accounts are the deployment's own, as docs/deploy.md has its secret.
type Accounts struct {
	Managed  Account `json:"managed"`
	Platform Modes   `json:"platform"`
	Connect  Modes   `json:"connect"`
}

// Modes are the accounts of the modes. The sandbox's are in test mode.
type Modes struct {
	Test Account `json:"test"`
}

// Account is a Stripe account of the deployment's.
type Account struct {
	ClientID      string `json:"client_id,omitempty"`
	SecretKey     string `json:"secret_key"`
	WebhookSecret string `json:"webhook_secret"`
}

// secretName is where the functions look, after the stack's name.
const secretName = "/stripe/gateways"

// Lend gives a stack the accounts, or those of the last time, if it has kept its
// state. Their endpoints send to where the stack's API is now.
func Lend(ctx context.Context, s *stack.Stack) (Accounts, error) {
	name := s.Name + secretName
	stored, err := s.Secrets().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(name)})
	var accounts Accounts
	switch _, unknown := errors.AsType[*types.ResourceNotFoundException](err); {
	case unknown:
		return create(ctx, s, name)
	case err != nil:
		return accounts, fmt.Errorf("read the deployment's accounts: %w", err)
	}
	if err := json.Unmarshal([]byte(aws.ToString(stored.SecretString)), &accounts); err != nil {
		return accounts, fmt.Errorf("read the deployment's accounts: %w", err)
	}
	for _, a := range []Account{accounts.Managed, accounts.Platform.Test, accounts.Connect.Test} {
		if err := redirect(ctx, s, a.SecretKey); err != nil {
			return accounts, err
		}
	}
	return accounts, nil
}

func create(ctx context.Context, s *stack.Stack, name string) (accounts Accounts, err error) {
	for account, connect := range map[*Account]bool{&accounts.Managed: false, &accounts.Platform.Test: false, &accounts.Connect.Test: true} {
		if err := account.open(ctx, s, connect); err != nil {
			return accounts, err
		}
	}
	text, err := json.Marshal(accounts)
	if err != nil {
		return accounts, err
	}
	_, err = s.Secrets().CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String(name), SecretString: aws.String(string(text))})
	if err != nil {
		return accounts, fmt.Errorf("keep the deployment's accounts: %w", err)
	}
	return accounts, nil
}

// open makes a new account with an endpoint, of its connected accounts' events
// where it has any.
func (a *Account) open(ctx context.Context, s *stack.Stack, connect bool) error {
	a.SecretKey = "sk_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	var endpoint struct {
		Secret string `json:"secret"`
	}
	params := url.Values{"url": {endpointURL(s)}, "enabled_events[]": {"*"}}
	if connect {
		params.Set("connect", "true")
	}
	if err := call(ctx, s, a.SecretKey, http.MethodPost, "/v1/webhook_endpoints", params, &endpoint); err != nil {
		return err
	}
	a.WebhookSecret = endpoint.Secret
	if !connect {
		return nil
	}
	var identity struct {
		ClientID string `json:"client_id"`
	}
	err := call(ctx, s, a.SecretKey, http.MethodGet, "/_sandbox/account", nil, &identity)
	a.ClientID = identity.ClientID
	return err
}

// redirect has an account's endpoints send to where the API is now.
func redirect(ctx context.Context, s *stack.Stack, key string) error {
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := call(ctx, s, key, http.MethodGet, "/v1/webhook_endpoints", nil, &list); err != nil {
		return err
	}
	for _, e := range list.Data {
		if err := call(ctx, s, key, http.MethodPost, "/v1/webhook_endpoints/"+e.ID, url.Values{"url": {endpointURL(s)}}, nil); err != nil {
			return err
		}
	}
	return nil
}

func endpointURL(s *stack.Stack) string { return s.APIURL + "/v1/stripe/webhook" }

// call asks the sandbox as Stripe's own clients do.
func call(ctx context.Context, s *stack.Stack, key, method, path string, params url.Values, receive any) error {
	r, err := http.NewRequestWithContext(ctx, method, s.StripeURL+path, strings.NewReader(params.Encode()))
	if err != nil {
		return err
	}
	r.SetBasicAuth(key, "")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s %s", method, path, answer.Status, body)
	}
	if receive == nil {
		return nil
	}
	return json.Unmarshal(body, receive)
}
