package sandbox

import (
	"cmp"
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Statuses of subscription schedules, beside active and canceled.
const (
	statusCompleted  = "completed"
	statusNotStarted = "not_started"
	statusReleased   = "released"
)

// What a schedule does with its subscription at its end.
const (
	endByCancel  = "cancel"
	endByRelease = "release"
)

const (
	eventScheduleCanceled = "subscription_schedule.canceled"
	eventScheduleUpdated  = "subscription_schedule.updated"
	// scheduleReminder is how long before its end a schedule is said to expire.
	scheduleReminder = 7 * secondsPerDay
)

// schedule is a subscription schedule with what the API does not show of it.
type schedule struct {
	object.SubscriptionSchedule
	// Reminded says that the schedule's coming end has been announced.
	Reminded bool `json:"reminded"`
}

func (s *schedule) shown() any { return &s.SubscriptionSchedule }

// live reports whether the schedule has something left to do.
func (s *schedule) live() bool { return s.Status == statusActive || s.Status == statusNotStarted }

type createScheduleParams struct {
	Customer         string        `form:"customer"`
	EndBehavior      string        `form:"end_behavior" enum:"cancel release"`
	FromSubscription string        `form:"from_subscription"`
	Metadata         form.Metadata `form:"metadata"`
	Phases           []phaseParams `form:"phases"`
	StartDate        string        `form:"start_date"`
}

func createSchedule(c *call, p createScheduleParams) (any, error) {
	if p.FromSubscription != "" {
		return p.fromSubscription(c)
	}
	if p.Customer == "" {
		return nil, missingParam("customer")
	}
	customer, err := c.Customers.ref(p.Customer, "customer")
	if err != nil {
		return nil, err
	}
	start, err := c.phaseTime(p.StartDate, "start_date", c.now)
	if err != nil {
		return nil, err
	}
	if start < c.now {
		return nil, invalid("start_date", "", "The start_date must not be in the past.")
	}
	phases, err := c.buildPhases(p.Phases, start)
	if err != nil {
		return nil, err
	}
	s := c.newSchedule(customer, phases)
	s.EndBehavior, s.Metadata = cmp.Or(p.EndBehavior, endByRelease), p.Metadata.Apply(nil)
	c.emit("subscription_schedule.created", s.shown())
	if start == c.now {
		c.startSchedule(s)
	}
	return s.shown(), nil
}

// fromSubscription puts a subscription under a schedule of one phase, its
// current period.
func (p *createScheduleParams) fromSubscription(c *call) (any, error) {
	if p.Customer != "" || len(p.Phases) > 0 || p.StartDate != "" || p.EndBehavior != "" {
		return nil, invalid("from_subscription", "", "You cannot set other parameters if `from_subscription` is set.")
	}
	sub, err := c.Subscriptions.ref(p.FromSubscription, "from_subscription")
	if err != nil {
		return nil, err
	}
	if sub.over() || sub.Status == statusIncomplete {
		return nil, invalid("from_subscription", "", "You cannot migrate a subscription with a status of `%s`.", sub.Status)
	}
	if sub.Schedule.ID != "" {
		return nil, invalid("from_subscription", "", "You cannot migrate a subscription that is already attached to a schedule: %s", sub.Schedule.ID)
	}
	phase := newPhase(sub.CurrentPeriodStart, sub.Currency)
	phase.EndDate, phase.TrialEnd, phase.Metadata = sub.CurrentPeriodEnd, sub.TrialEnd, sub.Metadata
	phase.DefaultPaymentMethod, phase.Description = sub.DefaultPaymentMethod, sub.Description
	for _, item := range sub.Items.Data {
		phase.Items = append(phase.Items, phaseItem(item.Price, item.Quantity, item.Metadata))
	}
	s := c.newSchedule(c.Customers.get(sub.Customer.ID), []*object.SchedulePhase{phase})
	s.EndBehavior, s.Metadata = endByRelease, p.Metadata.Apply(nil)
	if sub.CancelAtPeriodEnd {
		s.EndBehavior = endByCancel
	}
	s.Status, s.Subscription = statusActive, object.To(sub.ID)
	s.CurrentPhase = &object.CurrentPhase{StartDate: phase.StartDate, EndDate: phase.EndDate}
	c.emit("subscription_schedule.created", s.shown())
	c.update(eventSubscriptionUpdated, sub.shown(), func() { sub.Schedule = object.To(s.ID) })
	return s.shown(), nil
}

// newSchedule stores a schedule that has not started. Its event is the caller's.
func (a *account) newSchedule(customer *object.Customer, phases []*object.SchedulePhase) *schedule {
	return a.Schedules.add(&schedule{SubscriptionSchedule: object.SubscriptionSchedule{
		ID: a.newID("sub_sched_"), Object: "subscription_schedule", Application: a.application(), Created: a.now, Customer: object.To(customer.ID),
		DefaultSettings: object.ScheduleDefaults{
			BillingCycleAnchor: "automatic", CollectionMethod: collectByCharge,
			InvoiceSettings: object.ScheduleInvoices{Issuer: object.Issuer{Type: "self"}},
		},
		EndBehavior: endByRelease, Livemode: a.Livemode, Phases: phases, Status: statusNotStarted, TestClock: customer.TestClock,
	}})
}

type updateScheduleParams struct {
	EndBehavior       string        `form:"end_behavior" enum:"cancel release"`
	Metadata          form.Metadata `form:"metadata"`
	Phases            []phaseParams `form:"phases"`
	ProrationBehavior string        `form:"proration_behavior" enum:"always_invoice create_prorations none"`
}

func updateSchedule(c *call, p updateScheduleParams) (any, error) {
	s, err := c.liveSchedule()
	if err != nil {
		return nil, err
	}
	phases := s.Phases
	if len(p.Phases) > 0 {
		start := s.Phases[0].StartDate
		if s.CurrentPhase != nil {
			start = s.CurrentPhase.StartDate
		}
		if phases, err = c.buildPhases(p.Phases, start); err != nil {
			return nil, err
		}
	}
	current := currentPhase(phases, c.now)
	if s.Status == statusActive && current == nil {
		return nil, invalid("phases", "", "The schedule is in its current phase until %d: one of the phases must contain the present.", s.CurrentPhase.EndDate)
	}
	c.update(eventScheduleUpdated, s.shown(), func() {
		s.Phases, s.Metadata = phases, p.Metadata.Apply(s.Metadata)
		s.EndBehavior = cmp.Or(p.EndBehavior, s.EndBehavior)
		s.Reminded = false
		if s.Status == statusActive {
			s.CurrentPhase = &object.CurrentPhase{StartDate: current.StartDate, EndDate: current.EndDate}
		}
	})
	if s.Status == statusActive && len(p.Phases) > 0 {
		c.applyPhase(s, current, p.ProrationBehavior)
	}
	return s.shown(), nil
}

// currentPhase is the phase that contains a time, or nil.
func currentPhase(phases []*object.SchedulePhase, at int64) *object.SchedulePhase {
	for _, phase := range phases {
		if phase.StartDate <= at && at < phase.EndDate {
			return phase
		}
	}
	return nil
}

// liveSchedule is the schedule that the path names, if it can still change.
func (c *call) liveSchedule() (*schedule, error) {
	s, err := c.Schedules.at(c.id)
	if err != nil {
		return nil, err
	}
	if !s.live() {
		return nil, invalid("", "", "You cannot change a subscription schedule that is in the `%s` status. Only schedules in the statuses "+
			"`not_started` and `active` can be changed.", s.Status)
	}
	return s, nil
}

// releaseSchedule lets a schedule's subscription go on without it.
func releaseSchedule(c *call, _ struct {
	PreserveCancelDate *bool `form:"preserve_cancel_date"`
}) (any, error) {
	s, err := c.liveSchedule()
	if err != nil {
		return nil, err
	}
	c.releaseSubscription(s)
	return s.shown(), nil
}

func (a *account) releaseSubscription(s *schedule) {
	s.Status, s.ReleasedAt, s.CurrentPhase = statusReleased, object.Unix(a.now), nil
	s.ReleasedSubscription, s.Subscription = object.Text(s.Subscription.ID), object.Ref{}
	a.emit("subscription_schedule.released", s.shown())
	if sub := a.Subscriptions.get(string(s.ReleasedSubscription)); sub != nil {
		a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.Schedule = object.Ref{} })
	}
}

