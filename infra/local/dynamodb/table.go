package dynamodb

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/infra/local/sam"
)

// NewClient returns a client of the server at endpoint. Without -sharedDb each
// access key (letters and digits only) sees a database of its own.
func NewClient(endpoint, accessKey string) *sdk.Client {
	return sdk.New(sdk.Options{
		BaseEndpoint: aws.String(endpoint),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, "local", ""),
	})
}

// CreateTable creates the template's table under the given name, with its
// indexes and its time to live. A table that exists already is kept, provided
// that it still is what the template asks for.
func CreateTable(ctx context.Context, client *sdk.Client, table sam.Table, name string) error {
	_, err := client.CreateTable(ctx, createTableInput(table, name))
	var exists *types.ResourceInUseException
	if errors.As(err, &exists) {
		err = checkTable(ctx, client, table, name)
	}
	if err != nil {
		return fmt.Errorf("create table %s: %w", name, err)
	}
	if err := enableTTL(ctx, client, table, name); err != nil {
		return fmt.Errorf("enable time to live of table %s: %w", name, err)
	}
	return nil
}

func createTableInput(table sam.Table, name string) *sdk.CreateTableInput {
	input := &sdk.CreateTableInput{
		TableName:   aws.String(name),
		KeySchema:   keySchema(table.Key),
		BillingMode: types.BillingModePayPerRequest,
	}
	for _, attribute := range table.Attributes {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(attribute.Name),
			AttributeType: types.ScalarAttributeType(attribute.Type),
		})
	}
	for _, index := range table.Indexes {
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name),
			KeySchema: keySchema(index.Key),
			Projection: &types.Projection{
				ProjectionType:   types.ProjectionType(index.Projection),
				NonKeyAttributes: index.NonKeyAttributes,
			},
		})
	}
	return input
}

func keySchema(key []sam.KeyElement) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, element := range key {
		schema = append(schema, types.KeySchemaElement{
			AttributeName: aws.String(element.Attribute),
			KeyType:       types.KeyType(element.Type),
		})
	}
	return schema
}

// checkTable refuses a table that an older template created.
func checkTable(ctx context.Context, client *sdk.Client, table sam.Table, name string) error {
	output, err := client.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: aws.String(name)})
	if err != nil {
		return err
	}
	const fix = "the template has changed since; run `make dev-reset` to start anew"
	if !sameKey(output.Table.KeySchema, table.Key) {
		return errors.New("it exists with another key: " + fix)
	}
	existing := map[string][]types.KeySchemaElement{}
	for _, index := range output.Table.GlobalSecondaryIndexes {
		existing[aws.ToString(index.IndexName)] = index.KeySchema
	}
	for _, index := range table.Indexes {
		if !sameKey(existing[index.Name], index.Key) {
			return fmt.Errorf("it exists without the index %s: %s", index.Name, fix)
		}
	}
	return nil
}

func sameKey(have []types.KeySchemaElement, want []sam.KeyElement) bool {
	if len(have) != len(want) {
		return false
	}
	for i, element := range have {
		if aws.ToString(element.AttributeName) != want[i].Attribute || string(element.KeyType) != want[i].Type {
			return false
		}
	}
	return true
}

func enableTTL(ctx context.Context, client *sdk.Client, table sam.Table, name string) error {
	if table.TTLAttribute == "" {
		return nil
	}
	current, err := client.DescribeTimeToLive(ctx, &sdk.DescribeTimeToLiveInput{TableName: aws.String(name)})
	if err != nil {
		return err
	}
	if current.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled {
		return nil // enabling it again would be refused
	}
	_, err = client.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{
		TableName: aws.String(name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String(table.TTLAttribute),
			Enabled:       aws.Bool(true),
		},
	})
	return err
}
