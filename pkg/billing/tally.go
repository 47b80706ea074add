package billing

import "strings"

// Tally counts the rows of a scope. A change to a row comes with the tally's
// change, in one transaction, so the counts equal a recount of the rows.
//
// Keys: "subscriptions.<status>", "payments.<status>", and per currency
// "paid.<currency>" (payments that were received), "gross.<currency>" and
// "refunded.<currency>" (minor units).
type Tally map[string]int64

const (
	tallySubscriptions = "subscriptions."
	tallyPayments      = "payments."
	tallyPaid          = "paid."
	tallyGross         = "gross."
	tallyRefunded      = "refunded."
)

// Subscription counts the step of a subscription; before is nil for a new one.
func (t Tally) Subscription(before *Subscription, after Subscription) {
	if before != nil {
		t[tallySubscriptions+string(before.Status)]--
	}
	t[tallySubscriptions+string(after.Status)]++
	t.drop()
}

// Transaction counts the step of a transaction; before is nil for a new one.
func (t Tally) Transaction(before *Transaction, after Transaction) {
	if before != nil {
		t.payment(*before, -1)
	}
	t.payment(after, +1)
	t.drop()
}

func (t Tally) payment(x Transaction, n int64) {
	t[tallyPayments+string(x.Status)] += n
	if x.Status.Paid() {
		t[tallyPaid+x.Currency] += n
		t[tallyGross+x.Currency] += n * x.Amount
		t[tallyRefunded+x.Currency] += n * x.Refunded
	}
}

// drop removes counts that do not move: they need no write.
func (t Tally) drop() {
	for key, n := range t {
		if n == 0 {
			delete(t, key)
		}
	}
}

// Add sums another tally into this one.
func (t Tally) Add(o Tally) {
	for key, n := range o {
		t[key] += n
	}
}

// Subscriptions is how many subscriptions there are, of any status.
func (t Tally) Subscriptions() int64 { return t.sum(tallySubscriptions) }

// Payments is how many payments there are, of any status.
func (t Tally) Payments() int64 { return t.sum(tallyPayments) }

// ActiveSubscriptions is how many subscriptions are active or trialing.
func (t Tally) ActiveSubscriptions() int64 {
	return t[tallySubscriptions+string(StatusActive)] + t[tallySubscriptions+string(StatusTrialing)]
}

// SuccessfulPayments is how many payments succeeded and stayed whole.
func (t Tally) SuccessfulPayments() int64 {
	return t[tallyPayments+string(TransactionSucceeded)]
}

// Revenue is money received less money refunded, per currency, in minor units.
func (t Tally) Revenue() map[string]int64 {
	net := map[string]int64{}
	for key, n := range t {
		if currency, ok := strings.CutPrefix(key, tallyGross); ok {
			net[currency] += n
		} else if currency, ok := strings.CutPrefix(key, tallyRefunded); ok {
			net[currency] -= n
		}
	}
	return net
}

// MainCurrency is the currency most payments were received in, the first of
// the alphabet among equals, and usd before the first payment.
func (t Tally) MainCurrency() string {
	main, most := "usd", int64(0)
	for key, n := range t {
		currency, ok := strings.CutPrefix(key, tallyPaid)
		if ok && (n > most || n == most && n > 0 && currency < main) {
			main, most = currency, n
		}
	}
	return main
}

func (t Tally) sum(prefix string) int64 {
	var sum int64
	for key, n := range t {
		if strings.HasPrefix(key, prefix) {
			sum += n
		}
	}
	return sum
}