func cancelSchedule(c *call, _ struct {
	InvoiceNow *bool `form:"invoice_now" enum:"false"`
	Prorate    *bool `form:"prorate" enum:"false"`
}) (any, error) {
	s, err := c.liveSchedule()
	if err != nil {
		return nil, err
	}
	if sub := c.Subscriptions.get(s.Subscription.ID); sub != nil {
		c.endSubscription(sub, statusCanceled, reasonRequested) // which cancels the schedule
		return s.shown(), nil
	}
	c.endSchedule(s, eventScheduleCanceled)
	return s.shown(), nil
}

// endSchedule cancels a schedule: canceled on request, aborted when its
// subscription was not paid.
func (a *account) endSchedule(s *schedule, eventType string) {
	s.Status, s.CanceledAt, s.CurrentPhase = statusCanceled, object.Unix(a.now), nil
	a.emit(eventType, s.shown())
}

func retrieveSchedule(c *call, _ struct{}) (any, error) {
	s, err := c.Schedules.at(c.id)
	if err != nil {
		return nil, err
	}
	return s.shown(), nil
}

type listSchedulesParams struct {
	listParams
	CanceledAt  form.Range `form:"canceled_at"`
	CompletedAt form.Range `form:"completed_at"`
	Created     form.Range `form:"created"`
	Customer    string     `form:"customer"`
	ReleasedAt  form.Range `form:"released_at"`
	Scheduled   bool       `form:"scheduled"`
}

func listSchedules(c *call, p listSchedulesParams) (any, error) {
	return list(c, &c.Schedules, p.listParams, func(s *schedule) bool {
		return matches(p.Customer, s.Customer.ID) && p.Created.Contains(s.Created) && (!p.Scheduled || s.Status == statusNotStarted) &&
			p.CanceledAt.Contains(int64(s.CanceledAt)) && p.CompletedAt.Contains(int64(s.CompletedAt)) && p.ReleasedAt.Contains(int64(s.ReleasedAt))
	})
}

