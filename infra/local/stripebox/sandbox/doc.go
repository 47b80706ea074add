// Package sandbox is a Stripe account in memory, one for each secret key, with
// the connected accounts of each: the /v1 API in the shapes of versions
// 2024-06-20 and 2025-09-30.clover, the hosted checkout page, the customer
// portal, Connect's pages, signed webhooks and a clock that can be advanced. It
// owns the state and the rules by which Stripe moves it; shapes are in package
// object, request decoding in form, webhook delivery in delivery. It never calls
// Stripe and holds no real card.
//
// The checkout page's form has the fields email, card_number, card_expiry
// ("MM / YY"), card_cvc and name; that for a promotion code posts promotion_code to
// /c/pay/{id}/promotion_code. A card that wants its holder to authenticate leads
// to /c/authenticate/{id} (of the session, payment intent or setup intent),
// whose form has the field outcome: "complete" or "fail".
//
// The portal's page has forms that post to
// /p/session/{id}/subscriptions/{subscription}/cancel, with the optional fields
// feedback and comment, to .../keep, which undoes that, and to .../update, with
// price and quantity; /p/session/{id}/payment_method takes the card's fields of
// the checkout page, /p/session/{id}/customer customer_email, customer_name,
// customer_line1 and so on, and /p/session/{id}/invoices/{invoice}/pay nothing.
//
// The onboarding page of an account link has the fields name, url,
// business_type, routing_number, account_number and action (complete or leave);
// the OAuth page adds decision (connect or deny) and account to what it was
// asked with. The pages of the account's deliveries, /_sandbox/, and of its
// clock, /_sandbox/time, are opened by Server.PageURL. The dashboard,
// /_sandbox/dashboard, has the paths of Stripe's and is opened by
// Server.DashboardURL: accounts are made there, with their keys, and webhook
// endpoints, products and prices, and every object is shown. Control operations, with
// the account's key as on /v1, take and answer JSON:
//
//	POST /_sandbox/advance            {"seconds": n} or {"days": n} or {"to": unix}
//	POST /_sandbox/settle             {"timeout_seconds": n}, default 30
//	GET  /_sandbox/settings
//	POST /_sandbox/settings           {"after_retries": "canceled", "unpaid" or "past_due"}
//	GET  /_sandbox/deliveries
//	POST /_sandbox/events/{id}/resend
//	GET, PUT, DELETE /_sandbox/faults   {"faults": [{"kind": "429", "count": n}, ...]}
//	GET  /_sandbox/account
//	POST /_sandbox/webhook_endpoints/{id}/roll   {"overlap_seconds": n}, default 24 h
package sandbox
