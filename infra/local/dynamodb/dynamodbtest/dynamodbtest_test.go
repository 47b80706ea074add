package dynamodbtest_test

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/infra/local/dynamodb/dynamodbtest"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

func TestEveryTestHasAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, table := dynamodbtest.New(t)
			tables, err := client.ListTables(t.Context(), &sdk.ListTablesInput{})
			if err != nil {
				t.Fatal(err)
			}
			if os.Getenv("DYNAMODB_ENDPOINT") == "" && len(tables.TableNames) != 1 {
				t.Errorf("tables = %v, want only %s", tables.TableNames, table)
			}
			_, err = client.PutItem(t.Context(), &sdk.PutItemInput{
				TableName: aws.String(table),
				Item: map[string]types.AttributeValue{
					"PK": &types.AttributeValueMemberS{Value: "same"},
					"SK": &types.AttributeValueMemberS{Value: "key"},
				},
				ConditionExpression: aws.String("attribute_not_exists(PK)"),
			})
			if err != nil {
				t.Errorf("put an item that no other test can have put: %v", err)
			}
		})
	}
}