// last is the time at which a schedule is through.
func (s *schedule) last() int64 { return s.Phases[len(s.Phases)-1].EndDate }

// scheduleTask is the next thing that happens to a schedule by itself.
func (a *account) scheduleTask(s *schedule) (task, bool) {
	switch {
	case s.TestClock.ID != a.onClock:
		return task{}, false
	case s.Status == statusNotStarted:
		return task{s.Phases[0].StartDate, func() { a.startSchedule(s) }}, true
	case s.Status != statusActive:
		return task{}, false
	}
	next := task{s.CurrentPhase.EndDate, func() { a.advanceSchedule(s) }}
	if reminder := s.last() - scheduleReminder; !s.Reminded && reminder < next.at {
		next = task{max(reminder, a.now), func() {
			s.Reminded = true
			a.emit("subscription_schedule.expiring", s.shown())
		}}
	}
	return next, true
}

// startSchedule makes the subscription of a schedule's first phase.
func (a *account) startSchedule(s *schedule) {
	phase := s.Phases[0]
	spec := subscriptionSpec{
		customer: a.Customers.get(s.Customer.ID), metadata: phase.Metadata, description: string(phase.Description),
		defaultMethod: phase.DefaultPaymentMethod.ID, trialEnd: int64(phase.TrialEnd), saveMethod: "off",
	}
	for _, item := range phase.Items {
		spec.items = append(spec.items, itemSpec{a.Prices.get(item.Price.ID), item.Quantity, item.Metadata})
	}
	sub := a.newSubscription(spec)
	sub.Schedule = object.To(s.ID)
	a.update(eventScheduleUpdated, s.shown(), func() {
		s.Status, s.Subscription = statusActive, object.To(sub.ID)
		s.CurrentPhase = &object.CurrentPhase{StartDate: phase.StartDate, EndDate: phase.EndDate}
	})
	a.startSubscription(sub, nil, true) // a decline shows in the status
}

// advanceSchedule takes a schedule into its next phase or, after the last, to
// its end.
func (a *account) advanceSchedule(s *schedule) {
	at := slices.IndexFunc(s.Phases, func(phase *object.SchedulePhase) bool { return phase.StartDate >= s.CurrentPhase.EndDate })
	if at >= 0 {
		phase := s.Phases[at]
		a.update(eventScheduleUpdated, s.shown(), func() {
			s.CurrentPhase = &object.CurrentPhase{StartDate: phase.StartDate, EndDate: phase.EndDate}
		})
		a.applyPhase(s, phase, phase.ProrationBehavior)
		return
	}
	if s.EndBehavior == endByRelease {
		a.releaseSubscription(s)
		return
	}
	s.Status, s.CompletedAt, s.CurrentPhase = statusCompleted, object.Unix(a.now), nil
	a.emit("subscription_schedule.completed", s.shown())
	a.endSubscription(a.Subscriptions.get(s.Subscription.ID), statusCanceled, reasonRequested)
}

// applyPhase makes a schedule's subscription what a phase says, and bills what
// that calls for at once.
func (a *account) applyPhase(s *schedule, phase *object.SchedulePhase, behavior string) {
	sub := a.Subscriptions.get(s.Subscription.ID)
	var invoice *object.Invoice
	a.update(eventSubscriptionUpdated, sub.shown(), func() {
		for key, value := range phase.Metadata {
			if sub.Metadata == nil {
				sub.Metadata = object.Metadata{}
			}
			sub.Metadata[key] = value
		}
		if phase.Description != "" {
			sub.Description = phase.Description
		}
		if phase.DefaultPaymentMethod.ID != "" {
			sub.DefaultPaymentMethod = phase.DefaultPaymentMethod
		}
		if int64(phase.TrialEnd) > a.now && phase.TrialEnd != sub.TrialEnd {
			a.moveTrial(sub, int64(phase.TrialEnd))
		}
		invoice = a.changeItems(sub, itemsChange{a.phaseItems(sub, phase), behavior, a.now, a.discountedShares(sub, sub.Items.Data)})
	})
	if invoice != nil {
		a.bill(sub, invoice)
	}
}

// phaseItems are a subscription's items in a phase: an item stays the one it is
// as long as its price does.
func (a *account) phaseItems(sub *subscription, phase *object.SchedulePhase) []*object.SubscriptionItem {
	var items []*object.SubscriptionItem
	for _, wanted := range phase.Items {
		at := slices.IndexFunc(sub.Items.Data, func(item *object.SubscriptionItem) bool { return item.Price.ID == wanted.Price.ID })
		if at < 0 {
			items = append(items, a.newItem(sub.ID, itemSpec{a.Prices.get(wanted.Price.ID), wanted.Quantity, wanted.Metadata}))
			continue
		}
		item := *sub.Items.Data[at]
		item.Quantity = wanted.Quantity
		items = append(items, &item)
	}
	return items
}
