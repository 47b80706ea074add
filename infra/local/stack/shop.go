package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"billhook/infra/local/shop"
)

// openShop settles the shop's URL, which the API and the console's function are
// told.
func (s *Stack) openShop(context.Context) (err error) {
	s.ShopURL, err = s.listeners.open("shop", s.options.Ports.Shop)
	return err
}

// startShop starts the demo shop, which buys as an app of the deployer's would.
func (s *Stack) startShop(context.Context) error {
	handler, err := shop.New(shop.Options{
		API: s.APIURL, Issuer: s.issuerURL, Stripe: s.StripeURL, StripeKey: s.stripeKey, Logger: s.options.Logger,
	})
	if err != nil {
		return err
	}
	s.serve("shop", handler)
	return nil
}

// stripeKey reads the secret key that a project has saved. The shop knows it as
// an app's backend does, without asking billhook.
func (s *Stack) stripeKey(ctx context.Context, project, mode string) (string, error) {
	name := s.Name + "/stripe/" + project + "/" + mode
	output, err := s.Secrets().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(name)})
	if _, unknown := errors.AsType[*types.ResourceNotFoundException](err); unknown {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the credentials of %s in %s mode: %w", project, mode, err)
	}
	var saved struct {
		SecretKey string `json:"secret_key"`
	}
	if err := json.Unmarshal([]byte(aws.ToString(output.SecretString)), &saved); err != nil {
		return "", fmt.Errorf("read the credentials of %s in %s mode: %w", project, mode, err)
	}
	return saved.SecretKey, nil
}
