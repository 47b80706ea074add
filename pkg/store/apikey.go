package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// apiKeyItem is written twice: once to be found by its hash, once to be listed.
// Both copies are written by the same transactions.
type apiKeyItem struct {
	key
	ID        string `dynamodbav:"id"`
	Hash      string `dynamodbav:"hash"`
	Secret    string `dynamodbav:"secret_hash,omitempty"` // of the pair's secret part
	Prefix    string `dynamodbav:"prefix"`
	Name      string `dynamodbav:"name,omitempty"`
	Owner     string `dynamodbav:"owner"`
	Project   string `dynamodbav:"project,omitempty"` // none: a developer's key
	CreatedAt millis `dynamodbav:"created_at"`
	RevokedAt millis `dynamodbav:"revoked_at,omitempty"`
}

func apiKeyItemOf(at key, k billing.Key) apiKeyItem {
	i := apiKeyItem{
		key:       at,
		ID:        k.ID.String(),
		Hash:      k.Hash.String(),
		Prefix:    k.Prefix,
		Name:      k.Name,
		Owner:     k.Tenant,
		CreatedAt: toMillis(k.CreatedAt),
		RevokedAt: toMillis(k.RevokedAt),
	}
	if k.Project != uuid.Nil {
		i.Project = k.Project.String()
	}
	if k.Secret != (billing.KeyHash{}) {
		i.Secret = k.Secret.String()
	}
	return i
}

func decodeKey(it item) (billing.Key, error) {
	i, err := decode[apiKeyItem](it)
	if err != nil {
		return billing.Key{}, err
	}
	hash, err := billing.ParseKeyHash(i.Hash)
	if err != nil {
		return billing.Key{}, fmt.Errorf("key %s: %w", i.ID, err)
	}
	k := billing.Key{
		ID:        uuid.MustParse(i.ID),
		Hash:      hash,
		Prefix:    i.Prefix,
		Name:      i.Name,
		Tenant:    i.Owner,
		CreatedAt: i.CreatedAt.time(),
		RevokedAt: i.RevokedAt.time(),
	}
	if i.Project != "" {
		k.Project = uuid.MustParse(i.Project)
	}
	if i.Secret != "" {
		if k.Secret, err = billing.ParseKeyHash(i.Secret); err != nil {
			return billing.Key{}, fmt.Errorf("secret part of key %s: %w", i.ID, err)
		}
	}
	return k, nil
}

// CreateKey stores a new key. A developer's key over the limit of active ones
// is billing.Conflict, as is one beside another at the same moment.
func (t *Table) CreateKey(ctx context.Context, k billing.Key) error {
	var writes []types.TransactWriteItem
	for _, at := range []key{apiKeyHashKey(k.Hash), apiKeyKey(k.Tenant, k.Project, k.ID)} {
		w, err := t.create(apiKeyItemOf(at, k))
		if err != nil {
			return err
		}
		writes = append(writes, w)
	}
	if k.Project == uuid.Nil {
		writes = append(writes, t.countKey(k.Tenant, +1))
	}
	err := t.transact(ctx, writes)
	switch {
	case tooManyKeys(err):
		return billing.NewError(billing.Conflict, "too_many_keys",
			fmt.Sprintf("A developer has %d active keys at most; revoke one first", billing.MaxDeveloperKeys)).Because(err)
	case standsInTheWay(err):
		return billing.ConcurrentChange("list of keys").Because(err)
	case err != nil:
		return fmt.Errorf("create key: %w", err)
	}
	return nil
}

// countKey counts a developer's active keys, up to the limit.
func (t *Table) countKey(owner string, n int) types.TransactWriteItem {
	u := &types.Update{
		TableName:                 aws.String(t.name),
		Key:                       apiKeyCountKey(owner).attributes(),
		UpdateExpression:          aws.String("ADD active_keys :n"),
		ExpressionAttributeValues: item{":n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)}},
	}
	if n > 0 {
		u.ConditionExpression = aws.String("attribute_not_exists(active_keys) OR active_keys < :max")
		u.ExpressionAttributeValues[":max"] = &types.AttributeValueMemberN{Value: strconv.Itoa(billing.MaxDeveloperKeys)}
	}
	return types.TransactWriteItem{Update: u}
}

// tooManyKeys reports whether the count, the third write of a developer's key,
// refused it.
func tooManyKeys(err error) bool {
	var canceled *types.TransactionCanceledException
	return errors.As(err, &canceled) && len(canceled.CancellationReasons) == 3 &&
		aws.ToString(canceled.CancellationReasons[2].Code) == reasonCondition
}

// Keys lists the keys of a project, or of a developer where there is no
// project, newest first.
func (t *Table) Keys(ctx context.Context, owner string, project uuid.UUID) ([]billing.Key, error) {
	items, err := t.query(ctx, apiKeyPartition(owner, project), apiKeyPrefix)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	keys := make([]billing.Key, 0, len(items))
	for _, it := range slices.Backward(items) {
		k, err := decodeKey(it)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// RevokeKey ends a key of a project, or of a developer where there is no
// project. A revoked key stays as it is; an unknown one is billing.NotFound.
func (t *Table) RevokeKey(ctx context.Context, owner string, project, id uuid.UUID, now time.Time) error {
	at := apiKeyKey(owner, project, id)
	found, err := t.get(ctx, at)
	if err != nil {
		return fmt.Errorf("key %s: %w", id, err)
	}
	if found[at] == nil {
		return billing.NewError(billing.NotFound, "key_not_found", "API key not found")
	}
	k, err := decodeKey(found[at])
	if err != nil || !k.Active() {
		return err
	}
	writes := []types.TransactWriteItem{t.revoke(apiKeyHashKey(k.Hash), now), t.revoke(at, now)}
	if project == uuid.Nil {
		writes = append(writes, t.countKey(owner, -1))
	}
	err = t.transact(ctx, writes)
	switch {
	case standsInTheWay(err):
		return billing.ConcurrentChange("key").Because(err)
	case err != nil:
		return fmt.Errorf("revoke key %s: %w", id, err)
	}
	return nil
}

func (t *Table) revoke(at key, now time.Time) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:           aws.String(t.name),
		Key:                 at.attributes(),
		UpdateExpression:    aws.String("SET revoked_at = :now"),
		ConditionExpression: aws.String("attribute_exists(PK) AND attribute_not_exists(revoked_at)"),
		ExpressionAttributeValues: item{
			":now": &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(toMillis(now)), 10)},
		},
	}}
}

// KeysByHash reads the keys that have these hashes, in one call; hashes of no
// key are absent.
func (t *Table) KeysByHash(ctx context.Context, hashes ...billing.KeyHash) ([]billing.Key, error) {
	at := make([]key, 0, len(hashes))
	for _, h := range hashes {
		if k := apiKeyHashKey(h); !slices.Contains(at, k) { // DynamoDB refuses to read an item twice
			at = append(at, k)
		}
	}
	found, err := t.get(ctx, at...)
	if err != nil {
		return nil, fmt.Errorf("keys by hash: %w", err)
	}
	keys := make([]billing.Key, 0, len(found))
	for _, it := range found {
		k, err := decodeKey(it)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}
