package sandbox

import (
	"net/http"
	"net/url"

	"billhook/infra/local/stripebox/object"
)

// portalInvoice is one line of the table of invoices.
type portalInvoice struct {
	Number, Date, Status, Amount string
	PayURL                       string // while it can be paid
	AuthenticateURL              string // while its payment waits for the customer
}

// portalInvoice describes an invoice; what is open can be paid.
func (a *account) portalInvoice(portal *object.PortalSession, invoice *object.Invoice) portalInvoice {
	shown := portalInvoice{
		Number: string(invoice.Number), Date: date(invoice.Created), Status: words(invoice.Status),
		Amount: formatMoney(invoice.Total, invoice.Currency),
	}
	if invoice.Status != statusOpen {
		return shown
	}
	pi := a.PaymentIntents.get(invoice.PaymentIntent.ID)
	if pi != nil && pi.Status == statusNeedsAction {
		shown.AuthenticateURL = pi.NextAction.RedirectToURL.URL
	} else {
		shown.PayURL = "/p/session/" + portal.ID + "/invoices/" + invoice.ID + "/pay"
	}
	return shown
}

// payInvoiceInPortal collects an open invoice with the card that it would be
// collected with anyway. Where the holder has to authenticate, that is next.
func payInvoiceInPortal(a *account, portal *object.PortalSession, r *http.Request) (string, error) {
	invoice := a.Invoices.get(r.PathValue("invoice"))
	history := a.PortalConfigurations.get(portal.Configuration.ID).Features.InvoiceHistory
	if invoice == nil || invoice.Customer.ID != portal.Customer || !history.Enabled {
		return "", noSuch(http.StatusNotFound, "invoice", r.PathValue("invoice"), "invoice")
	}
	err := a.perform(with(payInvoiceNow), invoice.ID, url.Values{})
	if pi := a.PaymentIntents.get(invoice.PaymentIntent.ID); pi != nil && pi.Status == statusNeedsAction {
		pi.NextAction.RedirectToURL.ReturnURL = object.Text(a.Origin + nextInPortal(portal, ""))
		return pi.NextAction.RedirectToURL.URL, nil
	}
	return "", err
}
