package sandbox

import "net/http"

// connectOperations are the API's paths about connected accounts and about the
// money that moves between accounts and banks.
func connectOperations() map[string]operation {
	return map[string]operation{
		"GET /v1/account": with(retrieveOwnAccount),

		"POST /v1/account_links": with(createAccountLink),

		"POST /v1/accounts":                  with(createAccount),
		"GET /v1/accounts":                   with(listAccounts),
		"GET /v1/accounts/{id}":              with(retrieveAccount),
		"POST /v1/accounts/{id}":             with(updateAccount),
		"DELETE /v1/accounts/{id}":           with(deleteAccount),
		"POST /v1/accounts/{id}/login_links": with(createLoginLink),

		"POST /v1/accounts/{id}/external_accounts":          with(createExternalAccount),
		"GET /v1/accounts/{id}/external_accounts":           with(listExternalAccounts),
		"GET /v1/accounts/{id}/external_accounts/{part}":    with(retrieveExternalAccount),
		"POST /v1/accounts/{id}/external_accounts/{part}":   with(updateExternalAccount),
		"DELETE /v1/accounts/{id}/external_accounts/{part}": with(deleteExternalAccount),

		"GET /v1/application_fees":                     with(listApplicationFees),
		"GET /v1/application_fees/{id}":                with(retrieveApplicationFee),
		"POST /v1/application_fees/{id}/refunds":       with(refundApplicationFee),
		"GET /v1/application_fees/{id}/refunds":        with(listFeeRefunds),
		"GET /v1/application_fees/{id}/refunds/{part}": with(retrieveFeeRefund),

		"GET /v1/balance_transactions":      with(listBalanceTransactions),
		"GET /v1/balance_transactions/{id}": with(retrieveBalanceTransaction),

		"POST /v1/payouts":              with(createPayout),
		"GET /v1/payouts":               with(listPayouts),
		"GET /v1/payouts/{id}":          with(retrievePayout),
		"POST /v1/payouts/{id}":         with(updatePayout),
		"POST /v1/payouts/{id}/cancel":  with(cancelPayout),
		"POST /v1/payouts/{id}/reverse": with(reversePayout),

		"POST /v1/transfers":                      with(createTransfer),
		"GET /v1/transfers":                       with(listTransfers),
		"GET /v1/transfers/{id}":                  with(retrieveTransfer),
		"POST /v1/transfers/{id}":                 with(updateTransfer),
		"POST /v1/transfers/{id}/reversals":       with(createReversal),
		"GET /v1/transfers/{id}/reversals":        with(listReversals),
		"GET /v1/transfers/{id}/reversals/{part}": with(retrieveReversal),
	}
}

// connectPages are onboarding, the Express dashboard and OAuth, which Stripe
// serves on connect.stripe.com.
func (s *Server) connectPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /setup/{account}/{id}", s.serveOnboarding)
	mux.HandleFunc("POST /setup/{account}/{id}", s.completeOnboarding)
	mux.HandleFunc("GET /express/{account}/{id}", s.serveExpress)
	mux.HandleFunc("GET /oauth/authorize", s.serveAuthorize)
	mux.HandleFunc("POST /oauth/authorize", s.decideAuthorize)
	mux.HandleFunc("GET /express/oauth/authorize", s.serveAuthorize)
	mux.HandleFunc("POST /express/oauth/authorize", s.decideAuthorize)
	mux.HandleFunc("POST /oauth/token", s.serveOAuth(exchangeToken))
	mux.HandleFunc("POST /oauth/deauthorize", s.serveOAuth(deauthorize))
	mux.HandleFunc("GET /_sandbox/account", s.control(s.showIdentity))
}
