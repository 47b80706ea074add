package billing

import "strings"

// Tally counts the rows of a scope. A change to a row comes with the tally's
// change, in one transaction, so the counts equal a recount of the rows.
//
// Keys: "subscriptions.<status>", "payments.<status>", and per currency
// "paid.<currency>" (payments that were received), "gross.<currency>",
// "refunded.<currency>", "lost.<currency>" (to disputes) and "mrr.<currency>"
// (minor units); "disputes.<status>"; and "duplicates", the subscriptions that
// a user had beside another.
type Tally map[string]int64

const (
	tallySubscriptions = "subscriptions."
	tallyPayments      = "payments."
	tallyPaid          = "paid."
	tallyGross         = "gross."
	tallyRefunded      = "refunded."
	tallyLost          = "lost."
	tallyDisputes      = "disputes."
	tallyDuplicates    = "duplicates"
	tallyRecurring     = "mrr."
)

// Subscription counts the step of a subscription; before is nil for a new one.
func (t Tally) Subscription(before *Subscription, after Subscription) {
	if before != nil {
		t.subscription(*before, -1)
	}
	t.subscription(after, +1)
	t.drop()
}

func (t Tally) subscription(s Subscription, n int64) {
	t[tallySubscriptions+string(s.Status)] += n
	if s.Status.Recurs() {
		t[tallyRecurring+s.Currency] += n * s.Monthly
	}
	if s.DuplicateOf != "" {
		t[tallyDuplicates] += n
	}
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
	if x.Dispute.Status != "" {
		t[tallyDisputes+string(x.Dispute.Status)] += n
	}
	for _, d := range []Dispute{x.Dispute, x.Earlier} {
		if d.Status == DisputeLost {
			t[tallyLost+x.Currency] += n * d.Amount
		}
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

// Less is what has to be added to another tally to come to this one.
func (t Tally) Less(o Tally) Tally {
	difference := Tally{}
	difference.Add(t)
	for key, n := range o {
		difference[key] -= n
	}
	difference.drop()
	return difference
}

// ReceivedPayments is how many payments money was received for, whatever became
// of it since.
func (t Tally) ReceivedPayments() int64 { return Sum(t.under(tallyPaid)) }

// Subscriptions is how many subscriptions there are, by status.
func (t Tally) Subscriptions() map[string]int64 { return t.under(tallySubscriptions) }

// Payments is how many payments there are, by status.
func (t Tally) Payments() map[string]int64 { return t.under(tallyPayments) }

// ActiveSubscriptions is how many subscriptions are active or trialing.
func (t Tally) ActiveSubscriptions() int64 {
	return t[tallySubscriptions+string(StatusActive)] + t[tallySubscriptions+string(StatusTrialing)]
}

// RunningSubscriptions is how many subscriptions have not ended for good.
func (t Tally) RunningSubscriptions() int64 {
	var running int64
	for status, n := range t.Subscriptions() {
		if !SubscriptionStatus(status).Terminal() {
			running += n
		}
	}
	return running
}

// SuccessfulPayments is how many payments succeeded and stayed whole.
func (t Tally) SuccessfulPayments() int64 {
	return t[tallyPayments+string(TransactionSucceeded)]
}

// FailedPayments is how many payments failed for now.
func (t Tally) FailedPayments() int64 { return t[tallyPayments+string(TransactionFailed)] }

// Refunds is money given back, by currency, in minor units.
func (t Tally) Refunds() map[string]int64 { return t.under(tallyRefunded) }

// Disputes is how many payments are or were disputed, by the dispute's status.
func (t Tally) Disputes() map[string]int64 { return t.under(tallyDisputes) }

// LostToDisputes is money that banks took back, by currency, in minor units.
func (t Tally) LostToDisputes() map[string]int64 { return t.under(tallyLost) }

// DuplicateSubscriptions is how many subscriptions a user had beside another.
func (t Tally) DuplicateSubscriptions() int64 { return t[tallyDuplicates] }

// Recurring is the monthly recurring revenue, by currency, in minor units.
func (t Tally) Recurring() map[string]int64 { return t.under(tallyRecurring) }

// Revenue is money received less money refunded, by currency, in minor units.
func (t Tally) Revenue() map[string]int64 {
	net := t.under(tallyGross)
	for currency, refunded := range t.under(tallyRefunded) {
		net[currency] -= refunded
	}
	return net
}

// PaidIn reports whether a payment was ever received in a currency. So was every
// deposit, and a ledger begins with one.
func (t Tally) PaidIn(currency string) bool { return t[tallyPaid+currency] > 0 }

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

// under is the counts whose keys have a prefix, by the rest of the key; what
// was counted once and is zero now is left out.
func (t Tally) under(prefix string) map[string]int64 {
	counts := map[string]int64{}
	for key, n := range t {
		if name, ok := strings.CutPrefix(key, prefix); ok && n != 0 {
			counts[name] = n
		}
	}
	return counts
}

// Sum is the total of several counts.
func Sum(counts map[string]int64) int64 {
	var sum int64
	for _, n := range counts {
		sum += n
	}
	return sum
}
