package stack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/stack"
)

// TestMain starts one DynamoDB Local for all tests but the one that wants its own.
func TestMain(m *testing.M) {
	server, err := dynamodb.Start(context.Background(), dynamodb.Options{Root: "../../.."})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	err = os.Setenv("DYNAMODB_ENDPOINT", server.Endpoint())
	code := 1
	if err == nil {
		code = m.Run()
	}
	if err := server.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const template = `
Parameters:
  StripeApiBase: {Type: String, Default: ""}
  JwtIssuer: {Type: String, Default: ""}
Globals:
  Function:
    Handler: bootstrap
    Timeout: 10
    Environment:
      Variables:
        TABLE_NAME: !Ref Table
        JWT_SECRET_ID: !Ref JwtSecret
        JWT_ISSUER: !Ref JwtIssuer
        STRIPE_API_BASE: !Ref StripeApiBase
        OWN_API: !GetAtt Api.ApiEndpoint
        OWN_URL: !GetAtt ProbeFunctionUrl.FunctionUrl
        LEVEL: INFO
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  ProbeFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Env: {Type: HttpApi, Properties: {Method: GET, Path: /env}}
        Echo: {Type: HttpApi, Properties: {Method: POST, Path: "/echo/{id}"}}
        Sleep: {Type: HttpApi, Properties: {Method: GET, Path: "/sleep/{milliseconds}"}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
  JwtSecret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: !Sub ${AWS::StackName}/jwt
      GenerateSecretString: {PasswordLength: 64}
`

// repository makes a root with the template and a Makefile that builds the probe.
func repository(t *testing.T, template string) string {
	t.Helper()
	module, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	makefile := "build-ProbeFunction:\n\t@cd " + module +
		" && go build -o $(ARTIFACTS_DIR)/bootstrap ./infra/local/lambda/testdata/probe\n"
	root := t.TempDir()
	for name, content := range map[string]string{"template.yaml": template, "Makefile": makefile} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func start(t *testing.T, options stack.Options) *stack.Stack {
	t.Helper()
	if options.Root == "" {
		options.Root = repository(t, template)
	}
	s, err := stack.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func do(t *testing.T, method, url, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// environment asks the running function for its variables.
func environment(t *testing.T, s *stack.Stack) map[string]string {
	t.Helper()
	status, body := do(t, "GET", s.APIURL+"/env", "")
	var list []string
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("status %d, body %q: %v", status, body, err)
	}
	variables := map[string]string{}
	for _, variable := range list {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	return variables
}

func TestFunctionsSeeTheStackAsTheTemplateSays(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Environment: map[string]map[string]string{"ProbeFunction": {"LEVEL": "DEBUG"}}})
	got := environment(t, s)
	for name, want := range map[string]string{
		"TABLE_NAME":                       s.TableName,
		"JWT_ISSUER":                       stack.Issuer,
		"STRIPE_API_BASE":                  s.StripeURL,
		"OWN_API":                          s.APIURL,
		"OWN_URL":                          s.FunctionURLs["ProbeFunction"],
		"AWS_ENDPOINT_URL_DYNAMODB":        s.DynamoDBEndpoint,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.SecretsEndpoint,
		"LEVEL":                            "DEBUG", // overridden
	} {
		if got[name] != want || want == "" {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
	if len(s.JWTSecret) != 64 || !strings.HasPrefix(got["JWT_SECRET_ID"], "arn:aws:secretsmanager:") {
		t.Errorf("JWT secret of %d characters, id %q", len(s.JWTSecret), got["JWT_SECRET_ID"])
	}
}

func TestEveryDoorIsOpen(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	s := start(t, stack.Options{LogSink: &output})
	if status, body := do(t, "POST", s.APIURL+"/echo/1", "x"); status != 200 {
		t.Errorf("API: %d %s", status, body)
	}
	if status, body := do(t, "GET", s.APIURL+"/nowhere", ""); status != 404 || body != `{"message":"Not Found"}` {
		t.Errorf("unknown route: %d %s", status, body)
	}
	if status, body := do(t, "PUT", s.FunctionURLs["ProbeFunction"]+"echo/2", "x"); status != 200 {
		t.Errorf("function URL: %d %s", status, body)
	}
	if status, _ := do(t, "GET", s.StripeURL+"/v1/customers", ""); status != 401 {
		t.Errorf("Stripe sandbox without a key: %d, want 401", status)
	}
	if _, err := s.DynamoDB().DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: &s.TableName}); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(output.String(), "[ProbeFunction] probe: echo /echo/2\n") {
		t.Errorf("the log lacks what the function printed:\n%s", output.String())
	}
}

// expectClosed fails the test if anything still listens at a URL.
func expectClosed(t *testing.T, urls ...string) {
	t.Helper()
	for _, url := range urls {
		address := strings.Trim(strings.TrimPrefix(url, "http://"), "/")
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			_ = connection.Close()
			t.Errorf("%s still listens", url)
		}
	}
}

func doors(s *stack.Stack) []string {
	return []string{s.APIURL, s.FunctionURLs["ProbeFunction"], s.StripeURL, s.SecretsEndpoint}
}

func TestCancellationEndsEverything(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := stack.Start(ctx, stack.Options{Root: repository(t, template)})
	if err != nil {
		t.Fatal(err)
	}
	do(t, "GET", s.APIURL+"/sleep/0", "")
	cancel()
	if err := s.Close(); err != nil { // waits for what the cancellation began
		t.Fatal(err)
	}
	expectClosed(t, doors(s)...)
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "") // its own server; hence not parallel
	root, state := repositoryWithJar(t), filepath.Join(t.TempDir(), "state")
	key := map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "a"}}

	first := start(t, stack.Options{Root: root, StateDir: state})
	if _, err := first.DynamoDB().PutItem(t.Context(), &sdk.PutItemInput{TableName: &first.TableName, Item: key}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	expectClosed(t, append(doors(first), first.DynamoDBEndpoint)...)

	second := start(t, stack.Options{Root: root, StateDir: state})
	output, err := second.DynamoDB().GetItem(t.Context(), &sdk.GetItemInput{TableName: &second.TableName, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	if len(output.Item) != 1 {
		t.Errorf("item = %v, want the one put before", output.Item)
	}
	if second.JWTSecret != first.JWTSecret {
		t.Error("the JWT secret is another one")
	}
}

// repositoryWithJar is a root in which DynamoDB Local is found.
func repositoryWithJar(t *testing.T) string {
	t.Helper()
	root := repository(t, template)
	installed, err := filepath.Abs("../dynamodb")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "infra/local"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(installed, filepath.Join(root, "infra/local/dynamodb")); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestTakenPortBecomesAFreeOne(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	port := freePort(t)
	first := start(t, stack.Options{Ports: stack.Ports{API: port}})
	if portOf(t, first.APIURL) != port {
		t.Errorf("listens at %s, want the free port %d", first.APIURL, port)
	}
	second := start(t, stack.Options{
		Ports:  stack.Ports{API: port},
		Logger: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	if portOf(t, second.APIURL) == port {
		t.Errorf("both listen on port %d", port)
	}
	if !strings.Contains(logged.String(), "port is taken") {
		t.Errorf("the log does not say so:\n%s", logged.String())
	}
}

func portOf(t *testing.T, url string) (port int) {
	t.Helper()
	if _, err := fmt.Sscanf(url, "http://127.0.0.1:%d", &port); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return port
}

func TestFailuresOfStartAreCleanedUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, template string
		want           []string
	}{
		{"function that does not build", strings.Replace(template, "  ProbeFunction:", "  BrokenFunction:\n    Type: AWS::Serverless::Function\n  ProbeFunction:", 1),
			[]string{"build BrokenFunction", "No rule to make target"}},
		{"value that is not known", strings.Replace(template, "LEVEL: INFO", "LEVEL: !GetAtt Other.Arn", 1),
			[]string{"LEVEL", "!GetAtt Other.Arn"}},
		{"two tables", template + "  Other:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      KeySchema: [{AttributeName: PK, KeyType: HASH}]\n",
			[]string{"2 tables"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t)
			_, err := stack.Start(t.Context(), stack.Options{Root: repository(t, test.template), Ports: stack.Ports{Secrets: port}})
			if err == nil {
				t.Fatal("no error")
			}
			if missing := slices.DeleteFunc(slices.Clone(test.want), func(part string) bool { return strings.Contains(err.Error(), part) }); len(missing) > 0 {
				t.Errorf("error %q does not say %q", err, missing)
			}
			expectClosed(t, fmt.Sprintf("http://127.0.0.1:%d", port))
		})
	}
}

// freePort is one that nobody gets by asking for any free port: systems hand out
// those from 32768 up.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 20000 + rand.IntN(10000)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no free port from 20000 to 29999")
	return 0
}
