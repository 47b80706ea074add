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
	"billhook/pkg/projector"
	"billhook/pkg/stripeevent"
)

// Observed is a subscription as Stripe answered it.
type Observed struct {
	projector.Observation
	// Item is Stripe's id of the item whose price Fact tells.
	Item string
	// Interval is what its price pays for; empty where that is no plan's.
	Interval billing.Interval
	// Schedule is Stripe's id of the schedule that the subscription is under;
	// empty: none.
	Schedule string
	// CancelAtPeriodEnd says that the end of the period is what cancels it.
	CancelAtPeriodEnd bool
	// Project is the project that the subscription was made for, by the metadata
	// that checkout left; empty: unknown.
	Project string
}

// observe reads a subscription object of an answer to a call.
func observe(call string, object []byte, answer *stripe.APIResponse, took time.Duration) (Observed, error) {
	var plain struct {
		Items struct {
			Data []struct {
				ID    string `json:"id"`
				Price struct {
					Recurring struct {
						Interval billing.Interval `json:"interval"`
						Count    int64            `json:"interval_count"`
					} `json:"recurring"`
				} `json:"price"`
			} `json:"data"`
		} `json:"items"`
		Schedule          string            `json:"schedule"`
		CancelAtPeriodEnd bool              `json:"cancel_at_period_end"`
		Metadata          map[string]string `json:"metadata"`
	}
	if err := json.Unmarshal(object, &plain); err != nil {
		return Observed{}, fmt.Errorf("%s: %w", call, err)
	}
	f, err := stripeevent.Subscription(object)
	if err != nil {
		return Observed{}, fmt.Errorf("%s %s: %w", call, f.ID, err)
	}
	o := Observed{
		Observation: projector.Observation{Fact: f, AsOf: asOf(answer, took), Call: call, Request: answer.RequestID},
		Item:        plain.Items.Data[0].ID, // a fact has an item
		Schedule:    plain.Schedule,
		Project:     plain.Metadata[metadataProject],

		CancelAtPeriodEnd: plain.CancelAtPeriodEnd,
	}
	if r := plain.Items.Data[0].Price.Recurring; r.Count == 1 && r.Interval.Valid() {
		o.Interval = r.Interval
	}
	return o, nil
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

// What is asked of Stripe, as errors and observations name it.
const (
	readSubscription   = "read subscription"
	listSubscriptions  = "list subscriptions"
	cancelSubscription = "cancel subscription"
	changePrice        = "change price"
	changePlan         = "change plan"
	resumeSubscription = "resume subscription"
)

// Observe reads a subscription as it is now.
func (a *Account) Observe(ctx context.Context, id string) (Observed, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionParams{}
	params.Context = ctx
	took := stopwatch()
	s, err := a.subscriptions().Get(id, params)
	if err != nil {
		return Observed{}, stripeError(readSubscription, err)
	}
	return observe(readSubscription, s.LastResponse.RawJSON, s.LastResponse, took())
}

// Subscriptions reads a customer's newest subscriptions, ended ones too.
func (a *Account) Subscriptions(ctx context.Context, customer string) ([]Observed, error) {
	page, err := a.listed(ctx, &stripe.SubscriptionListParams{
		Customer:   stripe.String(customer), // a page is plenty
		ListParams: stripe.ListParams{Limit: stripe.Int64(listPage)},
	})
	return page.Found, errors.Join(err, page.Unreadable)
}

// SubscriptionPage is a part of an account's subscriptions, newest first.
type SubscriptionPage struct {
	Found      []Observed
	Unreadable error  // what is wrong with those that are not in Found; nil: all are
	Next       string // where the next page begins; empty: there is none
}

// SubscriptionsAfter reads so many of the account's subscriptions, ended ones
// too, from a Next on; if that place is gone, or empty, from the newest on.
func (a *Account) SubscriptionsAfter(ctx context.Context, next string, limit int64) (SubscriptionPage, error) {
	params := &stripe.SubscriptionListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(limit)}}
	if next == "" {
		return a.listed(ctx, params)
	}
	params.StartingAfter = stripe.String(next)
	page, err := a.listed(ctx, params)
	if isCode(err, stripe.ErrorCodeResourceMissing) {
		params.StartingAfter = nil
		return a.listed(ctx, params)
	}
	return page, err
}

