package functiontest

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go/middleware"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/secrets"
)

// Account is an AWS account for one test: the Secrets Manager stand-in and,
// once CreateTable was called, an empty database of DynamoDB Local. The SDK's
// own clients, made from Config, talk to them.
type Account struct {
	Config aws.Config

	endpoints endpoints
	reader    *dynamodb.Client // of the database, not counted and never intercepted
	table     string

	mu        sync.Mutex
	calls     map[string]int // by operation
	intercept Interceptor
}

// endpoints tells the SDK where each service is, as the environment variables
// AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_SECRETS_MANAGER do.
type endpoints map[string]string

// GetServiceBaseEndpoint is how the SDK asks.
func (e endpoints) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	url, ok := e[service]
	if !ok {
		return "", false, fmt.Errorf("the test has no %s", service)
	}
	return url, true, nil
}

// NewAccount makes an account with an empty Secrets Manager.
func NewAccount(t *testing.T) *Account {
	t.Helper()
	server, err := secrets.Open("", time.Now)
	if err != nil {
		t.Fatalf("Secrets Manager for tests: %v", err)
	}
	service := httptest.NewServer(server)
	t.Cleanup(service.Close)
	a := &Account{
		endpoints: endpoints{secretsmanager.ServiceID: service.URL},
		calls:     map[string]int{},
	}
	a.Config = aws.Config{
		Region:        "us-east-1",
		Credentials:   credentials.NewStaticCredentialsProvider("test", "local", ""),
		ConfigSources: []any{a.endpoints},
		APIOptions:    []func(*middleware.Stack) error{a.observe},
	}
	return a
}

// CreateTable gives the account an empty database with the template's table
// and answers the table's name. It comes before any client is made.
func (a *Account) CreateTable(t *testing.T) string {
	t.Helper()
	a.reader, a.table = dynamodbtest.New(t)
	options := a.reader.Options()
	a.endpoints[dynamodb.ServiceID] = aws.ToString(options.BaseEndpoint)
	a.Config.Credentials = options.Credentials // which database is meant
	return a.table
}

// CreateSecret stores a secret of plain text.
func (a *Account) CreateSecret(t *testing.T, name, value string) {
	t.Helper()
	_, err := secretsmanager.NewFromConfig(a.Config).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: &name, SecretString: &value,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Next makes the call that was intercepted.
type Next func(ctx context.Context, input any) (output any, err error)

// Interceptor takes the place of calls to AWS. It sees the operation's name
// and the SDK's own input, and answers with the SDK's own output or error; to
// have the call made, it calls next. It may be called concurrently.
type Interceptor func(ctx context.Context, operation string, input any, next Next) (any, error)

// Intercept puts an interceptor before all calls to AWS; nil takes it away.
func (a *Account) Intercept(i Interceptor) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.intercept = i
}

// Failing is an Interceptor that fails one operation.
func Failing(operation string, failure error) Interceptor {
	return func(ctx context.Context, called string, input any, next Next) (any, error) {
		if called == operation {
			return nil, failure
		}
		return next(ctx, input)
	}
}

// Calls counts the calls made to AWS, by operation.
func (a *Account) Calls() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.calls)
}

func (a *Account) observe(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("functiontest", a.call), middleware.After)
}

func (a *Account) call(ctx context.Context, in middleware.InitializeInput, handler middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	operation := middleware.GetOperationName(ctx)
	a.mu.Lock()
	a.calls[operation]++
	intercept := a.intercept
	a.mu.Unlock()
	if intercept == nil {
		return handler.HandleInitialize(ctx, in)
	}
	var metadata middleware.Metadata
	result, err := intercept(ctx, operation, in.Parameters, func(ctx context.Context, input any) (any, error) {
		out, m, err := handler.HandleInitialize(ctx, middleware.InitializeInput{Parameters: input})
		metadata = m
		return out.Result, err
	})
	return middleware.InitializeOutput{Result: result}, metadata, err
}

// Item is an item of the table: what attributevalue makes of it.
type Item = map[string]any

// Items reads the whole table, by "PK SK". Only tests may do such a thing.
func (a *Account) Items(t *testing.T) map[string]Item {
	t.Helper()
	items, err := a.items(t.Context())
	if err != nil {
		t.Fatalf("read the table: %v", err)
	}
	return items
}

func (a *Account) items(ctx context.Context) (map[string]Item, error) {
	items := map[string]Item{}
	pages := dynamodb.NewScanPaginator(a.reader, &dynamodb.ScanInput{
		TableName: aws.String(a.table), ConsistentRead: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var read []Item
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &read); err != nil {
			return nil, err
		}
		for _, it := range read {
			items[fmt.Sprintf("%v %v", it["PK"], it["SK"])] = it
		}
	}
	return items, nil
}

// TableName is the table's name, for a test that reads it in ways of its own.
func (a *Account) TableName() string { return a.table }
