package sandbox

// errorIfIncomplete is the payment behavior that makes nothing of what cannot
// be paid.
const errorIfIncomplete = "error_if_incomplete"

// refusedPayment is why an update's invoice could not be paid at once; nil if it
// can be, or there would be none.
func (p *updateSubscriptionParams) refusedPayment(a *account, sub *subscription) error {
	method := a.methodOf(sub)
	if method != nil && method.card().onCharge == nil && !method.needsChallenge() {
		return nil
	}
	rehearsal, err := a.rehearsal(a.Customers.get(sub.Customer.ID))
	if err != nil {
		return err
	}
	rehearsed := rehearsal.Subscriptions.get(sub.ID)
	update, err := p.check(rehearsal, rehearsed)
	if err != nil {
		return err
	}
	switch invoice := update.apply(rehearsal, rehearsed); {
	case invoice == nil || invoice.AmountDue <= 0:
		return nil
	case method == nil:
		return invalid("", codeMissing, "%s", noMethodMessage)
	case method.card().onCharge != nil:
		return method.card().onCharge.err()
	}
	return refusal("subscription_payment_intent_requires_action", "", authenticationRequired).err()
}
