package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type switchItem struct {
	key
	Tenant       string          `dynamodbav:"tenant"`
	Enabled      bool            `dynamodbav:"enabled,omitempty"`
	EnabledAt    millis          `dynamodbav:"enabled_at,omitempty"`
	Gateway      billing.Gateway `dynamodbav:"gateway,omitempty"`
	DisabledAt   millis          `dynamodbav:"disabled_at,omitempty"`
	ClosingUntil millis          `dynamodbav:"closing_until,omitempty"`
	Test         connectedItem   `dynamodbav:"test,omitempty"`
	Live         connectedItem   `dynamodbav:"live,omitempty"`
	Revision     int64           `dynamodbav:"revision"`
}

type connectedItem struct {
	Account  string `dynamodbav:"account,omitempty"`
	LinkedAt millis `dynamodbav:"linked_at,omitempty"`
}

func (i connectedItem) value() billing.ConnectedAccount {
	return billing.ConnectedAccount{ID: i.Account, LinkedAt: i.LinkedAt.time()}
}

// switchItemOf is the item of a switch's next revision.
func switchItemOf(s billing.Switch) switchItem {
	return switchItem{
		key: switchKey(s.Tenant), Tenant: s.Tenant, Enabled: s.Enabled, EnabledAt: toMillis(s.EnabledAt), Gateway: s.Gateway,
		DisabledAt: toMillis(s.DisabledAt), ClosingUntil: toMillis(s.ClosingUntil),
		Test: connectedItem{s.Test.ID, toMillis(s.Test.LinkedAt)}, Live: connectedItem{s.Live.ID, toMillis(s.Live.LinkedAt)},
		Revision: s.Revision + 1,
	}
}

func (i switchItem) value() billing.Switch {
	return billing.Switch{
		Tenant: i.Tenant, Enabled: i.Enabled, EnabledAt: i.EnabledAt.time(), Gateway: i.Gateway,
		DisabledAt: i.DisabledAt.time(), ClosingUntil: i.ClosingUntil.time(),
		Test: i.Test.value(), Live: i.Live.value(), Revision: i.Revision,
	}
}

// Switch reads a tenant's billing switch, strongly consistent; one that was
// never touched is the zero Switch with the tenant's name.
func (t *Table) Switch(ctx context.Context, tenant string) (billing.Switch, error) {
	found, err := t.get(ctx, switchKey(tenant))
	if err != nil {
		return billing.Switch{}, fmt.Errorf("billing switch: %w", err)
	}
	if found[switchKey(tenant)] == nil {
		return billing.Switch{Tenant: tenant}, nil
	}
	i, err := decode[switchItem](found[switchKey(tenant)])
	return i.value(), err
}

// SaveSwitch writes a switch over the revision it was read at, 0 for a new one.
// It is billing.Conflict if somebody wrote in between.
func (t *Table) SaveSwitch(ctx context.Context, s billing.Switch) error {
	saved, err := t.put(ctx, switchItemOf(s), s.Revision)
	switch {
	case err != nil:
		return fmt.Errorf("save billing switch: %w", err)
	case !saved:
		return billing.ConcurrentChange("billing switch")
	}
	return nil
}

type tenantItem struct {
	key
	Tenant string `dynamodbav:"tenant"`
}

// errConnectedElsewhere refuses an account that acts for another tenant: its
// events would have two owners.
var errConnectedElsewhere = billing.NewError(billing.Conflict, "connect_account_taken", "The Stripe account is connected to another tenant")

// ConnectAccount writes a switch as SaveSwitch does, and that the account that
// it now has in a mode is its tenant's, in the place of the former one; empty:
// there was none. It is billing.Conflict if the account is another tenant's.
func (t *Table) ConnectAccount(ctx context.Context, s billing.Switch, former string, m billing.Mode) error {
	saved, err := t.replace(switchItemOf(s), s.Revision)
	if err != nil {
		return err
	}
	it, err := attributevalue.MarshalMap(tenantItem{connectedKey(s.Account(m).ID, m), s.Tenant})
	if err != nil {
		return fmt.Errorf("encode item: %w", err)
	}
	writes := []types.TransactWriteItem{saved, {Put: &types.Put{
		TableName: aws.String(t.name), Item: it,
		ConditionExpression:       aws.String("attribute_not_exists(PK) OR tenant = :tenant"),
		ExpressionAttributeValues: item{":tenant": &types.AttributeValueMemberS{Value: s.Tenant}},
	}}}
	if former != "" && former != s.Account(m).ID {
		writes = append(writes, t.forgotten(former, m))
	}
	err = t.transact(ctx, writes)
	var canceled *types.TransactionCanceledException
	switch {
	case errors.As(err, &canceled) && aws.ToString(canceled.CancellationReasons[1].Code) == reasonCondition:
		return errConnectedElsewhere.Because(err)
	case standsInTheWay(err):
		return billing.ConcurrentChange("billing switch").Because(err)
	case err != nil:
		return fmt.Errorf("connect account: %w", err)
	}
	return nil
}

// DisconnectAccount writes a switch as SaveSwitch does, which has the account
// in a mode no more.
func (t *Table) DisconnectAccount(ctx context.Context, s billing.Switch, account string, m billing.Mode) error {
	saved, err := t.replace(switchItemOf(s), s.Revision)
	if err != nil {
		return err
	}
	err = t.transact(ctx, []types.TransactWriteItem{saved, t.forgotten(account, m)})
	switch {
	case standsInTheWay(err):
		return billing.ConcurrentChange("billing switch").Because(err)
	case err != nil:
		return fmt.Errorf("disconnect account: %w", err)
	}
	return nil
}

// forgotten takes away whose connected account it was.
func (t *Table) forgotten(account string, m billing.Mode) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: aws.String(t.name), Key: connectedKey(account, m).attributes()}}
}

// TenantOf is whose connected account it is; empty: nobody's.
func (t *Table) TenantOf(ctx context.Context, account string, m billing.Mode) (string, error) {
	k := connectedKey(account, m)
	found, err := t.get(ctx, k)
	if err != nil {
		return "", fmt.Errorf("tenant of %s: %w", account, err)
	}
	i, err := decode[tenantItem](found[k])
	return i.Tenant, err
}
