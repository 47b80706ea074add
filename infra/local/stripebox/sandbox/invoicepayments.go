package sandbox

import (
	"slices"

	"billhook/infra/local/stripebox/object"
)

// newInvoicePayment records that an invoice is to be paid by its payment
// intent.
func (a *account) newInvoicePayment(invoice *object.Invoice) {
	a.InvoicePayments.add(&object.InvoicePayment{
		ID: a.newID("inpay_"), Object: "invoice_payment", AmountRequested: invoice.AmountDue, Created: a.now, Currency: invoice.Currency,
		Invoice: object.To(invoice.ID), IsDefault: true, Livemode: a.Livemode, Status: statusOpen,
		Payment: object.InvoicePaymentSource{PaymentIntent: invoice.PaymentIntent, Type: "payment_intent"},
	})
}

// paymentOf is the payment of an invoice, or nil while nothing is to be paid.
func (a *account) paymentOf(invoice *object.Invoice) *object.InvoicePayment {
	if invoice.PaymentIntent.ID == "" {
		return nil
	}
	for _, id := range slices.Backward(a.InvoicePayments.order) { // mostly one of the last
		if payment := a.InvoicePayments.get(id); payment.Invoice.ID == invoice.ID {
			return payment
		}
	}
	return nil
}

// settleInvoicePayment marks the payment of an invoice as made.
func (a *account) settleInvoicePayment(invoice *object.Invoice) {
	if payment := a.paymentOf(invoice); payment != nil && payment.Status == statusOpen {
		payment.Status, payment.AmountPaid, payment.StatusTransitions.PaidAt = statusPaid, new(invoice.AmountPaid), object.Unix(a.now)
		a.emit("invoice_payment.paid", payment)
	}
}

// cancelInvoicePayment ends the payment of a voided invoice.
func (a *account) cancelInvoicePayment(invoice *object.Invoice) {
	if payment := a.paymentOf(invoice); payment != nil && payment.Status == statusOpen {
		payment.Status, payment.StatusTransitions.CanceledAt = statusCanceled, object.Unix(a.now)
	}
}

func retrieveInvoicePayment(c *call, _ struct{}) (any, error) { return c.InvoicePayments.at(c.id) }

type listInvoicePaymentsParams struct {
	listParams
	Invoice string `form:"invoice"`
	Payment *struct {
		PaymentIntent string `form:"payment_intent"`
		Type          string `form:"type,required" enum:"payment_intent"`
	} `form:"payment"`
	Status string `form:"status" enum:"canceled open paid"`
}

func listInvoicePayments(c *call, p listInvoicePaymentsParams) (any, error) {
	return list(c, &c.InvoicePayments, p.listParams, func(payment *object.InvoicePayment) bool {
		return matches(p.Invoice, payment.Invoice.ID) && matches(p.Status, payment.Status) &&
			(p.Payment == nil || matches(p.Payment.PaymentIntent, payment.Payment.PaymentIntent.ID))
	})
}
