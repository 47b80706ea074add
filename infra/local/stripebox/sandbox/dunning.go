package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// settings are what Stripe's dashboard holds of an account and its API does not.
type settings struct {
	// AfterRetries is the status of a subscription whose invoice could not be
	// collected by the last retry; empty is canceled.
	AfterRetries string `json:"after_retries"`
}

// retryOutcomes are the statuses that Stripe offers for AfterRetries.
var retryOutcomes = []string{statusCanceled, statusUnpaid, statusPastDue}

func (s *Server) readSettings(a *account, _ *http.Request) (any, error) {
	a.begin()
	defer a.mu.Unlock()
	return a.Settings.shown(), nil
}

func (s *Server) changeSettings(a *account, r *http.Request) (any, error) {
	var params settings
	if err := decodeJSON(r, &params); err != nil {
		return nil, err
	}
	if !slices.Contains(retryOutcomes, params.AfterRetries) {
		return nil, invalid("after_retries", "", "Invalid after_retries: must be one of %s", strings.Join(retryOutcomes, ", "))
	}
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	a.Settings = params
	return a.Settings.shown(), nil
}

func (s settings) shown() settings {
	if s.AfterRetries == "" {
		s.AfterRetries = statusCanceled
	}
	return s
}

// giveUp does with a subscription what the settings say once its invoice has
// been tried for the last time.
func (a *account) giveUp(sub *subscription) {
	switch a.Settings.shown().AfterRetries {
	case statusCanceled:
		a.endSubscription(sub, statusCanceled, reasonPaymentFailed)
	case statusUnpaid:
		a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.Status = statusUnpaid })
	}
}

// awaitsPayment reports whether the subscription becomes active when its latest
// invoice is paid.
func (s *subscription) awaitsPayment() bool {
	return slices.Contains([]string{statusIncomplete, statusPastDue, statusPaused, statusUnpaid}, s.Status)
}

// newestFinalized is the subscription's newest invoice that is no draft, or nil.
func (a *account) newestFinalized(sub *subscription) *object.Invoice {
	for _, id := range slices.Backward(a.Invoices.order) {
		if invoice := a.Invoices.get(id); invoice.Subscription.ID == sub.ID && invoice.Status != statusDraft {
			return invoice
		}
	}
	return nil
}
