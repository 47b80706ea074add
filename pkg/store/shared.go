package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// sharedItem says whose a customer is in an account that projects share.
type sharedItem struct {
	key
	Project string `dynamodbav:"project"`
}

// ShareCustomer keeps whose a customer is in an account that projects share, so
// that events find the project by it, and puts the scope on the list of those to
// reconcile. Done again, it changes nothing.
func (t *Table) ShareCustomer(ctx context.Context, s billing.Scope, r billing.Route, customer string) error {
	it, err := attributevalue.MarshalMap(sharedItem{sharedCustomerKey(r, s.Mode, customer), s.Project.String()})
	if err != nil {
		return fmt.Errorf("encode item: %w", err)
	}
	if _, err := t.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(t.name), Item: it}); err != nil {
		return fmt.Errorf("keep whose customer %s is: %w", customer, err)
	}
	listed := t.registration(s).Update
	if _, err := t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: listed.TableName, Key: listed.Key, UpdateExpression: listed.UpdateExpression,
		ExpressionAttributeNames: listed.ExpressionAttributeNames, ExpressionAttributeValues: listed.ExpressionAttributeValues,
	}); err != nil {
		return fmt.Errorf("put %s on the list to reconcile: %w", s, err)
	}
	return nil
}

// ProjectOfCustomer is whose customer it is in an account that projects share;
// zero: unknown.
func (t *Table) ProjectOfCustomer(ctx context.Context, r billing.Route, m billing.Mode, customer string) (uuid.UUID, error) {
	k := sharedCustomerKey(r, m, customer)
	found, err := t.get(ctx, k)
	if err != nil || found[k] == nil {
		return uuid.Nil, err
	}
	i, err := decode[sharedItem](found[k])
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.Parse(i.Project)
}

// served reports whether a scope without keys of its own is served through its
// tenant's gateway.
func (t *Table) served(ctx context.Context, s billing.Scope, config *billing.StripeConfig) (bool, error) {
	found, err := t.get(ctx, projectKey(s.Project))
	if err != nil {
		return false, fmt.Errorf("project %s: %w", s.Project, err)
	}
	project, err := decode[projectItem](found[projectKey(s.Project)])
	if err != nil || project.ID == "" || project.DeletedAt != 0 {
		return false, err
	}
	sw, err := t.Switch(ctx, project.Owner)
	if err != nil {
		return false, err
	}
	route, err := billing.RouteOf(config, sw, s.Mode)
	return err == nil && !route.Own(), nil
}
