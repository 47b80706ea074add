package sandbox

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"sync"
	"time"

	"billhook/infra/local/stripebox/fault"
	"billhook/infra/local/stripebox/object"
)

// account is what one secret key sees, or a connected account of that. Its lock
// is held for the whole of every operation on it, so operations on one account
// happen one after the other.
type account struct {
	id     string
	server *Server

	platform  *account   // itself, unless it is a connected account
	connected []*account // those of a platform, in the order of Connected

	mu *sync.Mutex // shared with the platform
	state

	// What the running operation works with, set by begin.
	onClock string              // the test clock that now is read from; empty: the account's
	now     int64               // the account's clock, in seconds since the epoch
	cause   object.EventRequest // what the family's events name as their request; the platform's counts
	events  []string            // the ids of the events it has made
}

// state is the part of an account that a snapshot keeps.
type state struct {
	Livemode bool `json:"livemode"`
	// Origin is where the hosted pages were last found from outside.
	Origin string `json:"origin"`
	// OffsetSeconds is how far the account's clock is ahead of Options.Now.
	OffsetSeconds int64    `json:"offset_seconds"`
	Objects       int64    `json:"objects"`  // ids handed out to resources
	Requests      int64    `json:"requests"` // ids handed out to requests
	Settings      settings `json:"settings"`
	// Key is the secret key of an account that the dashboard made; another's is
	// not kept.
	Key string `json:"key,omitempty"`
	// AdvancingDrafts are the manual invoices that are finalized by themselves.
	AdvancingDrafts []string `json:"advancing_drafts"`

	Faults fault.Plan `json:"faults,omitempty"`

	// Of a platform: its connected accounts and what OAuth gave out.
	Connected []string            `json:"connected,omitempty"`
	Grants    table[*oauthGrant]  `json:"oauth_grants"`
	Links     table[*accountLink] `json:"account_links"`
	// Of a connected account:
	Platform  string `json:"platform,omitempty"`
	AccessKey string `json:"access_key,omitempty"` // the account id that its OAuth token would open
	Revoked   bool   `json:"revoked,omitempty"`

	Profile             *object.Account                   `json:"profile"`
	BankNumbers         map[string]string                 `json:"bank_numbers"` // by the bank account's id
	BalanceTransactions table[*object.BalanceTransaction] `json:"balance_transactions"`
	ApplicationFees     table[*object.ApplicationFee]     `json:"application_fees"`
	Transfers           table[*object.Transfer]           `json:"transfers"`
	Payouts             table[*object.Payout]             `json:"payouts"`

	Customers            table[*object.Customer]            `json:"customers"`
	Products             table[*object.Product]             `json:"products"`
	Prices               table[*object.Price]               `json:"prices"`
	Coupons              table[*coupon]                     `json:"coupons"`
	PromotionCodes       table[*promotionCode]              `json:"promotion_codes"`
	Discounts            table[*object.Discount]            `json:"discounts"`
	EndingDiscounts      []string                           `json:"ending_discounts"` // the ids of those that end at a time
	PaymentMethods       table[*paymentMethod]              `json:"payment_methods"`
	Sessions             table[*session]                    `json:"checkout_sessions"`
	Subscriptions        table[*subscription]               `json:"subscriptions"`
	Schedules            table[*schedule]                   `json:"subscription_schedules"`
	TestClocks           table[*object.TestClock]           `json:"test_clocks"`
	Invoices             table[*object.Invoice]             `json:"invoices"`
	InvoicePayments      table[*object.InvoicePayment]      `json:"invoice_payments"`
	PaymentIntents       table[*object.PaymentIntent]       `json:"payment_intents"`
	SetupIntents         table[*object.SetupIntent]         `json:"setup_intents"`
	InvoiceItems         table[*object.InvoiceItem]         `json:"invoice_items"`
	Charges              table[*object.Charge]              `json:"charges"`
	Refunds              table[*object.Refund]              `json:"refunds"`
	Disputes             table[*object.Dispute]             `json:"disputes"`
	Events               table[*object.Event]               `json:"events"`
	Portals              table[*object.PortalSession]       `json:"portal_sessions"`
	PortalConfigurations table[*object.PortalConfiguration] `json:"portal_configurations"`
	Endpoints            table[*endpoint]                   `json:"webhook_endpoints"`
	PortalSetups         map[string]string                  `json:"portal_setups"` // portal sessions by the setup intent that waits there
	Deleted              map[string]*object.Deleted         `json:"deleted"`
	Replays              map[string]*replay                 `json:"replays"` // by idempotency key
}

