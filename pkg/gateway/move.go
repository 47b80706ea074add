package gateway

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/subscriptionschedule"

	"billhook/pkg/billing"
)

// Metadata that tells which plan was sold. The price decides which plan a
// subscription has; this is for people and for the developer's own systems.
const (
	metadataPlanID  = "plan_id"
	metadataPlanKey = "plan_key"
)

// PlanMetadata is what billhook leaves of a plan on what it sells.
func PlanMetadata(p billing.Plan) map[string]string {
	return map[string]string{metadataPlanID: p.ID, metadataPlanKey: p.Key}
}

func movedMetadata(p billing.Plan) map[string]string {
	m := PlanMetadata(p)
	m[metadataPlan] = p.Name
	return m
}

// ChangeNow moves a subscription, which is under no schedule, to an offer: what
// is left of the period is prorated and invoiced at once. If that cannot be
// paid at once nothing changes. Revision is as of Cancel.
func (a *Account) ChangeNow(ctx context.Context, o Observed, to billing.Offer, revision int64) (Observed, error) {
	item := &stripe.SubscriptionItemsParams{ID: stripe.String(o.Item), Quantity: stripe.Int64(to.Quantity)}
	if to.Price.ID != o.Fact.After.Price { // a price that is not sold any more cannot be named
		item.Price = stripe.String(to.Price.ID)
	}
	params := &stripe.SubscriptionParams{Items: []*stripe.SubscriptionItemsParams{item}, ProrationBehavior: stripe.String(invoiceNow)}
	params.PaymentBehavior = stripe.String("error_if_incomplete")
	params.Metadata = movedMetadata(to.Plan)
	moved := func(o Observed) bool {
		return o.Fact.After.Price == to.Price.ID && o.Fact.After.Quantity == to.Quantity
	}
	return a.updateOnce(ctx, changePlan, o.Fact.ID, params, moved,
		to.Plan.ID, to.Plan.Name, to.Price.ID, strconv.FormatInt(to.Quantity, 10), strconv.FormatInt(revision, 10))
}

