package history

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"billhook/pkg/billing"
)

// Lifecycle is a short piece of a customer's life, told by few events: few
// enough to deliver them in every order there is.
type Lifecycle struct {
	Name   string
	Before Script   // its events come first, in their order
	Script Script   // what happens then
	Types  []string // of the script's events that come in all orders
}

// Told is how many events each lifecycle's script has.
const Told = 6

const (
	created   = "customer.subscription.created"
	updated   = "customer.subscription.updated"
	deleted   = "customer.subscription.deleted"
	paid      = "invoice.paid"
	settled   = "invoice.payment_succeeded"
	failed    = "invoice.payment_failed"
	charged   = "charge.succeeded"
	collected = "payment_intent.succeeded"
	refunded  = "charge.refunded"
	completed = "checkout.session.completed"
)

// untilRenewal is from the sandbox's first second to the end of a month's
// period, in seconds: January 31 to February 28.
const untilRenewal = 28 * 24 * 60 * 60

// Lifecycles are the lives that are delivered in all orders. The clock stands
// still where it can, so that all events have the same `created`.
func Lifecycles() []Lifecycle {
	monthly := Step{Do: "subscribe", Price: "price_starter_monthly"}
	seats := func(n int64) Step { return Step{Do: "quantity", Number: n, How: "none"} }
	upgrade := Step{Do: "price", Price: "price_pro_monthly", How: "always_invoice"}
	renewal := Step{Do: "advance", Number: untilRenewal}
	return append(cancellations(monthly), []Lifecycle{
		{
			Name:   "subscribe",
			Types:  []string{created, updated, charged, collected, paid, completed},
			Script: Script{{Do: "checkout", Price: "price_starter_monthly"}},
		},
		{
			Name:   "trial",
			Types:  []string{created, updated, charged, collected, paid},
			Script: Script{{Do: "subscribe", Price: "price_starter_monthly", Number: 14}, {Do: "end trial"}},
		},
		{
			Name:   "renew",
			Types:  []string{created, updated, charged, collected, paid, settled},
			Before: Script{monthly},
			Script: Script{renewal, seats(3)},
		},
		{
			Name:   "fail and recover",
			Types:  []string{created, updated, charged, failed, paid},
			Before: Script{monthly, {Do: "card", Card: "pm_card_chargeCustomerFail"}},
			Script: Script{renewal, {Do: "card", Card: "pm_card_visa"}, {Do: "pay"}},
		},
		{
			Name:   "upgrade",
			Types:  []string{created, updated, charged, collected, paid, settled},
			Before: Script{monthly},
			Script: Script{upgrade, seats(2)},
		},
		{
			Name:  "there and round", // to a state and back to it by way of two others
			Types: []string{created, updated, deleted},
			Script: Script{
				monthly, seats(2), {Do: "price", Price: "price_pro_monthly", How: "none"}, seats(1), {Do: "price", Price: "price_starter_monthly", How: "none"},
			},
		},
		{
			Name:   "refund",
			Types:  []string{created, updated, charged, collected, paid, refunded},
			Before: Script{monthly},
			Script: Script{upgrade, {Do: "refund", Number: 100}, {Do: "refund"}},
		},
		{
			Name:   "pay once and refund",
			Types:  []string{"charge.failed", "payment_intent.payment_failed", charged, collected, completed, refunded},
			Script: Script{{Do: "buy", How: declinedFirst}, {Do: "refund"}},
		},
		{
			Name:   "two subscriptions",
			Types:  []string{created, updated, paid},
			Script: Script{monthly, monthly},
		},
	}...)
}

// cancellations are the ways in which a subscription ends, or nearly does.
func cancellations(monthly Step) []Lifecycle {
	ending := func(how string) Step { return Step{Do: "cancel", How: how} }
	return []Lifecycle{
		{
			Name:   "cancel at the end",
			Types:  []string{created, updated, deleted},
			Script: Script{monthly, ending(atPeriodEnd), ending(undo), ending(atPeriodEnd), {Do: "advance", Number: untilRenewal}},
		},
		{
			Name:   "cancel and undo",
			Types:  []string{created, updated, deleted},
			Script: Script{monthly, ending(atPeriodEnd), ending(undo), ending(atPeriodEnd), ending(undo)},
		},
		{
			Name:   "cancel now",
			Types:  []string{created, updated, deleted, charged, paid},
			Script: Script{monthly, {Do: "quantity", Number: 2, How: "none"}, ending(atOnce)},
		},
	}
}

