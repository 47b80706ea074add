package stack

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"billhook/infra/local/apigateway"
	"billhook/infra/local/issuer"
	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// values are what CloudFormation would know of this stack.
func (s *Stack) values() sam.Values {
	parameters := map[string]string{
		"JwtIssuer":     Issuer,
		"JwtAudience":   Audience,
		"StripeApiBase": s.StripeURL,

		"AllowedOrigins": s.ShopURL,

		"ConsoleIssuer":          s.issuerURL,
		"ConsoleClientId":        issuer.ClientID,
		"ConsoleStripeDashboard": s.dashboard,
		"ConsolePricingPage":     s.ShopURL + "/",
	}
	maps.Copy(parameters, s.options.Parameters)
	return sam.Values{
		Parameters: parameters,
		Region:     region,
		AccountID:  accountID,
		StackName:  stackName,
	}
}

// startFunctions builds the functions and puts them behind their routes.
func (s *Stack) startFunctions(ctx context.Context) error {
	values, err := s.resolved(ctx)
	if err != nil {
		return err
	}
	declared, err := s.document.Functions(values)
	if err != nil {
		return err
	}
	api, err := s.document.API(values)
	if err != nil {
		return err
	}
	s.options.Logger.Info("building the functions", "functions", len(declared))
	bootstraps, err := build(ctx, s.options, declared)
	if err != nil {
		return err
	}
	var integrations []apigateway.Integration
	for _, declaration := range declared {
		function := s.startFunction(declaration, bootstraps[declaration.LogicalID])
		for _, route := range declaration.Routes {
			integrations = append(integrations, apigateway.Integration{Route: route, Function: function})
		}
		if declaration.FunctionURL {
			if err := s.serveFunctionURL(declaration, function); err != nil {
				return err
			}
		}
	}
	handler, err := apigateway.NewAPI(api, integrations, s.gatewayOptions())
	if err != nil {
		return err
	}
	s.serve("api", handler)
	s.options.Logger.Info("the API is ready", "url", s.APIURL, "functions", len(declared))
	return s.findJWTSecret(ctx, declared)
}

// resolved adds what is known once the services run. A function URL's listener
// is opened when the template first asks for its address.
func (s *Stack) resolved(ctx context.Context) (sam.Values, error) {
	values := s.values()
	table, err := s.document.Table(values)
	if err != nil {
		return sam.Values{}, err
	}
	api, err := s.document.API(values)
	if err != nil {
		return sam.Values{}, err
	}
	if s.APIURL, err = s.listeners.open("api", s.options.Ports.API); err != nil {
		return sam.Values{}, err
	}
	declared, err := s.document.Secrets(values)
	if err != nil {
		return sam.Values{}, err
	}
	references := map[string]string{table.LogicalID: s.TableName, api.LogicalID: "local"}
	for _, secret := range declared {
		if references[secret.LogicalID], err = s.secretARN(ctx, secret.Name); err != nil {
			return sam.Values{}, err
		}
	}
	values.Ref = func(logicalID string) (string, bool) {
		value, known := references[logicalID]
		return value, known
	}
	values.GetAtt = func(logicalID, attribute string) (string, bool) {
		if logicalID == api.LogicalID && attribute == "ApiEndpoint" {
			return s.APIURL, true
		}
		// SAM names the URL of FooFunction FooFunctionUrl.
		function, isURL := strings.CutSuffix(logicalID, "Url")
		if !isURL || attribute != "FunctionUrl" {
			return "", false
		}
		url, err := s.openFunctionURL(function)
		return url, err == nil
	}
	return values, nil
}

// openFunctionURL settles a function's URL. On AWS it ends in a slash.
func (s *Stack) openFunctionURL(function string) (string, error) {
	url, err := s.listeners.open(function, s.options.Ports.FunctionURLs[function])
	return url + "/", err
}

func (s *Stack) serveFunctionURL(declaration sam.Function, function *lambda.Function) error {
	url, err := s.openFunctionURL(declaration.LogicalID)
	if err != nil {
		return err
	}
	s.FunctionURLs[declaration.LogicalID] = url
	s.serve(declaration.LogicalID, apigateway.NewFunctionURL(function, declaration.URLCors, s.gatewayOptions()))
	return nil
}

func (s *Stack) gatewayOptions() apigateway.Options {
	return apigateway.Options{Logger: s.options.Logger, Now: now, AccountID: accountID}
}

// startFunction readies a function; instances start with the first requests.
func (s *Stack) startFunction(declaration sam.Function, bootstrap string) *lambda.Function {
	// The endpoints are the AWS SDK's own variables: nothing in the code is local.
	environment := map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB":        s.DynamoDBEndpoint,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.SecretsEndpoint,
	}
	maps.Copy(environment, declaration.Environment)
	maps.Copy(environment, s.options.Environment[declaration.LogicalID])
	s.Environment[declaration.LogicalID] = environment
	function := lambda.New(lambda.Config{
		Name:        declaration.LogicalID,
		Bootstrap:   bootstrap,
		Handler:     declaration.Handler,
		Timeout:     declaration.Timeout,
		MemoryMB:    declaration.MemoryMB,
		Environment: environment,
		Region:      region,
		AccountID:   accountID,
		AccessKey:   s.accessKey,
		Instances:   s.options.Instances,
		Log:         s.options.LogSink,
	})
	s.functions[declaration.LogicalID] = function
	s.schedules[declaration.LogicalID] = declaration.Schedules
	s.closing(function.Close)
	return function
}

// findJWTSecret reads the key that the functions verify HS256 tokens with.
func (s *Stack) findJWTSecret(ctx context.Context, declared []sam.Function) error {
	for _, function := range declared {
		id := function.Environment["JWT_SECRET_ID"]
		if id == "" {
			continue
		}
		output, err := s.Secrets().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
		if err != nil {
			return fmt.Errorf("JWT_SECRET_ID of %s: %w", function.LogicalID, err)
		}
		s.JWTSecret = aws.ToString(output.SecretString)
		return nil
	}
	return nil
}
