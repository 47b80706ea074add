package sandbox

import (
	"net/http"

	"billhook/infra/local/stripebox/object"
)

// routes is everything the sandbox serves. What is not here answers Stripe's
// 404, whatever the method.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, operations := range []map[string]operation{paymentOperations(), billingOperations(), accountOperations(), connectOperations()} {
		for pattern, run := range operations {
			mux.Handle(pattern, s.serveAPI(run))
		}
	}
	for pattern, run := range cloverOperations() {
		mux.Handle(pattern, s.onlyIn(object.CloverVersion, s.serveAPI(run)))
	}
	for pattern, run := range earlierOperations() {
		mux.Handle(pattern, s.onlyIn(object.APIVersion, s.serveAPI(run)))
	}
	mux.HandleFunc("GET /c/pay/{id}", s.serveCheckout)
	mux.HandleFunc("POST /c/pay/{id}", s.servePayment)
	mux.HandleFunc("POST /c/pay/{id}/promotion_code", s.servePromotion)
	mux.HandleFunc("GET /c/authenticate/{id}", s.serveChallenge)
	mux.HandleFunc("POST /c/authenticate/{id}", s.answerChallenge)
	mux.HandleFunc("GET /p/session/{id}", s.servePortal)
	mux.HandleFunc("POST /p/session/{id}/subscriptions/{subscription}/cancel", s.servePortalAction(cancelInPortal))
	mux.HandleFunc("POST /p/session/{id}/subscriptions/{subscription}/keep", s.servePortalAction(keepInPortal))
	mux.HandleFunc("POST /p/session/{id}/subscriptions/{subscription}/update", s.servePortalAction(changeInPortal))
	mux.HandleFunc("POST /p/session/{id}/payment_method", s.servePortalForm(flowPaymentMethod, payInPortal))
	mux.HandleFunc("POST /p/session/{id}/invoices/{invoice}/pay", s.servePortalForm("", payInvoiceInPortal))
	mux.HandleFunc("POST /p/session/{id}/customer", s.servePortalForm("", describeInPortal))
	mux.HandleFunc("GET /_sandbox/assets/page.css", s.serveStylesheet)
	mux.HandleFunc("GET "+logPath+"{$}", s.ownPage(s.serveLog))
	mux.HandleFunc("POST /_sandbox/log/resend", s.ownPage(s.resendOnPage))
	mux.HandleFunc("GET "+timePath, s.ownPage(s.serveTime))
	mux.HandleFunc("POST "+timePath+"/advance", s.ownPage(s.advanceOnPage))
	mux.HandleFunc("POST /_sandbox/advance", s.control(s.advanceClock))
	mux.HandleFunc("POST /_sandbox/settle", s.control(s.settle))
	mux.HandleFunc("GET /_sandbox/settings", s.control(s.readSettings))
	mux.HandleFunc("POST /_sandbox/settings", s.control(s.changeSettings))
	mux.HandleFunc("GET /_sandbox/deliveries", s.control(s.deliveries))
	mux.HandleFunc("GET /_sandbox/faults", s.control(s.readFaults))
	mux.HandleFunc("PUT /_sandbox/faults", s.control(s.switchFaults))
	mux.HandleFunc("DELETE /_sandbox/faults", s.control(s.endFaults))
	mux.HandleFunc("POST /_sandbox/webhook_endpoints/{id}/roll", s.control(s.rollSecret))
	mux.HandleFunc("POST /_sandbox/events/{id}/resend", s.control(s.resend))
	s.connectPages(mux)
	s.dashboardPages(mux)
	mux.HandleFunc("/", s.serveUnknown)
	return mux
}

// serveUnknown asks for the key first, as Stripe does.
func (s *Server) serveUnknown(w http.ResponseWriter, r *http.Request) {
	s.identify(w)
	if _, err := s.authenticate(r); err != nil {
		writeAnswer(w, errorAnswer(err))
		return
	}
	writeAnswer(w, errorAnswer(unrecognizedURL(r)))
}

