package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/event"

	"billhook/pkg/billing"
)

// ErrNoEvent is the error of an event that Stripe does not have, or not any
// more: it keeps them for 30 days.
var ErrNoEvent = billing.NewError(billing.NotFound, "event_not_found", "Event not found")

// Event reads an event of a scope as Stripe delivered it, in the API version
// that it was made in. Another project's event, in an account that projects
// share, is ErrNoEvent.
func (g *Gateway) Event(ctx context.Context, s billing.Scope, id string) ([]byte, error) {
	a, err := g.open(ctx, s)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.EventParams{}
	params.Context = ctx
	e, err := event.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return nil, ErrNoEvent.Because(err)
	case err != nil:
		return nil, stripeError("read event", err)
	}
	if a.route.Own() {
		return e.LastResponse.RawJSON, nil
	}
	switch whose, err := g.ScopeOf(ctx, a.route, e.LastResponse.RawJSON); {
	case err != nil:
		return nil, err
	case whose != s:
		return nil, ErrNoEvent
	}
	return e.LastResponse.RawJSON, nil
}

// ListedEvent is an event as Stripe lists it, in the API version that it was
// made in.
type ListedEvent struct {
	billing.EventRef
	Type string
	Body []byte
}

// EventPage is a part of a list of events.
type EventPage struct {
	Events []ListedEvent // oldest first
	More   bool          // there are older ones
}

// Undelivered lists the newest events of a time, from one second to before
// another, that an endpoint of the account has not accepted: those under way,
// and those that Stripe has given up on. After is the event that the page ends
// before; empty: none. When Stripe has that event no more, it has no older ones.
func (a *Account) Undelivered(ctx context.Context, from, until time.Time, after string) (EventPage, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.EventListParams{
		CreatedRange:    &stripe.RangeQueryParams{GreaterThanOrEqual: from.Unix(), LesserThan: until.Unix()},
		DeliverySuccess: stripe.Bool(false),
	}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	params.Single = true
	if after != "" {
		params.StartingAfter = stripe.String(after)
	}
	list := event.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	switch err := list.Err(); {
	case after != "" && isCode(err, stripe.ErrorCodeResourceMissing):
		return EventPage{}, nil
	case err != nil:
		return EventPage{}, stripeError("list events", err)
	}
	answer := list.EventList().LastResponse
	var raw struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(answer.RawJSON, &raw); err != nil {
		return EventPage{}, fmt.Errorf("list events: %w", err)
	}
	page := EventPage{More: list.EventList().HasMore}
	for i, e := range list.EventList().Data {
		page.Events = append(page.Events, ListedEvent{billing.EventRef{ID: e.ID, Created: billing.At(e.Created)}, string(e.Type), raw.Data[i]})
	}
	slices.Reverse(page.Events)
	return page, nil
}