// ChangeAtPeriodEnd has a subscription moved to an offer when its period ends,
// by a schedule with two phases: the period as it is, and one that is as it is
// to be, after which the subscription goes on without a schedule. A schedule
// that the subscription is under is used for it. Nothing here needs an
// idempotency key: a subscription is under one schedule at a time, and setting
// its phases to what they are changes nothing.
func (a *Account) ChangeAtPeriodEnd(ctx context.Context, o Observed, to billing.Offer) (Observed, error) {
	schedule, err := a.schedule(ctx, o)
	if err != nil {
		return Observed{}, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionScheduleParams{
		EndBehavior:       stripe.String(string(stripe.SubscriptionScheduleEndBehaviorRelease)),
		ProrationBehavior: stripe.String(withoutProration),
		Phases:            phases(schedule, o, to),
	}
	params.Context = limited
	if _, err := a.schedules().Update(schedule.ID, params); err != nil {
		return Observed{}, stripeError("schedule change", err)
	}
	return a.Observe(ctx, o.Fact.ID)
}

// Stripe's proration behaviors in use here.
const (
	invoiceNow       = "always_invoice"
	withoutProration = "none"
)

func (a *Account) schedules() subscriptionschedule.Client {
	return subscriptionschedule.Client{B: a.backend, Key: a.key.Reveal()}
}

// schedule is the schedule that a subscription is under, or a new one. If a
// twin makes it first, Stripe refuses a second, and it is the twin's.
func (a *Account) schedule(ctx context.Context, o Observed) (*stripe.SubscriptionSchedule, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionScheduleParams{}
	params.Context = limited
	if o.Schedule != "" {
		found, err := a.schedules().Get(o.Schedule, params)
		if err != nil {
			return nil, stripeError("read schedule", err)
		}
		return found, nil
	}
	params.FromSubscription = stripe.String(o.Fact.ID)
	made, err := a.schedules().New(params)
	if err != nil {
		if now, readErr := a.Observe(ctx, o.Fact.ID); readErr == nil && now.Schedule != "" {
			return a.schedule(ctx, now)
		}
		return nil, stripeError("create schedule", err)
	}
	return made, nil
}

// phases are the period of a subscription as it is, and the one after it.
func phases(s *stripe.SubscriptionSchedule, o Observed, to billing.Offer) []*stripe.SubscriptionSchedulePhaseParams {
	end := o.Fact.After.CurrentPeriodEnd.Unix()
	at := slices.IndexFunc(s.Phases, func(p *stripe.SubscriptionSchedulePhase) bool {
		return s.CurrentPhase != nil && p.StartDate == s.CurrentPhase.StartDate
	})
	current := s.Phases[max(at, 0)] // a schedule has a phase
	now, next := phase(current), phase(current)
	now.StartDate, now.EndDate = stripe.Int64(current.StartDate), stripe.Int64(end)
	if current.TrialEnd != 0 {
		now.TrialEnd = stripe.Int64(min(current.TrialEnd, end))
	}
	moved := slices.IndexFunc(next.Items, func(item *stripe.SubscriptionSchedulePhaseItemParams) bool { return *item.Price == o.Fact.After.Price })
	item := next.Items[max(moved, 0)] // a phase has an item
	item.Price, item.Quantity = stripe.String(to.Price.ID), stripe.Int64(to.Quantity)
	next.Iterations, next.ProrationBehavior = stripe.Int64(1), stripe.String(withoutProration)
	next.Metadata = maps.Clone(next.Metadata)
	for name, value := range movedMetadata(to.Plan) {
		next.AddMetadata(name, value)
	}
	return []*stripe.SubscriptionSchedulePhaseParams{now, next}
}

// phase repeats what a phase says, but when it is: what is not repeated would
// be lost.
func phase(p *stripe.SubscriptionSchedulePhase) *stripe.SubscriptionSchedulePhaseParams {
	params := &stripe.SubscriptionSchedulePhaseParams{Description: text(p.Description), Metadata: p.Metadata}
	for _, item := range p.Items {
		repeated := &stripe.SubscriptionSchedulePhaseItemParams{Price: stripe.String(item.Price.ID), Quantity: stripe.Int64(item.Quantity), Metadata: item.Metadata}
		for _, rate := range item.TaxRates {
			repeated.TaxRates = append(repeated.TaxRates, stripe.String(rate.ID))
		}
		params.Items = append(params.Items, repeated)
	}
	for _, rate := range p.DefaultTaxRates {
		params.DefaultTaxRates = append(params.DefaultTaxRates, stripe.String(rate.ID))
	}
	for _, d := range p.Discounts {
		switch {
		case d.Discount != nil:
			params.Discounts = append(params.Discounts, &stripe.SubscriptionSchedulePhaseDiscountParams{Discount: stripe.String(d.Discount.ID)})
		case d.Coupon != nil:
			params.Discounts = append(params.Discounts, &stripe.SubscriptionSchedulePhaseDiscountParams{Coupon: stripe.String(d.Coupon.ID)})
		}
	}
	if p.AutomaticTax != nil && p.AutomaticTax.Enabled {
		params.AutomaticTax = &stripe.SubscriptionSchedulePhaseAutomaticTaxParams{Enabled: stripe.Bool(true)}
	}
	if p.ApplicationFeePercent != 0 {
		params.ApplicationFeePercent = stripe.Float64(p.ApplicationFeePercent)
	}
	if p.DefaultPaymentMethod != nil {
		params.DefaultPaymentMethod = stripe.String(p.DefaultPaymentMethod.ID)
	}
	return params
}

// Release lets a subscription go on without the schedule that it is under; one
// without a schedule is left alone.
func (a *Account) Release(ctx context.Context, o Observed) (Observed, error) {
	if o.Schedule == "" {
		return o, nil
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionScheduleReleaseParams{}
	params.Context = limited
	if _, err := a.schedules().Release(o.Schedule, params); err != nil {
		now, readErr := a.Observe(ctx, o.Fact.ID)
		if readErr == nil && now.Schedule != o.Schedule {
			return now, nil // it ended, or a twin released it
		}
		return Observed{}, stripeError("release schedule", err)
	}
	return a.Observe(ctx, o.Fact.ID)
}

// Resume takes back the cancellation that a subscription, which is under no
// schedule, is scheduled for. Revision is as of Cancel.
func (a *Account) Resume(ctx context.Context, o Observed, revision int64) (Observed, error) {
	params := &stripe.SubscriptionParams{}
	if o.CancelAtPeriodEnd {
		params.CancelAtPeriodEnd = stripe.Bool(false)
	} else {
		params.AddExtra("cancel_at", "")
	}
	resumed := func(o Observed) bool { return o.Fact.After.CancelAt.IsZero() }
	return a.updateOnce(ctx, resumeSubscription, o.Fact.ID, params, resumed, strconv.FormatBool(o.CancelAtPeriodEnd), strconv.FormatInt(revision, 10))
}
