package api

import (
	"fmt"
	"regexp"
	"strings"

	"billhook/pkg/billing"
)

// UnmarshalJSON reads and validates the request; the currency is filled in.
func (r *DepositRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Currency = f.walletCurrency()
	r.AmountCents = required[int64](f, "amount_cents")
	f.deposit("amount_cents", r.AmountCents, *r.Currency)
	r.SuccessURL = f.redirect("success_url")
	r.CancelURL = f.redirect("cancel_url")
	return f.err()
}

// UnmarshalJSON reads and validates the request; the currency is filled in.
func (r *AutoReloadRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Currency = f.walletCurrency()
	r.Enabled = required[bool](f, "enabled")
	read := optional[int64]
	if r.Enabled {
		read = func(f *fields, name string) *int64 { return new(required[int64](f, name)) }
	}
	r.ThresholdCents, r.AmountCents = read(f, "threshold_cents"), read(f, "amount_cents")
	if r.ThresholdCents != nil {
		f.movable("threshold_cents", *r.ThresholdCents)
	}
	if r.AmountCents != nil {
		f.deposit("amount_cents", *r.AmountCents, *r.Currency)
	}
	return f.err()
}

// UnmarshalJSON reads and validates the request; the currency is filled in.
func (r *SpendRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Currency = f.walletCurrency()
	r.AmountCents = required[int64](f, "amount_cents")
	f.movable("amount_cents", r.AmountCents)
	r.Description = required[string](f, "description")
	f.length("description", &r.Description, 1, longestDescription)
	return f.err()
}

// How long a hold may last, in seconds.
const (
	shortestHold = 60
	usualHold    = 60 * 60
	longestHold  = 7 * 24 * 60 * 60
)

// UnmarshalJSON reads and validates the request; defaults are filled in.
func (r *HoldRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Currency = f.walletCurrency()
	r.AmountCents = required[int64](f, "amount_cents")
	f.movable("amount_cents", r.AmountCents)
	r.Description = optional[string](f, "description")
	f.length("description", r.Description, 0, longestDescription)
	r.ExpiresInSeconds = orDefault(optional[int64](f, "expires_in_seconds"), usualHold)
	if s := *r.ExpiresInSeconds; !f.refused("expires_in_seconds") && (s < shortestHold || s > longestHold) {
		f.refuse("expires_in_seconds", "value_error", fmt.Sprintf("Input should be between %d and %d", shortestHold, longestHold))
	}
	return f.err()
}

// UnmarshalJSON reads and validates the request.
func (r *CaptureRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.AmountCents = f.part("amount_cents")
	return f.err()
}

// UnmarshalJSON reads and validates the request; the currency is filled in.
func (r *MarketplaceChargeRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Currency = f.walletCurrency()
	if *r.Currency != billing.PayoutCurrency && !f.refused("currency") {
		f.refuse("currency", "enum", "Input should be '"+billing.PayoutCurrency+"', which creators are paid in")
	}
	r.UserID = required[string](f, "user_id")
	f.length("user_id", &r.UserID, 1, 255)
	r.CreatorID = required[string](f, "creator_id")
	f.length("creator_id", &r.CreatorID, 1, 255)
	r.AmountCents = required[int64](f, "amount_cents")
	f.movable("amount_cents", r.AmountCents)
	r.Description = optional[string](f, "description")
	f.length("description", r.Description, 0, longestDescription)
	return f.err()
}

// UnmarshalJSON reads and validates the request.
func (r *MarketplaceRefundRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.AmountCents = f.part("amount_cents")
	return f.err()
}

const (
	longestDescription = 500
	mostMoved          = 99_999_999 // minor units: what Stripe takes at once in nearly all currencies
)

// movable refuses an amount that no balance can be asked for.
func (f *fields) movable(name string, amount int64) {
	if !f.refused(name) && (amount < 1 || amount > mostMoved) {
		f.refuse(name, "value_error", fmt.Sprintf("Input should be between 1 and %d", mostMoved))
	}
}

// part reads an amount that may be left out, for all there is.
func (f *fields) part(name string) *int64 {
	amount := optional[int64](f, name)
	if amount != nil {
		f.movable(name, *amount)
	}
	return amount
}

// walletCurrency reads the currency that wallets have; usd if none is named.
func (f *fields) walletCurrency() *string {
	const name = "currency"
	currency := orDefault(optional[string](f, name), defaultCurrency)
	*currency = strings.ToLower(*currency)
	if _, known := billing.Deposits(*currency); !known && !f.refused(name) {
		f.refuse(name, "enum", "Input should be a currency that balances have")
	}
	return currency
}

// deposit refuses an amount that cannot be paid in at once.
func (f *fields) deposit(name string, amount int64, currency string) {
	limits, known := billing.Deposits(currency)
	if f.refused(name) || !known || limits.Allows(amount) {
		return
	}
	bounds := fmt.Sprintf("Input should be between %d and %d", limits.Least, limits.Most)
	if limits.Step > 1 {
		bounds += fmt.Sprintf(", in steps of %d", limits.Step)
	}
	f.refuse(name, "value_error", bounds)
}

// ledgerID is the form of what the ledger names.
var ledgerID = regexp.MustCompile(`^[A-Za-z0-9_]{1,100}$`)

// HoldID checks the hold that a path names.
func HoldID(id string) error { return inPath("hold_id", id, ledgerID) }

// ChargeID checks the marketplace charge that a path names.
func ChargeID(id string) error { return inPath("charge_id", id, ledgerID) }

// DepositSession checks the checkout session that a query names.
func DepositSession(id string) error {
	var f fields
	f.name("session_id", &id, stripeID)
	return f.err()
}

const defaultCurrency = "usd"

// WalletCurrencyOf is the currency that a query names; usd if it names none.
func WalletCurrencyOf(sent *string) (string, error) {
	currency := strings.ToLower(*orDefault(sent, defaultCurrency))
	if _, known := billing.Deposits(currency); !known {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"query", "currency"}, Msg: "Input should be a currency that balances have", Type: "enum",
		})
	}
	return currency, nil
}

// mostSkipped is how far into a list an offset may reach; the cost grows with it.
const mostSkipped = 10_000

// WindowOf is the part of a list that a request names, within the documented
// bounds.
func WindowOf(limit, offset *int) (length, skip int, err error) {
	length, skip = *orDefault(limit, 50), *orDefault(offset, 0)
	var f fields
	if length < 1 || length > 100 {
		f.outside("limit", "value_error", "between 1 and 100")
	}
	if skip < 0 || skip > mostSkipped {
		f.outside("offset", "value_error", fmt.Sprintf("between 0 and %d", mostSkipped))
	}
	return length, skip, f.err()
}
