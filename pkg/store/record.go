package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// How long event records are kept: all of them longer than Stripe delivers an
// event (3 days) or lists it (30 days), and those that changed something for
// more than a year, because they are the history of what they changed.
const (
	recordLife  = 90 * 24 * time.Hour
	historyLife = 400 * 24 * time.Hour
)

type eventItem struct {
	key
	ID         string          `dynamodbav:"id"`
	Type       string          `dynamodbav:"type"`
	Object     string          `dynamodbav:"object,omitempty"`
	APIVersion string          `dynamodbav:"api_version,omitempty"`
	Outcome    billing.Outcome `dynamodbav:"outcome"`
	Reason     string          `dynamodbav:"reason,omitempty"`
	Created    millis          `dynamodbav:"created"`
	ReceivedAt millis          `dynamodbav:"received_at"`
	Attempts   int             `dynamodbav:"attempts"`
	Took       int64           `dynamodbav:"took_ms,omitempty"`
	Steps      []stepItem      `dynamodbav:"steps,omitempty"`
	ExpiresAt  int64           `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

type stepItem struct {
	Row      string      `dynamodbav:"row"`
	Changes  [][3]string `dynamodbav:"changes"` // field, from, to: short, as every event has some
	Previous refItem     `dynamodbav:"previous,omitempty"`
}

type refItem struct {
	ID      string `dynamodbav:"id,omitempty"`
	Created millis `dynamodbav:"created,omitempty"`
}

func refItemOf(r billing.EventRef) refItem { return refItem{r.ID, toMillis(r.Created)} }

func (i refItem) value() billing.EventRef {
	return billing.EventRef{ID: i.ID, Created: i.Created.time()}
}

func eventItemOf(s billing.Scope, r billing.EventRecord) eventItem {
	life := recordLife
	if len(r.Steps) > 0 {
		life = historyLife
	}
	i := eventItem{
		key:        eventKey(s, r.Created, r.ID),
		ID:         r.ID,
		Type:       r.Type,
		Object:     r.Object,
		APIVersion: r.APIVersion,
		Outcome:    r.Outcome,
		Reason:     r.Reason,
		Created:    toMillis(r.Created),
		ReceivedAt: toMillis(r.ReceivedAt),
		Attempts:   r.Attempts,
		Took:       r.Took.Milliseconds(),
		ExpiresAt:  r.ReceivedAt.Add(life).Unix(),
	}
	for _, step := range r.Steps {
		kept := stepItem{Row: step.Row, Previous: refItemOf(step.Previous)}
		for _, c := range step.Changes {
			kept.Changes = append(kept.Changes, [3]string{c.Field, c.From, c.To})
		}
		i.Steps = append(i.Steps, kept)
	}
	return i
}

func (i eventItem) value() billing.EventRecord {
	r := billing.EventRecord{
		ID:         i.ID,
		Type:       i.Type,
		Object:     i.Object,
		APIVersion: i.APIVersion,
		Outcome:    i.Outcome,
		Reason:     i.Reason,
		Created:    i.Created.time(),
		ReceivedAt: i.ReceivedAt.time(),
		Attempts:   i.Attempts,
		Took:       time.Duration(i.Took) * time.Millisecond,
	}
	for _, kept := range i.Steps {
		step := billing.Step{Row: kept.Row, Previous: kept.Previous.value()}
		for _, c := range kept.Changes {
			step.Changes = append(step.Changes, billing.Change{Field: c[0], From: c[1], To: c[2]})
		}
		r.Steps = append(r.Steps, step)
	}
	return r
}

// record is a Put of an event record over the attempts that were read: 1 for
// an event that was not recorded before.
func (t *Table) record(s billing.Scope, r billing.EventRecord) (types.TransactWriteItem, error) {
	it, err := attributevalue.MarshalMap(eventItemOf(s, r))
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("encode event record: %w", err)
	}
	put := &types.Put{TableName: aws.String(t.name), Item: it, ConditionExpression: aws.String("attribute_not_exists(PK)")}
	if r.Attempts > 1 {
		put.ConditionExpression = aws.String("attempts = :read")
		put.ExpressionAttributeValues = item{":read": &types.AttributeValueMemberN{Value: strconv.Itoa(r.Attempts - 1)}}
	}
	return types.TransactWriteItem{Put: put}, nil
}

// Record reads the record of an event; nil if there is none.
func (t *Table) Record(ctx context.Context, s billing.Scope, at billing.EventRef) (*billing.EventRecord, error) {
	k := eventKey(s, at.Created, at.ID)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("record of %s: %w", at.ID, err)
	}
	return row[eventItem](found[k])
}

// RecordOutcome writes the record of an event that changed nothing else, and
// keeps its body if there is one. The record's Attempts are one more than was
// read; if another delivery was recorded meanwhile, that one's record stays.
func (t *Table) RecordOutcome(ctx context.Context, s billing.Scope, r billing.EventRecord, body []byte) error {
	put, err := t.record(s, r)
	if err != nil {
		return err
	}
	writes := []types.TransactWriteItem{put}
	if body != nil {
		kept, err := t.keep(s, r, body)
		if err != nil {
			return err
		}
		writes = append(writes, kept)
	}
	if err := cancellation(t.transact(ctx, writes), true); !errors.Is(err, projector.ErrDuplicate) {
		return err
	}
	return nil
}