func newAccount(s *Server, id string) *account {
	a := &account{id: id, server: s, mu: new(sync.Mutex), state: state{
		Grants:              newTable[*oauthGrant]("authorization code", "code"),
		Links:               newTable[*accountLink]("account link", "id"),
		BankNumbers:         map[string]string{},
		BalanceTransactions: newTable[*object.BalanceTransaction]("balance transaction", "id"),
		ApplicationFees:     newTable[*object.ApplicationFee]("application fee", "id"),
		Transfers:           newTable[*object.Transfer]("transfer", "transfer"),
		Payouts:             newTable[*object.Payout]("payout", "payout"),

		Customers:            newTable[*object.Customer]("customer", "id"),
		Products:             newTable[*object.Product]("product", "id"),
		Prices:               newTable[*object.Price]("price", "price"),
		Coupons:              newTable[*coupon]("coupon", "coupon"),
		PromotionCodes:       newTable[*promotionCode]("promotion code", "promotion_code"),
		Discounts:            newTable[*object.Discount]("discount", "discount"),
		PaymentMethods:       newTable[*paymentMethod]("PaymentMethod", "payment_method"),
		Sessions:             newTable[*session]("checkout session", "session"),
		Subscriptions:        newTable[*subscription]("subscription", "id"),
		Schedules:            newTable[*schedule]("subscription schedule", "schedule"),
		TestClocks:           newTable[*object.TestClock]("test clock", "test_clock"),
		Invoices:             newTable[*object.Invoice]("invoice", "id"),
		InvoicePayments:      newTable[*object.InvoicePayment]("invoice payment", "invoice_payment"),
		PaymentIntents:       newTable[*object.PaymentIntent]("payment_intent", "intent"),
		SetupIntents:         newTable[*object.SetupIntent]("setupintent", "intent"),
		InvoiceItems:         newTable[*object.InvoiceItem]("invoiceitem", "id"),
		Charges:              newTable[*object.Charge]("charge", "id"),
		Refunds:              newTable[*object.Refund]("refund", "id"),
		Disputes:             newTable[*object.Dispute]("dispute", "dispute"),
		Events:               newTable[*object.Event]("event", "id"),
		Portals:              newTable[*object.PortalSession]("portal session", "session"),
		PortalConfigurations: newTable[*object.PortalConfiguration]("configuration", "configuration"),
		Endpoints:            newTable[*endpoint]("webhook endpoint", "id"),
		PortalSetups:         map[string]string{},
		Deleted:              map[string]*object.Deleted{},
		Replays:              map[string]*replay{},
	}}
	a.platform = a
	return a
}

// begin locks the account, reads the clock once for the whole operation and
// first does what has become due by then. The caller unlocks.
func (a *account) begin() {
	a.mu.Lock()
	for member := range a.family {
		member.cause, member.events, member.onClock = object.EventRequest{}, nil, ""
	}
	a.runFamily(a.clock())
}

// clock is the account's time in seconds since the epoch.
func (a *account) clock() int64 { return a.server.options.Now().Unix() + a.platform.OffsetSeconds }

// lookup is the resource with the id, whatever its kind, as the API shows it;
// nil when there is none.
func (a *account) lookup(id string) any {
	for _, find := range []func(string) any{
		finder(&a.Customers),
		finder(&a.Products),
		finder(&a.Prices),
		finder(&a.Coupons),
		finder(&a.PromotionCodes),
		finder(&a.Discounts),
		finder(&a.PaymentMethods),
		finder(&a.Subscriptions),
		finder(&a.Schedules),
		finder(&a.TestClocks),
		finder(&a.Invoices),
		finder(&a.InvoiceItems),
		finder(&a.InvoicePayments),
		finder(&a.PaymentIntents),
		finder(&a.SetupIntents),
		finder(&a.Charges),
		finder(&a.Refunds),
		finder(&a.Disputes),
		finder(&a.BalanceTransactions),
		finder(&a.platform.ApplicationFees), // a connected account's charges name them
		finder(&a.Transfers),
		finder(&a.Payouts),
		finder(&a.PortalConfigurations),
	} {
		if row := find(id); row != nil {
			return row
		}
	}
	if member := a.member(id); member != nil && !a.isConnected() {
		return member.Profile
	}
	if row := a.Deleted[id]; row != nil {
		return row
	}
	return nil
}

// finder finds what the API shows of a table's rows; nil where there is none.
func finder[T resource](t *table[T]) func(id string) any {
	return func(id string) any {
		if row, exists := t.rows[id]; exists {
			return show(row)
		}
		return nil
	}
}

// idLength is the number of characters after an id's prefix.
const idLength = 24

// newID is the next id with the prefix, such as "cus_".
func (a *account) newID(prefix string) string { return prefix + a.token(prefix, idLength) }

// token is the next string of letters and digits. It depends on the seed, the
// account and how many were made before, and on nothing else.
func (a *account) token(purpose string, length int) string {
	a.Objects++
	return derive(length, a.server.options.Seed, a.id, purpose, a.Objects)
}

func derive(length int, parts ...any) string {
	sum := sha256.Sum256(fmt.Appendln(nil, parts...))
	text := new(big.Int).SetBytes(sum[:]).Text(62)
	for len(text) < length {
		sum = sha256.Sum256(sum[:])
		text += new(big.Int).SetBytes(sum[:]).Text(62)
	}
	return text[:length]
}

func (a *account) modeName() string {
	if a.Livemode {
		return "live"
	}
	return "test"
}

// utc is a time in seconds since the epoch as a time.Time.
func utc(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
