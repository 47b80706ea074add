package sandbox

import (
	"strings"

	"billhook/infra/local/stripebox/object"
)

// Stripe's test data for bank accounts, https://docs.stripe.com/connect/testing.
const (
	testRouting = "110000000"
	testNumber  = "000123456789"
)

// bankFailure is why payouts to one of Stripe's test numbers fail; empty for
// all other numbers.
func bankFailure(number string) (code, message string) {
	switch number {
	case "000111111116":
		return "no_account", "The bank account could not be located."
	case "000111111113":
		return "account_closed", "The bank account has been closed."
	case "000222222227":
		return "insufficient_funds", "Your Stripe account has insufficient funds to cover the payout."
	case "000333333335":
		return "debit_not_authorized", "Debit transactions are not approved on your bank account."
	case "000444444440":
		return "invalid_currency", "The bank was unable to process this payout because of its currency."
	}
	return "", ""
}

// bankToken is the number that one of Stripe's test tokens stands for.
func bankToken(token string) (number string, known bool) {
	switch token {
	case "btok_us", "btok_us_verified":
		return testNumber, true
	case "btok_us_verified_noAccount":
		return "000111111116", true
	case "btok_us_verified_accountClosed":
		return "000111111113", true
	case "btok_us_verified_insufficientFunds":
		return "000222222227", true
	case "btok_us_verified_debitNotAuthorized":
		return "000333333335", true
	case "btok_us_verified_invalidCurrency":
		return "000444444440", true
	}
	return "", false
}

// bankDetails are what is told of a bank account.
type bankDetails struct {
	number, routing, country, currency, holder, holderType string
}

// addBank makes a bank account the account's default for its currency.
func (a *account) addBank(d bankDetails) *object.BankAccount {
	bank := &object.BankAccount{
		ID: a.newID("ba_"), Object: "bank_account", Account: a.id, AccountHolderName: object.Text(d.holder),
		AccountHolderType: object.Text(d.holderType), AvailablePayoutMethods: object.Strings{"standard", "instant"},
		BankName: "STRIPE TEST BANK", Country: strings.ToUpper(d.country), Currency: strings.ToLower(d.currency),
		Fingerprint: derive(16, a.server.options.Seed, "bank", d.routing, d.number), Last4: d.number[len(d.number)-4:],
		RoutingNumber: object.Text(d.routing), Status: "new",
	}
	a.BankNumbers[bank.ID] = d.number
	a.Profile.ExternalAccounts.Data = append(a.Profile.ExternalAccounts.Data, bank)
	a.makeDefault(bank)
	return bank
}

// makeDefault makes a bank account the one that its currency is paid out to.
func (a *account) makeDefault(bank *object.BankAccount) {
	for _, other := range a.Profile.ExternalAccounts.Data {
		if other.Currency == bank.Currency {
			other.DefaultForCurrency = other == bank
		}
	}
}

// validNumber reports whether a text can be a bank account's number: an IBAN
// or digits.
func validNumber(number string) bool {
	return len(number) >= 4 && len(number) <= 34 && strings.Trim(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// currencyOf is the usual currency of a country.
func currencyOf(country string) string {
	switch strings.ToUpper(country) {
	case "AT", "BE", "DE", "ES", "FI", "FR", "GR", "IE", "IT", "LU", "NL", "PT":
		return "eur"
	case "AU":
		return "aud"
	case "CA":
		return "cad"
	case "CH":
		return "chf"
	case "GB":
		return "gbp"
	case "JP":
		return "jpy"
	}
	return "usd"
}