// paymentOperations are the API's paths about who pays and how, one line each.
func paymentOperations() map[string]operation {
	return map[string]operation{
		"GET /v1/charges":      with(listCharges),
		"GET /v1/charges/{id}": with(retrieveCharge),

		"POST /v1/checkout/sessions":                with(createCheckoutSession),
		"GET /v1/checkout/sessions":                 with(listCheckoutSessions),
		"GET /v1/checkout/sessions/{id}":            with(retrieveCheckoutSession),
		"POST /v1/checkout/sessions/{id}/expire":    with(expireCheckoutSession),
		"GET /v1/checkout/sessions/{id}/line_items": with(listCheckoutLines),

		"POST /v1/customers":                     with(createCustomer),
		"GET /v1/customers":                      with(listCustomers),
		"GET /v1/customers/{id}":                 with(retrieveCustomer),
		"POST /v1/customers/{id}":                with(updateCustomer),
		"DELETE /v1/customers/{id}":              with(deleteCustomer),
		"GET /v1/customers/{id}/payment_methods": with(listCustomerPaymentMethods),

		"GET /v1/disputes":             with(listDisputes),
		"GET /v1/disputes/{id}":        with(retrieveDispute),
		"POST /v1/disputes/{id}":       with(updateDispute),
		"POST /v1/disputes/{id}/close": with(closeDisputeNow),

		"POST /v1/payment_intents":              with(createPaymentIntent),
		"GET /v1/payment_intents":               with(listPaymentIntents),
		"GET /v1/payment_intents/{id}":          with(retrievePaymentIntent),
		"POST /v1/payment_intents/{id}":         with(updatePaymentIntent),
		"POST /v1/payment_intents/{id}/confirm": with(confirmPaymentIntent),
		"POST /v1/payment_intents/{id}/cancel":  with(cancelPaymentIntent),

		"GET /v1/payment_methods":              with(listPaymentMethods),
		"GET /v1/payment_methods/{id}":         with(retrievePaymentMethod),
		"POST /v1/payment_methods/{id}":        with(updatePaymentMethod),
		"POST /v1/payment_methods/{id}/attach": with(attachPaymentMethod),
		"POST /v1/payment_methods/{id}/detach": with(detachPaymentMethod),

		"POST /v1/setup_intents":              with(createSetupIntent),
		"GET /v1/setup_intents":               with(listSetupIntents),
		"GET /v1/setup_intents/{id}":          with(retrieveSetupIntent),
		"POST /v1/setup_intents/{id}":         with(updateSetupIntent),
		"POST /v1/setup_intents/{id}/confirm": with(confirmSetupIntent),
		"POST /v1/setup_intents/{id}/cancel":  with(cancelSetupIntent),

		"POST /v1/refunds":     with(createRefund),
		"GET /v1/refunds":      with(listRefunds),
		"GET /v1/refunds/{id}": with(retrieveRefund),
	}
}