// SubscriptionsSince reads the account's subscriptions that were made since a
// time, ended ones too. What cannot be read is an error.
func (a *Account) SubscriptionsSince(ctx context.Context, since time.Time) ([]Observed, error) {
	params := &stripe.SubscriptionListParams{
		CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix()},
		ListParams:   stripe.ListParams{Limit: stripe.Int64(listPage)},
	}
	var all []Observed
	for {
		page, err := a.listed(ctx, params)
		if err := errors.Join(err, page.Unreadable); err != nil {
			return nil, err
		}
		all = append(all, page.Found...)
		if page.Next == "" {
			return all, nil
		}
		params.StartingAfter = stripe.String(page.Next)
	}
}

func (a *Account) listed(ctx context.Context, params *stripe.SubscriptionListParams) (SubscriptionPage, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params.Context = ctx
	params.Status = stripe.String("all")
	params.Single = true
	took := stopwatch()
	list := a.subscriptions().List(params)
	if err := list.Err(); err != nil {
		return SubscriptionPage{}, stripeError(listSubscriptions, err)
	}
	answer := list.SubscriptionList().LastResponse
	var raw struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(answer.RawJSON, &raw); err != nil {
		return SubscriptionPage{}, fmt.Errorf("%s: %w", listSubscriptions, err)
	}
	waited := took()
	var page SubscriptionPage
	for _, object := range raw.Data {
		o, err := observe(listSubscriptions, object, answer, waited)
		if err != nil {
			page.Unreadable = errors.Join(page.Unreadable, err)
			continue
		}
		page.Found = append(page.Found, o)
	}
	if listed := list.SubscriptionList(); listed.HasMore && len(listed.Data) > 0 {
		page.Next = listed.Data[len(listed.Data)-1].ID
	}
	return page, nil
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
	canceled := func(o Observed) bool { return !o.Fact.After.CancelAt.IsZero() }
	return a.updateOnce(ctx, cancelSubscription, id, params, canceled, c.Feedback, c.Comment, strconv.FormatInt(revision, 10))
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
	if isCode(err, stripe.ErrorCodeResourceMissing) {
		return a.Observe(ctx, id)
	}
	if err != nil {
		return Observed{}, stripeError(cancelSubscription, err)
	}
	return observe(cancelSubscription, s.LastResponse.RawJSON, s.LastResponse, took())
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
	return a.update(ctx, changePrice, o.Fact.ID, params)
}

// updateOnce makes an update under an idempotency key that follows from the
// call, the subscription and parts. If what was answered is of an earlier time,
// and has been undone since while the row does not know it yet, or was a card
// that may be another one now, it is made again.
func (a *Account) updateOnce(ctx context.Context, call, id string, params *stripe.SubscriptionParams, done func(Observed) bool, parts ...string) (Observed, error) {
	parts = append([]string{call, id}, parts...)
	params.IdempotencyKey = a.idempotencyKey(parts...)
	o, err := a.update(ctx, call, id, params)
	at, replayed := replayedRefusal(err)
	switch {
	case replayed:
	case err != nil || o.Fact.After.Status.Terminal() || done(o):
		return o, err
	default:
		at = o.AsOf
	}
	params.IdempotencyKey = a.idempotencyKey(append(parts, "again", strconv.FormatInt(at.Unix(), 10))...)
	return a.update(ctx, call, id, params)
}

// replayedRefusal reports whether an error is a declined payment of an earlier
// time, and when Stripe told it again.
func replayedRefusal(err error) (time.Time, bool) {
	refused, ok := errors.AsType[*stripe.Error](err)
	if !ok || refused.Type != stripe.ErrorTypeCard || refused.LastResponse == nil || refused.LastResponse.Header.Get("Idempotent-Replayed") != "true" {
		return time.Time{}, false
	}
	return asOf(refused.LastResponse, 0), true
}

func (a *Account) update(ctx context.Context, call, id string, params *stripe.SubscriptionParams) (Observed, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params.Context = limited
	took := stopwatch()
	s, err := a.subscriptions().Update(id, params)
	if err != nil {
		return Observed{}, stripeError(call, err)
	}
	if s.LastResponse.Header.Get("Idempotent-Replayed") == "true" {
		return a.Observe(ctx, id) // the answer is of the first time
	}
	return observe(call, s.LastResponse.RawJSON, s.LastResponse, took())
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return stripe.String(s)
}
