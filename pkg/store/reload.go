package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type reloadItem struct {
	Enabled   bool   `dynamodbav:"enabled"`
	Threshold int64  `dynamodbav:"threshold"`
	Amount    int64  `dynamodbav:"amount"`
	Failures  int    `dynamodbav:"failures,omitempty"`
	Problem   string `dynamodbav:"problem,omitempty"`
	Number    int64  `dynamodbav:"number,omitempty"`
	Flying    int64  `dynamodbav:"flying,omitempty"` // the amount under way
	StartedAt millis `dynamodbav:"started_at,omitempty"`
	Until     millis `dynamodbav:"until,omitempty"`
	Revision  int64  `dynamodbav:"revision"`
}

func (i reloadItem) value() billing.AutoReload {
	return billing.AutoReload{
		Enabled: i.Enabled, Threshold: i.Threshold, Amount: i.Amount, Failures: i.Failures, Problem: i.Problem, Number: i.Number,
		Flight:   billing.ReloadFlight{Amount: i.Flying, StartedAt: i.StartedAt.time(), Until: i.Until.time()},
		Revision: i.Revision,
	}
}

// SaveReload writes how a wallet is reloaded over the revision that was read,
// beside the balances. It is billing.Conflict if somebody else wrote meanwhile.
// A reload that is under way is due when nobody works on it any more.
func (t *Table) SaveReload(ctx context.Context, s billing.Scope, currency, user string, r billing.AutoReload) error {
	at := bookKey(s, currency, billing.WalletBook(user))
	reload, err := attributevalue.Marshal(reloadItem{
		Enabled: r.Enabled, Threshold: r.Threshold, Amount: r.Amount, Failures: r.Failures, Problem: r.Problem, Number: r.Number,
		Flying: r.Flight.Amount, StartedAt: toMillis(r.Flight.StartedAt), Until: toMillis(r.Flight.Until), Revision: r.Revision + 1,
	})
	if err != nil {
		return fmt.Errorf("encode reload: %w", err)
	}
	update := "SET reload = :reload, #user = :user, currency = :currency"
	values := item{
		":reload": reload, ":user": &types.AttributeValueMemberS{Value: user}, ":currency": &types.AttributeValueMemberS{Value: currency},
	}
	if r.Flying() {
		list, order := due(s, r.Flight.Until, user)
		update += ", by_project = :list, list_order = :order"
		values[":list"], values[":order"] = &types.AttributeValueMemberS{Value: list}, &types.AttributeValueMemberS{Value: order}
	} else {
		update += " REMOVE by_project, list_order"
	}
	condition := "attribute_not_exists(reload)"
	if r.Revision > 0 {
		condition = "reload.revision = :read"
		values[":read"] = number(r.Revision)
	}
	_, err = t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(t.name),
		Key:                       at.attributes(),
		UpdateExpression:          aws.String(update),
		ConditionExpression:       aws.String(condition),
		ExpressionAttributeNames:  map[string]string{"#user": "user"},
		ExpressionAttributeValues: values,
	})
	if saved, known := holds(err); known {
		if !saved {
			return billing.ConcurrentChange("wallet")
		}
		return nil
	}
	return fmt.Errorf("save reload of %s: %w", user, err)
}
