package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Names of the fields of the portal's form to cancel.
const (
	fieldFeedback = "feedback"
	fieldComment  = "comment"
)

// portalForm does what a form of the portal is for and answers where the
// customer goes then, if not to where the session goes on. An apiError says that
// what was typed, or what it is about, does not allow it.
type portalForm func(a *account, portal *object.PortalSession, r *http.Request) (next string, err error)

// portalAction is a portalForm about one of the customer's subscriptions.
type portalAction func(a *account, portal *object.PortalSession, sub *subscription, typed url.Values) error

// servePortalForm takes a submitted form: 303 to where the session goes on, or
// the portal with what was wrong. The flow is the one that the form completes.
func (s *Server) servePortalForm(flow string, run portalForm) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "The form could not be read.", http.StatusBadRequest)
			return
		}
		a, portal := s.portalOf(w, r)
		if a == nil {
			return
		}
		defer s.changed()
		defer a.mu.Unlock()
		next, err := run(a, portal, r)
		if err == nil {
			http.Redirect(w, r, cmp.Or(next, nextInPortal(portal, flow)), http.StatusSeeOther)
			return
		}
		known := asAPIError(err)
		page := a.portalPage(portal, viewOf(portal, r), known.body.Message)
		if refused, ok := errors.AsType[*cardRefusal](err); ok && page.Card != nil {
			page.Card = a.portalCard(portal, refused.input, refused.faults)
			page.Alert = refused.message
		}
		s.writePortal(w, known.status, portal, page)
	}
}

// servePortalAction takes a form about one subscription.
func (s *Server) servePortalAction(run portalAction) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		flow := flowCancel
		if strings.HasSuffix(r.URL.Path, "/update") {
			flow = flowUpdate
		}
		s.servePortalForm(flow, func(a *account, portal *object.PortalSession, r *http.Request) (string, error) {
			sub := a.Subscriptions.get(r.PathValue("subscription"))
			if sub == nil || sub.Customer.ID != portal.Customer {
				return "", noSuch(http.StatusNotFound, "subscription", r.PathValue("subscription"), "id")
			}
			return "", run(a, portal, sub, r.PostForm)
		})(w, r)
	}
}

// cancelInPortal cancels as the session's configuration says, now or at the
// period's end.
func cancelInPortal(a *account, portal *object.PortalSession, sub *subscription, typed url.Values) error {
	feature := a.PortalConfigurations.get(portal.Configuration.ID).Features.SubscriptionCancel
	if !feature.Enabled {
		return invalid("", "", "This portal does not let you cancel.")
	}
	params := url.Values{}
	for _, field := range []string{fieldFeedback, fieldComment} {
		if text := typed.Get(field); text != "" && feature.CancellationReason.Enabled {
			params.Set("cancellation_details["+field+"]", text)
		}
	}
	if feature.Mode == cancelImmediately {
		return a.perform(with(cancelSubscription), sub.ID, params)
	}
	if sub.BillingMode != nil { // flexible: the portal sets the date and not the flag
		params.Set("cancel_at", strconv.FormatInt(sub.CurrentPeriodEnd, 10))
	} else {
		params.Set("cancel_at_period_end", "true")
	}
	return a.perform(with(updateSubscription), sub.ID, params)
}

// keepInPortal undoes a scheduled cancellation.
func keepInPortal(a *account, _ *object.PortalSession, sub *subscription, _ url.Values) error {
	params := url.Values{"cancel_at_period_end": {"false"}}
	if !sub.CancelAtPeriodEnd {
		params = url.Values{"cancel_at": {""}}
	}
	return a.perform(with(updateSubscription), sub.ID, params)
}

// perform runs an operation of the API on a resource, as a page does it.
func (a *account) perform(run operation, id string, params url.Values) error {
	values, err := form.Parse(params.Encode())
	if err != nil {
		return fmt.Errorf("encoding the parameters: %w", err)
	}
	_, err = run(&call{account: a, id: id, values: values})
	return err
}
