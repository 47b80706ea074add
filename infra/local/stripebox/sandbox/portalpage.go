package sandbox

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

//go:embed assets/portal.html
var portalHTML string

// portalTemplate is parsed once; a mistake in it shows when the program starts.
var portalTemplate = template.Must(template.New("portal").Parse(portalHTML + fieldHTML))

// portalPage is what the page shows.
type portalPage struct {
	Headline, Alert, ReturnURL, PrivacyURL, TermsURL string

	Expired       bool           // then there is nothing else
	Done          string         // a flow's confirmation: then there is nothing else
	Flow          string         // the type of the one thing that is shown; empty: everything
	Card          *portalCard    // nil when it cannot be changed here
	Details       *portalDetails // nil when they cannot be changed here
	Confirm       *portalConfirm
	Customer      string
	Subscriptions []portalSubscription
	ShowInvoices  bool
	Invoices      []portalInvoice
}

type portalSubscription struct {
	ID, Plan, Price, Status, Period, Ending string
	Cancel                                  *portalCancel // nil when it cannot be canceled here
	Update                                  *portalUpdate // nil when it cannot be changed here
	KeepURL                                 string        // while a cancellation can be undone
}

type portalCancel struct {
	URL, Effect string
	AskReason   bool
	Reasons     []portalReason
}

type portalReason struct{ Value, Label string }

// portalOf is the account and the session that a portal address names; without
// them the answer has been written. The caller unlocks the account.
func (s *Server) portalOf(w http.ResponseWriter, r *http.Request) (*account, *object.PortalSession) {
	id := r.PathValue("id")
	a := s.accountThat(func(a *account) bool { return a.Portals.get(id) != nil })
	if a == nil {
		http.Error(w, "There is no such portal session in this sandbox.", http.StatusNotFound)
		return nil, nil
	}
	a.begin()
	portal := a.Portals.get(id)
	a.enterClockOf(portal.Customer)
	if a.now < portal.Created+portalLifetime && a.Customers.get(portal.Customer) != nil {
		return a, portal
	}
	defer a.mu.Unlock()
	s.writePage(w, http.StatusGone, portalTemplate, portalPage{Headline: "Billing", Expired: true, ReturnURL: string(portal.ReturnURL)}, "")
	return nil, nil
}

// servePortal shows a customer's subscriptions and invoices; 410 once the
// session has expired.
func (s *Server) servePortal(w http.ResponseWriter, r *http.Request) {
	a, portal := s.portalOf(w, r)
	if a == nil {
		return
	}
	defer a.mu.Unlock()
	alert := ""
	if r.URL.Query().Get("redirect_status") == "failed" {
		alert = authenticationFailed
	}
	page := a.portalPage(portal, viewOf(portal, r), alert)
	if number := r.URL.Query().Get("card"); number != "" && page.Card != nil {
		page.Card = a.portalCard(portal, prefilled(number, a.now), nil)
	}
	s.writePortal(w, http.StatusOK, portal, page)
}

// portalPage describes what the session's configuration lets the customer see.
func (a *account) portalPage(portal *object.PortalSession, view, alert string) portalPage {
	configuration := a.PortalConfigurations.get(portal.Configuration.ID)
	customer := a.Customers.get(portal.Customer)
	page := portalPage{
		Headline: string(configuration.BusinessProfile.Headline), Alert: alert, ReturnURL: string(portal.ReturnURL),
		PrivacyURL: string(configuration.BusinessProfile.PrivacyPolicyURL), TermsURL: string(configuration.BusinessProfile.TermsOfServiceURL),
		Customer: string(customer.Email), ShowInvoices: configuration.Features.InvoiceHistory.Enabled,
	}
	if page.Headline == "" {
		page.Headline = "Billing"
	}
	if page.Customer == "" {
		page.Customer = customer.ID
	}
	if view == viewDone {
		page.Done = doneMessage(portal)
		return page
	}
	page.Flow = view
	if feature := configuration.Features.PaymentMethodUpdate; feature.Enabled {
		page.Card = a.portalCard(portal, pageInput{}, nil)
	}
	if feature := configuration.Features.CustomerUpdate; feature.Enabled {
		page.Details = portalDetailsOf(portal, customer, feature.AllowedUpdates)
	}
	for sub := range a.Subscriptions.all {
		if sub.Customer.ID == customer.ID {
			shown := a.portalSubscription(portal, sub, configuration.Features.SubscriptionCancel)
			shown.Update = a.portalUpdate(portal, sub, configuration.Features.SubscriptionUpdate)
			page.Subscriptions = append(page.Subscriptions, shown)
		}
	}
	for invoice := range a.Invoices.all {
		if page.ShowInvoices && invoice.Customer.ID == customer.ID && invoice.Status != statusDraft {
			page.Invoices = append(page.Invoices, a.portalInvoice(portal, invoice))
		}
	}
	slices.Reverse(page.Subscriptions) // the newest first
	slices.Reverse(page.Invoices)
	if view != viewHome {
		a.narrow(&page, portal)
	}
	return page
}

func (a *account) portalSubscription(portal *object.PortalSession, sub *subscription, cancel object.PortalSubscriptionCancel) portalSubscription {
	var names, prices []string
	for _, item := range sub.Items.Data {
		names = append(names, fmt.Sprintf("%d × %s", item.Quantity, a.productName(item.Price)))
		prices = append(prices, formatMoney(item.Price.UnitAmount*item.Quantity, item.Price.Currency)+" / "+interval(item.Price.Recurring))
	}
	shown := portalSubscription{
		ID: sub.ID, Plan: strings.Join(names, ", "), Price: strings.Join(prices, " + "), Status: words(sub.Status),
		Period: date(sub.CurrentPeriodStart) + " to " + date(sub.CurrentPeriodEnd),
	}
	address := "/p/session/" + portal.ID + "/subscriptions/" + sub.ID
	switch {
	case sub.over():
		shown.Ending = "Ended on " + date(int64(sub.EndedAt)) + "."
	case sub.CancelAt != 0:
		shown.Ending, shown.KeepURL = "Will be canceled on "+date(int64(sub.CancelAt))+".", address+"/keep"
	case cancel.Enabled && sub.Status != statusIncomplete && sub.Schedule.ID == "":
		shown.Cancel = &portalCancel{
			URL: address + "/cancel", Effect: "It stays usable until " + date(sub.CurrentPeriodEnd) + ".", AskReason: cancel.CancellationReason.Enabled,
		}
		if cancel.Mode == cancelImmediately {
			shown.Cancel.Effect = "It ends at once."
		}
		for _, reason := range cancel.CancellationReason.Options {
			shown.Cancel.Reasons = append(shown.Cancel.Reasons, portalReason{reason, reasonLabel(reason)})
		}
	}
	return shown
}

// reasonLabel is how a customer says what Stripe calls the feedback.
func reasonLabel(feedback string) string {
	switch feedback {
	case "customer_service":
		return "Customer service was less than expected"
	case "low_quality":
		return "Quality was less than expected"
	case "missing_features":
		return "I need more features"
	case "switched_service":
		return "I found an alternative"
	case "too_complex":
		return "It was hard to use"
	case "too_expensive":
		return "It is too expensive"
	case "unused":
		return "I no longer need it"
	}
	return "Another reason"
}

// words is a status for people: past_due is Past due.
func words(status string) string {
	text := strings.ReplaceAll(status, "_", " ")
	return strings.ToUpper(text[:1]) + text[1:]
}

func date(at int64) string { return utc(at).Format("January 2, 2006") }
