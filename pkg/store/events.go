package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// What one page of events may read: so many rounds, each of at most so many
// months, and of each of their shards so many records when some are picked out.
const (
	eventRounds   = 8
	fewestMonths  = 2
	mostMonths    = 8
	pickedRecords = 50
)

// Events lists event records, newest at Stripe first. It merges the shards of
// the months that the query spans, newest month first, and reads a bounded
// part of them: where few events match, pages are short and the next one goes
// on where this one stopped.
func (t *Table) Events(ctx context.Context, s billing.Scope, q billing.EventQuery) (billing.EventPage, error) {
	page := billing.EventPage{Events: []billing.EventRecord{}}
	at := billing.EventRef{Created: q.To}
	if q.After != (billing.EventRef{}) && q.After.Created.Before(q.To) {
		at = q.After
	}
	from := eventOrder(billing.EventRef{Created: q.From})
	months := fewestMonths
	for range eventRounds {
		if eventOrder(at) <= from {
			return page, nil
		}
		stretch, err := t.stretch(ctx, s, q, at, months)
		if err != nil {
			return page, fmt.Errorf("list events: %w", err)
		}
		for _, r := range stretch.records {
			if !q.Matches(r) {
				continue
			}
			if len(page.Events) == q.Limit {
				page.Next = page.Events[q.Limit-1].Ref()
				return page, nil
			}
			page.Events = append(page.Events, r)
		}
		at = stretch.end
		if months = min(2*months, mostMonths); at.ID != "" {
			months = 1 // a busy one
		}
	}
	if eventOrder(at) > from {
		page.Next = at
	}
	return page, nil
}

// stretch is all records between two places of the list, newest first.
type stretch struct {
	records []billing.EventRecord
	// end is the last record, or without an ID, the second from which on there
	// are no more.
	end billing.EventRef
}

// stretch reads on from a place of the list, through so many months. A shard
// that has more than was read ends the stretch: the others' records beyond it
// are read again the next time.
func (t *Table) stretch(ctx context.Context, s billing.Scope, q billing.EventQuery, from billing.EventRef, months int) (stretch, error) {
	newest := from.Created
	if from.ID == "" {
		newest = newest.Add(-time.Second)
	}
	first := startOfMonth(newest)
	last := first.AddDate(0, 1-months, 0)
	if earliest := startOfMonth(q.From); last.Before(earliest) {
		last = earliest
	}
	read := stretch{end: billing.EventRef{Created: later(last, q.From)}}
	var partitions []string
	for month := first; !month.Before(last); month = month.AddDate(0, -1, 0) {
		for shard := range eventShards {
			partitions = append(partitions, eventPartition(s, month, shard))
		}
	}
	shards := make([]stretch, len(partitions))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, partition := range partitions {
		group.Go(func() (err error) {
			shards[i], err = t.eventShard(ctx, partition, q, from)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return read, err
	}
	for _, shard := range shards {
		read.records = append(read.records, shard.records...)
		if eventOrder(shard.end) > eventOrder(read.end) {
			read.end = shard.end
		}
	}
	read.records = slices.DeleteFunc(read.records, func(r billing.EventRecord) bool {
		return eventOrder(r.Ref()) < eventOrder(read.end)
	})
	slices.SortFunc(read.records, func(a, b billing.EventRecord) int {
		return cmp.Compare(eventOrder(b.Ref()), eventOrder(a.Ref()))
	})
	return read, nil
}

// eventShard reads on in one partition. Its end is zero if all was read.
func (t *Table) eventShard(ctx context.Context, partition string, q billing.EventQuery, from billing.EventRef) (stretch, error) {
	// A page takes an eighth of its events from each shard, give or take.
	enough := q.Limit/4 + 4
	if q.Picks() {
		enough = pickedRecords
	}
	out, err := t.db.Query(ctx, &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
		ConsistentRead:         aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :pk AND SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{
			":pk":   &types.AttributeValueMemberS{Value: partition},
			":from": &types.AttributeValueMemberS{Value: eventOrder(billing.EventRef{Created: q.From})},
			":to":   &types.AttributeValueMemberS{Value: eventOrder(from)},
		},
		ScanIndexForward: aws.Bool(false),
		Limit:            aws.Int32(int32(enough) + 1),
	})
	if err != nil {
		return stretch{}, err
	}
	records, err := decodeAll[eventItem](out.Items)
	if err != nil {
		return stretch{}, err
	}
	var read stretch
	if len(out.LastEvaluatedKey) > 0 && len(records) > 0 {
		read.end = records[len(records)-1].Ref()
	}
	// The place itself belongs to the page before.
	place := eventOrder(from)
	read.records = slices.DeleteFunc(records, func(r billing.EventRecord) bool { return eventOrder(r.Ref()) == place })
	return read, nil
}

func startOfMonth(at time.Time) time.Time {
	year, month, _ := at.UTC().Date()
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// History follows the changes of a row from the last event that changed it
// back to the first that is kept, through at most limit records.
func (t *Table) History(ctx context.Context, s billing.Scope, last billing.EventRef, row string, limit int) ([]billing.EventRecord, error) {
	var found []billing.EventRecord
	for at := last; at.ID != "" && len(found) < limit; {
		r, err := t.Record(ctx, s, at)
		if err != nil {
			return nil, fmt.Errorf("history of %s: %w", row, err)
		}
		if r == nil { // it has expired
			break
		}
		step, ok := r.StepOf(row)
		if !ok {
			return nil, fmt.Errorf("history of %s: event %s did not change it", row, r.ID)
		}
		found = append(found, *r)
		at = step.Previous
	}
	return found, nil
}