// billingOperations are those about what is sold and billed.
func billingOperations() map[string]operation {
	return map[string]operation{
		"POST /v1/billing_portal/configurations":      with(createPortalConfiguration),
		"GET /v1/billing_portal/configurations":       with(listPortalConfigurations),
		"GET /v1/billing_portal/configurations/{id}":  with(retrievePortalConfiguration),
		"POST /v1/billing_portal/configurations/{id}": with(updatePortalConfiguration),
		"POST /v1/billing_portal/sessions":            with(createPortalSession),

		"POST /v1/coupons":        with(createCoupon),
		"GET /v1/coupons":         with(listCoupons),
		"GET /v1/coupons/{id}":    with(retrieveCoupon),
		"POST /v1/coupons/{id}":   with(updateCoupon),
		"DELETE /v1/coupons/{id}": with(deleteCoupon),

		"GET /v1/customers/{id}/discount":        with(retrieveCustomerDiscount),
		"DELETE /v1/customers/{id}/discount":     with(deleteCustomerDiscount),
		"DELETE /v1/subscriptions/{id}/discount": with(deleteSubscriptionDiscount),

		"GET /v1/invoices":            with(listInvoices),
		"GET /v1/invoices/{id}":       with(retrieveInvoice),
		"GET /v1/invoices/{id}/lines": with(listInvoiceLines),
		"POST /v1/invoices/{id}/pay":  with(payInvoiceNow),

		"POST /v1/invoices":                         with(createInvoice),
		"POST /v1/invoices/{id}":                    with(updateInvoice),
		"DELETE /v1/invoices/{id}":                  with(deleteInvoice),
		"POST /v1/invoices/{id}/finalize":           with(finalizeInvoice),
		"POST /v1/invoices/{id}/mark_uncollectible": with(markInvoiceUncollectible),
		"POST /v1/invoices/{id}/send":               with(sendInvoice),
		"POST /v1/invoices/{id}/void":               with(voidOpenInvoice),

		"POST /v1/invoices/create_preview": with(createInvoicePreview),

		"POST /v1/invoiceitems":        with(createInvoiceItem),
		"GET /v1/invoiceitems":         with(listInvoiceItems),
		"GET /v1/invoiceitems/{id}":    with(retrieveInvoiceItem),
		"POST /v1/invoiceitems/{id}":   with(updateInvoiceItem),
		"DELETE /v1/invoiceitems/{id}": with(deleteInvoiceItem),

		"POST /v1/prices":      with(createPrice),
		"GET /v1/prices":       with(listPrices),
		"GET /v1/prices/{id}":  with(retrievePrice),
		"POST /v1/prices/{id}": with(updatePrice),

		"POST /v1/products":      with(createProduct),
		"GET /v1/products":       with(listProducts),
		"GET /v1/products/{id}":  with(retrieveProduct),
		"POST /v1/products/{id}": with(updateProduct),

		"POST /v1/promotion_codes":      with(createPromotionCode),
		"GET /v1/promotion_codes":       with(listPromotionCodes),
		"GET /v1/promotion_codes/{id}":  with(retrievePromotionCode),
		"POST /v1/promotion_codes/{id}": with(updatePromotionCode),

		"POST /v1/subscription_schedules":              with(createSchedule),
		"GET /v1/subscription_schedules":               with(listSchedules),
		"GET /v1/subscription_schedules/{id}":          with(retrieveSchedule),
		"POST /v1/subscription_schedules/{id}":         with(updateSchedule),
		"POST /v1/subscription_schedules/{id}/cancel":  with(cancelSchedule),
		"POST /v1/subscription_schedules/{id}/release": with(releaseSchedule),

		"POST /v1/subscriptions":             with(createSubscription),
		"GET /v1/subscriptions":              with(listSubscriptions),
		"GET /v1/subscriptions/{id}":         with(retrieveSubscription),
		"POST /v1/subscriptions/{id}":        with(updateSubscription),
		"DELETE /v1/subscriptions/{id}":      with(cancelSubscription),
		"POST /v1/subscriptions/{id}/resume": with(resumeSubscription),
	}
}

// earlierOperations are those that object.CloverVersion has not any more.
func earlierOperations() map[string]operation {
	return map[string]operation{
		"GET /v1/invoices/upcoming":       with(upcomingInvoice),
		"GET /v1/invoices/upcoming/lines": with(upcomingInvoiceLines),
	}
}

// accountOperations are those about the account itself and its webhooks.
func accountOperations() map[string]operation {
	return map[string]operation{
		"GET /v1/balance": with(retrieveBalance),

		"POST /v1/test_helpers/test_clocks":              with(createTestClock),
		"GET /v1/test_helpers/test_clocks":               with(listTestClocks),
		"GET /v1/test_helpers/test_clocks/{id}":          with(retrieveTestClock),
		"DELETE /v1/test_helpers/test_clocks/{id}":       with(deleteTestClock),
		"POST /v1/test_helpers/test_clocks/{id}/advance": with(advanceTestClock),

		"GET /v1/events":      with(listEvents),
		"GET /v1/events/{id}": with(retrieveEvent),

		"POST /v1/webhook_endpoints":        with(createWebhookEndpoint),
		"GET /v1/webhook_endpoints":         with(listWebhookEndpoints),
		"GET /v1/webhook_endpoints/{id}":    with(retrieveWebhookEndpoint),
		"POST /v1/webhook_endpoints/{id}":   with(updateWebhookEndpoint),
		"DELETE /v1/webhook_endpoints/{id}": with(deleteWebhookEndpoint),
	}
}

// cloverOperations are those that only object.CloverVersion has.
func cloverOperations() map[string]operation {
	return map[string]operation{
		"GET /v1/invoice_payments":      with(listInvoicePayments),
		"GET /v1/invoice_payments/{id}": with(retrieveInvoicePayment),
	}
}