// Recording is a lifecycle that has happened.
type Recording struct {
	box    *Box
	life   *life
	truth  Truth
	before []*Event
	events []*Event // that come in all orders
	rest   []*Event // of the script
}

// Play lets a lifecycle happen. Close must be called on the recording.
func (c Lifecycle) Play(ctx context.Context) (*Recording, error) {
	box, err := OpenBox(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	r := &Recording{box: box, life: newLife(box)}
	if err := r.play(ctx, c); err != nil {
		box.Close()
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return r, nil
}

func (r *Recording) play(ctx context.Context, c Lifecycle) (err error) {
	for _, s := range c.Before {
		if err := r.life.do(ctx, s); err != nil {
			return err
		}
	}
	if r.before, err = r.box.Events(ctx); err != nil {
		return err
	}
	for _, s := range c.Script {
		if err := r.life.do(ctx, s); err != nil {
			return err
		}
	}
	all, err := r.box.Events(ctx)
	if err != nil {
		return err
	}
	for _, e := range all[len(r.before):] {
		if slices.Contains(c.Types, e.Type) {
			r.events = append(r.events, e)
		} else {
			r.rest = append(r.rest, e)
		}
	}
	if len(r.events) != Told {
		return fmt.Errorf("it has %d events: %s", len(r.events), strings.Join(r.Types(), ", "))
	}
	r.truth, err = r.box.truth(ctx, r.life.ever)
	return err
}

// Close ends the account that it happened in.
func (r *Recording) Close() { r.box.Close() }

// Types are those of the events, in the order of happening.
func (r *Recording) Types() []string {
	var types []string
	for _, e := range r.events {
		types = append(types, e.Type)
	}
	return types
}

// Order is one way to deliver a lifecycle: which event when, each in which of
// the versions, and whether the rest of the script's events come after them or
// before.
type Order struct {
	Places   [Told]int
	Versions [Told]int
	RestLast bool
}

// Deliver delivers the events in an order to an empty store.
func (r *Recording) Deliver(ctx context.Context, store Store, o Order) (Report, error) {
	receiver, err := NewReceiver(ctx, store, r.box, billing.FlagDuplicate, 1)
	if err != nil {
		return Report{}, err
	}
	var batch []Delivery
	add := func(version int, events ...*Event) {
		for _, e := range events {
			batch = append(batch, Delivery{Event: e, Version: Versions()[version]})
		}
	}
	add(o.Versions[0], r.before...)
	if !o.RestLast {
		add(o.Versions[1], r.rest...)
	}
	for i, place := range o.Places {
		add(o.Versions[i], r.events[place])
	}
	if o.RestLast {
		add(o.Versions[1], r.rest...)
	}
	var last error
	for range rounds {
		if batch, last = receiver.Deliver(ctx, batch); len(batch) == 0 {
			break
		}
	}
	if last != nil {
		return Report{Divergences: []string{fmt.Sprintf("deliveries keep failing: %v", last)}}, nil
	}
	return receiver.compare(ctx, store, r.truth, slices.Concat(r.before, r.events, r.rest))
}

// Orders are all orders of the events. Each is delivered in one version, in the
// other, and in two mixtures if all versions are wanted; else in one of the four,
// one after the other.
func Orders(allVersions bool) []Order {
	var orders []Order
	var fill func(o Order, used, n int)
	fill = func(o Order, used, n int) {
		if n == Told {
			at := len(orders)
			for kind := range 4 {
				if allVersions || kind == at%4 {
					orders = append(orders, o.in(kind, at))
				}
			}
			return
		}
		for place := range Told {
			if used&(1<<place) == 0 {
				o.Places[n] = place
				fill(o, used|1<<place, n+1)
			}
		}
	}
	fill(Order{}, 0, 0)
	return orders
}

// in chooses the versions: all the first, all the second, or as a number's bits
// say, or as they do not; and where the rest comes.
func (o Order) in(kind, number int) Order {
	o.RestLast = number&4 == 0
	for i := range o.Versions {
		switch bit := number / 8 >> i & 1; kind {
		case 0:
			o.Versions[i] = 0
		case 1:
			o.Versions[i] = 1
		case 2:
			o.Versions[i] = bit
		default:
			o.Versions[i] = 1 - bit
		}
	}
	return o
}
