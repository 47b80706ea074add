package sandbox

import (
	"billhook/infra/local/stripebox/object"
)

// clockLifetime is how long Stripe keeps a test clock.
const clockLifetime = 30 * secondsPerDay

const (
	clockReady     = "ready"
	clockAdvancing = "advancing"
)

// A customer on a test clock lives at the clock's time, with all that belongs
// to it: an operation about it happens then, and nothing comes due but while
// the clock advances. The account's own clock goes on beside it.

// enterClock gives an operation the time of the test clock that it is about, if
// it is about one: by the resource in its path, or by a parameter.
func (c *call) enterClock() {
	for _, id := range []string{
		c.id, c.values.Text("customer"), c.values.Text("subscription"), c.values.Text("from_subscription"), c.values.Text("invoice"),
		c.values.Text("payment_intent"), c.values.Text("charge"),
	} {
		if customer := c.ownerOf(id); customer != "" {
			c.enterClockOf(customer)
			return
		}
	}
}

// ownerOf is the customer that a resource with the id belongs to, or is.
func (a *account) ownerOf(id string) string {
	if sub := a.Subscriptions.get(id); sub != nil {
		return sub.Customer.ID
	}
	if invoice := a.Invoices.get(id); invoice != nil {
		return invoice.Customer.ID
	}
	if item := a.InvoiceItems.get(id); item != nil {
		return item.Customer.ID
	}
	if s := a.Schedules.get(id); s != nil {
		return s.Customer.ID
	}
	if s := a.Sessions.get(id); s != nil {
		return s.Customer.ID
	}
	if pi := a.PaymentIntents.get(id); pi != nil {
		return pi.Customer.ID
	}
	if si := a.SetupIntents.get(id); si != nil {
		return si.Customer.ID
	}
	if charge := a.Charges.get(id); charge != nil {
		return charge.Customer.ID
	}
	if dispute := a.Disputes.get(id); dispute != nil {
		return a.ownerOf(dispute.Charge.ID)
	}
	if pm := a.PaymentMethods.get(id); pm != nil {
		return pm.Customer.ID
	}
	if a.Customers.get(id) != nil {
		return id
	}
	return ""
}

// enterClockOf gives the running operation the time of a customer.
func (a *account) enterClockOf(customerID string) {
	if clock := a.TestClocks.get(a.clockOf(customerID)); clock != nil {
		a.onClock, a.now = clock.ID, clock.FrozenTime
	}
}

// ownTime is the account's time, also while an operation has a test clock's.
func (a *account) ownTime() int64 {
	if a.onClock != "" {
		return a.clock()
	}
	return a.now
}

// onClockOf reports whether the running operation has the time that a customer
// lives at.
func (a *account) onClockOf(customerID string) bool { return a.clockOf(customerID) == a.onClock }

// clockOf is the id of a customer's test clock; empty for the account's.
func (a *account) clockOf(customerID string) string {
	if customer := a.Customers.get(customerID); customer != nil {
		return customer.TestClock.ID
	}
	return ""
}

func createTestClock(c *call, p struct {
	FrozenTime int64  `form:"frozen_time,required"`
	Name       string `form:"name"`
}) (any, error) {
	if c.Livemode {
		return nil, invalid("", "", "Test clocks can only be used in test mode.")
	}
	clock := c.TestClocks.add(&object.TestClock{
		ID: c.newID("clock_"), Object: "test_helpers.test_clock", Created: c.now, DeletesAfter: c.now + clockLifetime,
		FrozenTime: p.FrozenTime, Name: object.Text(p.Name), Status: clockReady,
	})
	c.emit("test_helpers.test_clock.created", clock)
	return clock, nil
}

func retrieveTestClock(c *call, _ struct{}) (any, error) { return c.TestClocks.at(c.id) }

func listTestClocks(c *call, p listParams) (any, error) {
	return list(c, &c.TestClocks, p, func(*object.TestClock) bool { return true })
}

// advanceTestClock does at once what is due until the new time, and answers as
// Stripe, which takes a while, does before it has begun: the clock is ready when
// it is read again.
func advanceTestClock(c *call, p struct {
	FrozenTime int64 `form:"frozen_time,required"`
}) (any, error) {
	clock, err := c.TestClocks.at(c.id)
	if err != nil {
		return nil, err
	}
	if p.FrozenTime <= clock.FrozenTime {
		return nil, invalid("frozen_time", "", "Test clocks can only be advanced to a time after their frozen_time, which is %d.", clock.FrozenTime)
	}
	if p.FrozenTime > clock.FrozenTime+maxAdvance {
		return nil, invalid("frozen_time", "", "The clock stands at %d; it moves by at most %d seconds at once.", clock.FrozenTime, maxAdvance)
	}
	c.onClock, c.now = clock.ID, clock.FrozenTime
	clock.Status, clock.StatusDetails.Advancing = clockAdvancing, &object.Advancing{TargetFrozenTime: p.FrozenTime}
	c.emit("test_helpers.test_clock.advancing", clock)
	started := *clock
	c.runUntil(p.FrozenTime)
	clock.FrozenTime, clock.Status, clock.StatusDetails.Advancing = p.FrozenTime, clockReady, nil
	c.emit("test_helpers.test_clock.ready", clock)
	return &started, nil
}

func deleteTestClock(c *call, _ struct{}) (any, error) {
	clock, err := c.TestClocks.at(c.id)
	if err != nil {
		return nil, err
	}
	c.deleteClock(clock)
	return &object.Deleted{ID: clock.ID, Object: "test_helpers.test_clock", Deleted: true}, nil
}

// clockTask is the end of a test clock.
func (a *account) clockTask(clock *object.TestClock) (task, bool) {
	return task{clock.DeletesAfter, func() { a.deleteClock(clock) }}, true
}

// deleteClock deletes a clock with its customers, at its time.
func (a *account) deleteClock(clock *object.TestClock) {
	outside, now := a.onClock, a.now
	a.onClock, a.now = clock.ID, clock.FrozenTime
	customers := a.Customers.copied() // removing changes the table
	for customer := range customers.all {
		if customer.TestClock.ID == clock.ID {
			a.removeCustomer(customer)
		}
	}
	a.TestClocks.remove(clock.ID)
	a.emit("test_helpers.test_clock.deleted", clock)
	a.onClock, a.now = outside, now
}
