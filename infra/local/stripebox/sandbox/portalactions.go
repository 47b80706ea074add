package sandbox

import (
	"fmt"
	"net/http"
	"net/url"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Names of the fields of the portal's form to cancel.
const (
	fieldFeedback = "feedback"
	fieldComment  = "comment"
)

// portalAction does what a form of the portal is for. An apiError says that the
// subscription, or what was typed, does not allow it.
type portalAction func(a *account, portal *object.PortalSession, sub *subscription, typed url.Values) error

// servePortalAction takes a submitted form: 303 back to the portal, or the
// portal with what was wrong.
func (s *Server) servePortalAction(run portalAction) http.HandlerFunc {
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
		sub := a.Subscriptions.get(r.PathValue("subscription"))
		if sub == nil || sub.Customer.ID != portal.Customer {
			http.Error(w, "The customer has no such subscription.", http.StatusNotFound)
			return
		}
		err := run(a, portal, sub, r.PostForm)
		if err == nil {
			http.Redirect(w, r, "/p/session/"+portal.ID, http.StatusSeeOther)
			return
		}
		known := asAPIError(err)
		s.writePage(w, known.status, portalTemplate, a.portalPage(portal, known.body.Message), "")
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
	params.Set("cancel_at_period_end", "true")
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
