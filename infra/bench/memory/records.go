package memory

import (
	"context"
	"slices"

	"billhook/pkg/billing"
	"billhook/pkg/intake"
)

var _ intake.Records = (*Store)(nil)

// Record reads the record of an event; nil if there is none.
func (m *Store) Record(_ context.Context, s billing.Scope, at billing.EventRef) (found *billing.EventRecord, err error) {
	m.locked(s, func(r *rows) { found = r.record(at) })
	return found, nil
}

// RecordOutcome writes the record of an event that changed nothing else, and
// keeps its body if there is one. If another delivery was recorded since the
// record was read, that one's record stays.
func (m *Store) RecordOutcome(_ context.Context, s billing.Scope, record billing.EventRecord, body []byte) error {
	m.locked(s, func(r *rows) {
		if !r.follows(record) {
			return
		}
		r.records[keyOf(record.Ref())] = asStored(record)
		if body != nil {
			r.bodies[record.ID] = slices.Clone(body)
		}
	})
	return nil
}

// Body is an event as Stripe sent it, if it was quarantined; nil if not.
func (m *Store) Body(_ context.Context, s billing.Scope, event string) (body []byte, err error) {
	m.locked(s, func(r *rows) { body = slices.Clone(r.bodies[event]) })
	return body, nil
}
