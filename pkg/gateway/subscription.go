package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/subscription"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// Observed is a subscription as Stripe answered it.
type Observed struct {
	Fact billing.SubscriptionFact
	// AsOf is a whole second of Stripe's clock, no later than the moment that
	// Fact shows.
	AsOf time.Time
	// Item is Stripe's id of the item whose price Fact tells.
	Item string
}

// observe reads a subscription object of an answer.
func observe(object []byte, asOf time.Time) (Observed, error) {
	var plain struct {
		Items struct {
			Data []struct {
				ID string `json:"id"`
			} `json:"data"`
		} `json:"items"`
	}
	if err := json.Unmarshal(object, &plain); err != nil {
		return Observed{}, fmt.Errorf("read subscription: %w", err)
	}
	f, err := stripeevent.Subscription(object)
	if err != nil {
		return Observed{}, fmt.Errorf("read subscription %s: %w", f.ID, err)
	}
	return Observed{Fact: f, AsOf: asOf, Item: plain.Items.Data[0].ID}, nil // a fact has an item
}

// stopwatch measures how long a call took, with all its retries.
func stopwatch() func() time.Duration {
	started := time.Now()                                      //nolint:forbidigo // measures; what time it is, Stripe says
	return func() time.Duration { return time.Since(started) } //nolint:forbidigo // as above
}

// asOf is the earliest second that an answer may show: Stripe's clock when the
// call began. The zero time, where Stripe did not tell, is before everything.
func asOf(answer *stripe.APIResponse, took time.Duration) time.Time {
	answered, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return answered.Add(-took).Truncate(time.Second).UTC()
}

func (a *Account) subscriptions() subscription.Client {
	return subscription.Client{B: a.backend, Key: a.key.Reveal()}
}

// Observe reads a subscription as it is now.
func (a *Account) Observe(ctx context.Context, id string) (Observed, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionParams{}
	params.Context = ctx
	took := stopwatch()
	s, err := a.subscriptions().Get(id, params)
	if err != nil {
		return Observed{}, stripeError("read subscription", err)
	}
	return observe(s.LastResponse.RawJSON, asOf(s.LastResponse, took()))
}

// Subscription reads a subscription as it is now.
func (a *Account) Subscription(ctx context.Context, id string) (billing.SubscriptionFact, error) {
	o, err := a.Observe(ctx, id)
	return o.Fact, err
}

// Subscriptions reads a customer's newest subscriptions, ended ones too.
func (a *Account) Subscriptions(ctx context.Context, customer string) ([]Observed, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionListParams{Customer: stripe.String(customer), Status: stripe.String("all")}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	params.Single = true // a page is plenty
	took := stopwatch()
	list := a.subscriptions().List(params)
	if err := list.Err(); err != nil {
		return nil, stripeError("list subscriptions", err)
	}
	answer := list.SubscriptionList().LastResponse
	var page struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(answer.RawJSON, &page); err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	at := asOf(answer, took())
	var found []Observed
	for _, object := range page.Data {
		o, err := observe(object, at)
		if err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	return found, nil
}

// Cancellation is how and why a subscription is to be canceled.
type Cancellation struct {
	Immediately bool   // else at the end of the paid period
	Feedback    string // one of Stripe's words; empty: none
	Comment     string // empty: none
}

// Cancel cancels a subscription. Revision is that of its row: asked again
// before the row has changed, by a retry or a twin, it is one cancellation at
// Stripe; after the row has changed, because it was taken back, say, another.
func (a *Account) Cancel(ctx context.Context, id string, c Cancellation, revision int64) (Observed, error) {
	if c.Immediately {
		return a.cancelNow(ctx, id, c)
	}
	params := &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(true)}
	if c.Feedback != "" || c.Comment != "" {
		params.CancellationDetails = &stripe.SubscriptionCancellationDetailsParams{Feedback: text(c.Feedback), Comment: text(c.Comment)}
	}
	params.IdempotencyKey = a.idempotencyKey("cancel", id, c.Feedback, c.Comment, strconv.FormatInt(revision, 10))
	o, err := a.update(ctx, "cancel subscription", id, params)
	if state := o.Fact.After; err != nil || state.Status.Terminal() || !state.CancelAt.IsZero() {
		return o, err
	}
	// What was answered is an earlier cancellation, which has been taken back
	// since, and the row does not know it yet.
	params.IdempotencyKey = a.idempotencyKey("cancel again", id, strconv.FormatInt(o.AsOf.Unix(), 10))
	return a.update(ctx, "cancel subscription", id, params)
}

// cancelNow needs no idempotency key: a subscription ends once. One that has
// ended, which the client library's own retry after a lost reply finds too, can
// only be read.
func (a *Account) cancelNow(ctx context.Context, id string, c Cancellation) (Observed, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionCancelParams{}
	if c.Feedback != "" || c.Comment != "" {
		params.CancellationDetails = &stripe.SubscriptionCancelCancellationDetailsParams{Feedback: text(c.Feedback), Comment: text(c.Comment)}
	}
	params.Context = limited
	took := stopwatch()
	s, err := a.subscriptions().Cancel(id, params)
	var refused *stripe.Error
	if errors.As(err, &refused) && refused.Code == stripe.ErrorCodeResourceMissing {
		return a.Observe(ctx, id)
	}
	if err != nil {
		return Observed{}, stripeError("cancel subscription", err)
	}
	return observe(s.LastResponse.RawJSON, asOf(s.LastResponse, took()))
}

// ChangePrice moves a subscription to another price; proration is one of
// Stripe's behaviors. Revision is as of Cancel.
func (a *Account) ChangePrice(ctx context.Context, o Observed, p Price, proration string, revision int64) (Observed, error) {
	params := &stripe.SubscriptionParams{
		Items:             []*stripe.SubscriptionItemsParams{{ID: stripe.String(o.Item), Price: stripe.String(p.ID)}},
		ProrationBehavior: stripe.String(proration),
	}
	params.AddMetadata(metadataPlan, p.Plan) // an empty one is removed
	params.IdempotencyKey = a.idempotencyKey("change price", o.Fact.ID, p.ID, p.Plan, proration, strconv.FormatInt(revision, 10))
	return a.update(ctx, "change price", o.Fact.ID, params)
}

func (a *Account) update(ctx context.Context, doing, id string, params *stripe.SubscriptionParams) (Observed, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params.Context = limited
	took := stopwatch()
	s, err := a.subscriptions().Update(id, params)
	if err != nil {
		return Observed{}, stripeError(doing, err)
	}
	if s.LastResponse.Header.Get("Idempotent-Replayed") == "true" {
		return a.Observe(ctx, id) // the answer is of the first time
	}
	return observe(s.LastResponse.RawJSON, asOf(s.LastResponse, took()))
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return stripe.String(s)
}
