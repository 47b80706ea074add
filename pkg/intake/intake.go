// Package intake takes verified deliveries in: it has them decoded and applied,
// keeps whole what cannot be read, and writes down what became of each. Nothing
// is lost here: an event is applied, kept, or refused so that Stripe delivers it
// again. It never sees signatures or secrets.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/stripeevent"
)

// Events brings events in; *projector.Projector implements it.
type Events interface {
	Apply(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error)
	Replay(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error)
}

// Records keeps what became of events; *store.Table implements it.
type Records interface {
	Record(ctx context.Context, s billing.Scope, at billing.EventRef) (*billing.EventRecord, error)
	RecordOutcome(ctx context.Context, s billing.Scope, r billing.EventRecord, body []byte) error
}

// Metrics counts; *telemetry.Metrics implements it.
type Metrics interface {
	Count(metric, dimension, value string)
}

var (
	_ Events  = (*projector.Projector)(nil)
	_ Records = (*store.Table)(nil)
)

// Intake takes deliveries in.
type Intake struct {
	Events  Events
	Records Records
	Metrics Metrics
	Log     *slog.Logger
	Now     func() time.Time
}

// How long an event that fails is left to come again: as long as Stripe
// delivers it, and often enough that it is no matter of a moment.
const (
	patience        = 12
	deliveredByThen = 3 * 24 * time.Hour
)

// ErrPayload refuses a body that is no event of the scope.
var ErrPayload = billing.NewError(billing.Refused, "invalid_payload", "Invalid payload")

// Receive takes a delivery of Stripe's. After an error the same delivery is to
// come again.
func (in *Intake) Receive(ctx context.Context, scope billing.Scope, body []byte) (billing.Outcome, error) {
	return in.take(ctx, scope, body, in.Events.Apply)
}

// Replay takes an event again that somebody wants looked at again, even if it
// changed nothing the last time. One that was applied is a Duplicate.
func (in *Intake) Replay(ctx context.Context, scope billing.Scope, body []byte) (billing.Outcome, error) {
	return in.take(ctx, scope, body, in.Events.Replay)
}

type apply func(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error)

func (in *Intake) take(ctx context.Context, scope billing.Scope, body []byte, apply apply) (billing.Outcome, error) {
	started := in.Now()
	event, err := stripeevent.Decode(body)
	switch {
	case errors.Is(err, stripeevent.ErrNotAnEvent):
		return "", ErrPayload.Because(err)
	case event.Mode != scope.Mode:
		return "", ErrPayload.Because(fmt.Errorf("a %s mode event at the %s mode URL", event.Mode, scope.Mode))
	}
	var outcome billing.Outcome
	if err != nil {
		outcome, err = in.unreadable(ctx, scope, event, body, err)
	} else if outcome, err = apply(ctx, scope, event); err != nil {
		outcome, err = in.failed(ctx, scope, event, body, err)
	}
	took := in.Now().Sub(started)
	in.Metrics.Count("Events", "Outcome", string(outcome))
	in.Log.InfoContext(ctx, "event",
		"project", scope.Project,
		"mode", scope.Mode,
		"event", event.ID,
		"type", event.Type,
		"object", event.Object,
		"api_version", event.APIVersion,
		"outcome", outcome,
		"duration_ms", took.Milliseconds(),
	)
	return outcome, err
}

// unreadable keeps an event that cannot be decoded.
func (in *Intake) unreadable(ctx context.Context, scope billing.Scope, event billing.Event, body []byte, cause error) (billing.Outcome, error) {
	r, err := in.next(ctx, scope, event)
	if err != nil {
		return billing.Failed, err
	}
	r.Reason = cause.Error()
	return in.quarantine(ctx, scope, r, body, unreadable, cause)
}

// Why an event is quarantined, in the metrics: unreadable asks for a new version
// of billhook, parked for a look at what stands in the event's way.
const (
	unreadable = "unreadable" // it cannot be decoded
	parked     = "parked"     // it can, and failed too often
)

// quarantine keeps an event whole, so that Stripe need not deliver it again.
func (in *Intake) quarantine(ctx context.Context, scope billing.Scope, r billing.EventRecord, body []byte, why string, cause error) (billing.Outcome, error) {
	r.Outcome = billing.Quarantined
	if err := in.Records.RecordOutcome(ctx, scope, r, body); err != nil {
		return billing.Failed, fmt.Errorf("quarantine %s: %w", r.ID, err)
	}
	in.Metrics.Count("EventsQuarantined", "Why", why)
	in.Log.ErrorContext(ctx, "event quarantined", "why", why, "project", scope.Project, "mode", scope.Mode, "event", r.ID, "type", r.Type, "error", cause)
	return billing.Quarantined, nil
}

// failed writes down that an event could not be brought in. After many
// deliveries it is kept whole: Stripe will not try much longer.
func (in *Intake) failed(ctx context.Context, scope billing.Scope, event billing.Event, body []byte, cause error) (billing.Outcome, error) {
	if billing.KindOf(cause) == billing.NotFound { // the project takes no events: there is nothing to wait for
		return billing.Failed, cause
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	r, err := in.next(ctx, scope, event)
	switch {
	case err != nil:
		return billing.Failed, errors.Join(cause, err)
	case r.Outcome.Settled(): // what failed is what follows from it
		return billing.Failed, cause
	}
	r.Reason = reason(cause)
	if r.Attempts > patience && r.ReceivedAt.Sub(event.Created) > deliveredByThen {
		return in.quarantine(ctx, scope, r, body, parked, cause)
	}
	r.Outcome = billing.Failed
	if err := in.Records.RecordOutcome(ctx, scope, r, nil); err != nil {
		return billing.Failed, errors.Join(cause, fmt.Errorf("record failure of %s: %w", event.ID, err))
	}
	return billing.Failed, cause
}

// recordTime bounds the writing down of a failure, which may have used up the
// time of its request.
const recordTime = 2 * time.Second

// next is the record of another delivery of an event, with the outcome so far.
func (in *Intake) next(ctx context.Context, scope billing.Scope, event billing.Event) (billing.EventRecord, error) {
	r := billing.EventRecord{
		ID: event.ID, Type: event.Type, Object: event.Object, APIVersion: event.APIVersion, Created: event.Created,
		ReceivedAt: in.Now().UTC(), Attempts: 1,
	}
	was, err := in.Records.Record(ctx, scope, r.Ref())
	if err != nil {
		return r, fmt.Errorf("read record of %s: %w", event.ID, err)
	}
	if was != nil {
		r.Attempts, r.Outcome = was.Attempts+1, was.Outcome
	}
	return r, nil
}

// reason is what developers may know of an error. What went wrong inside is for
// the log.
func reason(err error) string {
	var known *billing.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return "An internal error; the function's log tells more"
}
