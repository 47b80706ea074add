package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

// bodyItem is an event as Stripe sent it, compressed: an item has 400 KB.
type bodyItem struct {
	key
	Body      []byte `dynamodbav:"body"`
	ExpiresAt int64  `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

// keep is a Put of an event's body.
func (t *Table) keep(s billing.Scope, r billing.EventRecord, body []byte) (types.TransactWriteItem, error) {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	if _, err := w.Write(body); err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("compress event: %w", err)
	}
	if err := w.Close(); err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("compress event: %w", err)
	}
	it, err := attributevalue.MarshalMap(bodyItem{
		key:       bodyKey(s, r.ID),
		Body:      compressed.Bytes(),
		ExpiresAt: r.ReceivedAt.Add(recordLife).Unix(),
	})
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("encode event: %w", err)
	}
	return types.TransactWriteItem{Put: &types.Put{TableName: aws.String(t.name), Item: it}}, nil
}

// Body is an event as Stripe sent it, if it was quarantined; nil if not.
func (t *Table) Body(ctx context.Context, s billing.Scope, event string) ([]byte, error) {
	k := bodyKey(s, event)
	found, err := t.get(ctx, k)
	if err != nil || found[k] == nil {
		return nil, err
	}
	kept, err := decode[bodyItem](found[k])
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(kept.Body))
	if err != nil {
		return nil, fmt.Errorf("read quarantined event %s: %w", event, err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read quarantined event %s: %w", event, err)
	}
	return body, r.Close()
}
