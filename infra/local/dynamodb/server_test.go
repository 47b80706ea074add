package dynamodb_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/sam"
)

// These tests start servers of their own, whatever DYNAMODB_ENDPOINT says, and
// therefore set the environment and do not run in parallel.

func start(t *testing.T, dataDir string) *dynamodb.Server {
	t.Helper()
	t.Setenv("DYNAMODB_ENDPOINT", "")
	server, err := dynamodb.Start(t.Context(), dynamodb.Options{Root: "../../..", DataDir: dataDir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, server) })
	return server
}

// stop closes the server and checks that nothing answers any more.
func stop(t *testing.T, server *dynamodb.Server) {
	t.Helper()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	response, err := http.Get(server.Endpoint())
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("%s still answers", server.Endpoint())
	}
}

var items = sam.Table{
	Attributes:   []sam.Attribute{{Name: "PK", Type: "S"}, {Name: "SK", Type: "S"}},
	Key:          []sam.KeyElement{{Attribute: "PK", Type: "HASH"}, {Attribute: "SK", Type: "RANGE"}},
	TTLAttribute: "expires_at",
}

func withIndex(table sam.Table) sam.Table {
	table.Attributes = append(table.Attributes, sam.Attribute{Name: "GSI1PK", Type: "S"})
	table.Indexes = []sam.Index{{
		Name:             "GSI1",
		Key:              []sam.KeyElement{{Attribute: "GSI1PK", Type: "HASH"}, {Attribute: "SK", Type: "RANGE"}},
		Projection:       "INCLUDE",
		NonKeyAttributes: []string{"status"},
	}}
	return table
}

func create(t *testing.T, client *sdk.Client, table sam.Table) {
	t.Helper()
	if err := dynamodb.CreateTable(t.Context(), client, table, "items"); err != nil {
		t.Fatal(err)
	}
}

func TestTableIsCreatedAsDescribed(t *testing.T) {
	client := dynamodb.NewClient(start(t, "").Endpoint(), "one")
	create(t, client, withIndex(items))
	create(t, client, withIndex(items)) // again: fine
	output, err := client.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("items")})
	if err != nil {
		t.Fatal(err)
	}
	if len(output.Table.GlobalSecondaryIndexes) != 1 || aws.ToString(output.Table.KeySchema[1].AttributeName) != "SK" {
		t.Fatalf("table = %+v", output.Table)
	}
	projection := output.Table.GlobalSecondaryIndexes[0].Projection
	if diff := cmp.Diff([]string{"status"}, projection.NonKeyAttributes); diff != "" || projection.ProjectionType != "INCLUDE" {
		t.Errorf("projection %s, attributes (-want +got):\n%s", projection.ProjectionType, diff)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &sdk.DescribeTimeToLiveInput{TableName: aws.String("items")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(ttl.TimeToLiveDescription.AttributeName); got != "expires_at" {
		t.Errorf("time to live by %q, want expires_at", got)
	}
}

func TestTableOfAnOlderTemplateIsRefused(t *testing.T) {
	client := dynamodb.NewClient(start(t, "").Endpoint(), "one")
	create(t, client, items)
	otherKey := items
	otherKey.Key = []sam.KeyElement{{Attribute: "PK", Type: "HASH"}}
	otherKey.Attributes = items.Attributes[:1]
	for name, table := range map[string]sam.Table{"without the index GSI1": withIndex(items), "another key": otherKey} {
		err := dynamodb.CreateTable(t.Context(), client, table, "items")
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "make dev-reset") {
			t.Errorf("err = %v, want one that says %q and the fix", err, name)
		}
	}
}

func TestAccessKeysHaveDatabasesOfTheirOwn(t *testing.T) {
	server := start(t, "")
	create(t, dynamodb.NewClient(server.Endpoint(), "one"), items)
	output, err := dynamodb.NewClient(server.Endpoint(), "two").ListTables(t.Context(), &sdk.ListTablesInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(output.TableNames) != 0 {
		t.Errorf("tables = %v, want none", output.TableNames)
	}
}

func TestDataOutlivesTheServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	key := map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "a"},
		"SK": &types.AttributeValueMemberS{Value: "b"},
	}
	first := start(t, dir)
	client := dynamodb.NewClient(first.Endpoint(), "one")
	create(t, client, items)
	if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("items"), Item: key}); err != nil {
		t.Fatal(err)
	}
	stop(t, first)

	client = dynamodb.NewClient(start(t, dir).Endpoint(), "two") // all keys share the data
	create(t, client, items)
	output, err := client.GetItem(t.Context(), &sdk.GetItemInput{TableName: aws.String("items"), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if len(output.Item) != 2 {
		t.Errorf("item = %v, want the one put before", output.Item)
	}
}

func TestServerOfSomebodyElseIsUsedAndLeftAlone(t *testing.T) {
	own := start(t, "")
	t.Setenv("DYNAMODB_ENDPOINT", own.Endpoint())
	other, err := dynamodb.Start(t.Context(), dynamodb.Options{Root: "../../.."})
	if err != nil {
		t.Fatal(err)
	}
	if other.Endpoint() != own.Endpoint() {
		t.Errorf("endpoint %s, want %s", other.Endpoint(), own.Endpoint())
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	create(t, dynamodb.NewClient(own.Endpoint(), "one"), items)
}

func TestWhatIsMissingIsNamedInOneLine(t *testing.T) {
	empty := t.TempDir()
	// A Java that is too old, and one that is fine but has nothing to run.
	javaHome := func(version string) string {
		home := t.TempDir()
		script := "#!/bin/sh\necho 'openjdk version \"" + version + "\"' >&2\n"
		if err := os.MkdirAll(filepath.Join(home, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, "bin", "java"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		return home
	}
	root := t.TempDir() // a repository in which nothing is installed
	if err := os.MkdirAll(filepath.Join(root, "infra/local/dynamodb"), 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		environment map[string]string
		want        []string
	}{
		{"no Java", map[string]string{"PATH": empty}, []string{"java not found", "install Java 17"}},
		{"old Java", map[string]string{"JAVA_HOME": javaHome("1.8.0_392")}, []string{"java is version 8", "install Java 17"}},
		{"older Java", map[string]string{"JAVA_HOME": javaHome("11.0.2")}, []string{"java is version 11", "install Java 17"}},
		{"no npm", map[string]string{"JAVA_HOME": javaHome("17.0.1"), "PATH": empty}, []string{"npm not found", "install Node 20"}},
		{"folder without the jar", map[string]string{"DYNAMODB_LOCAL_DIR": empty}, []string{"DYNAMODB_LOCAL_DIR", "DynamoDBLocal.jar"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, name := range []string{"DYNAMODB_ENDPOINT", "DYNAMODB_LOCAL_DIR", "JAVA_HOME"} {
				t.Setenv(name, "")
			}
			for name, value := range test.environment {
				t.Setenv(name, value)
			}
			_, err := dynamodb.Start(t.Context(), dynamodb.Options{Root: root})
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("err = %v, want one line", err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestOutputOfAServerThatFailsIsShown(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "DynamoDBLocal.jar"), []byte("no jar"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DYNAMODB_LOCAL_DIR", dir)
	_, err := dynamodb.Start(t.Context(), dynamodb.Options{Root: "../../.."})
	if err == nil || !strings.Contains(err.Error(), "jarfile") {
		t.Errorf("err = %v, want Java's complaint about the jar", err)
	}
}
