package sandbox

import (
	"net/http"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// decline is why a card cannot be charged.
type decline struct {
	code, declineCode, message string
}

// err is the decline as the 402 of the API.
func (d *decline) err() *apiError {
	return &apiError{http.StatusPaymentRequired, object.Error{
		Type: typeCard, Code: d.code, DeclineCode: d.declineCode, Message: d.message, DocURL: docURL(d.code),
	}}
}

// testCard is one of Stripe's test cards,
// https://docs.stripe.com/testing#cards.
type testCard struct {
	number  string
	brand   string
	funding string
	use     string // what the pages say of it
	// onAttach and onCharge are nil when the card does it.
	onAttach  *decline
	onCharge  *decline
	challenge challenge
	disputed  *disputed // nil when its charges stand
	// tokens are the payment method ids that stand for the card.
	tokens []string
}

const (
	visa         = "visa"
	credit       = "credit"
	cardDeclined = "card_declined"
)

func refusal(code, declineCode, message string) *decline { return &decline{code, declineCode, message} }

// testCards lists the cards the sandbox knows.
func testCards() []testCard {
	generic := refusal(cardDeclined, "generic_decline", "Your card was declined.")
	funds := refusal(cardDeclined, "insufficient_funds", "Your card has insufficient funds.")
	lost := refusal(cardDeclined, "lost_card", "Your card was declined.")
	stolen := refusal(cardDeclined, "stolen_card", "Your card was declined.")
	expired := refusal("expired_card", "", "Your card has expired.")
	cvc := refusal("incorrect_cvc", "", "Your card's security code is incorrect.")
	processing := refusal("processing_error", "", "An error occurred while processing your card. Try again in a little bit.")
	declined := func(number, use string, d *decline, tokens ...string) testCard {
		return testCard{number: number, brand: visa, funding: credit, use: use, onAttach: d, onCharge: d, tokens: tokens}
	}
	return []testCard{
		{number: "4242424242424242", brand: visa, funding: credit, use: "succeeds", tokens: []string{"pm_card_visa"}},
		{number: "4000056655665556", brand: visa, funding: "debit", use: "succeeds (debit)", tokens: []string{"pm_card_visa_debit"}},
		{number: "5555555555554444", brand: "mastercard", funding: credit, use: "succeeds", tokens: []string{"pm_card_mastercard"}},
		{number: "378282246310005", brand: "amex", funding: credit, use: "succeeds", tokens: []string{"pm_card_amex"}},
		{number: "6011111111111117", brand: "discover", funding: credit, use: "succeeds", tokens: []string{"pm_card_discover"}},
		declined("4000000000000002", "is declined", generic, "pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"),
		declined("4000000000009995", "has insufficient funds", funds,
			"pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"),
		declined("4000000000009987", "has been lost", lost, "pm_card_chargeDeclinedLostCard", "pm_card_visa_chargeDeclinedLostCard"),
		declined("4000000000009979", "has been stolen", stolen, "pm_card_chargeDeclinedStolenCard", "pm_card_visa_chargeDeclinedStolenCard"),
		declined("4000000000000069", "has expired", expired, "pm_card_chargeDeclinedExpiredCard", "pm_card_visa_chargeDeclinedExpiredCard"),
		declined("4000000000000127", "has a wrong CVC", cvc, "pm_card_chargeDeclinedIncorrectCvc", "pm_card_visa_chargeDeclinedIncorrectCvc"),
		declined("4000000000000119", "cannot be processed", processing, "pm_card_chargeDeclinedProcessingError", "pm_card_visa_chargeDeclinedProcessingError"),
		{
			number: "4000002500003155", brand: visa, funding: credit, use: "must be authenticated, once when it is saved",
			challenge: challengeUntilSetUp, tokens: []string{"pm_card_authenticationRequiredOnSetup"},
		},
		{
			number: "4000000000003220", brand: visa, funding: credit, use: "must be authenticated for every payment",
			challenge: challengeAlways, tokens: []string{"pm_card_threeDSecure2Required", "pm_card_threeDSecureRequired"},
		},
		{
			number: "4000002760003184", brand: visa, funding: credit, use: "must be authenticated for every payment, saved or not",
			challenge: challengeAlways, tokens: []string{"pm_card_authenticationRequired"},
		},
		{
			number: "4000008260003178", brand: visa, funding: credit, use: "must be authenticated, then has insufficient funds", onCharge: funds,
			challenge: challengeAlways, tokens: []string{"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"},
		},
		{
			number: "4000000000000259", brand: visa, funding: credit, use: "succeeds, then is disputed as fraudulent",
			disputed: &disputed{reason: "fraudulent", code: "10.4"}, tokens: []string{"pm_card_createDispute"},
		},
		{
			number: "4000000000002685", brand: visa, funding: credit, use: "succeeds, then is disputed as not delivered",
			disputed: &disputed{reason: "product_not_received", code: "13.1"}, tokens: []string{"pm_card_createDisputeProductNotReceived"},
		},
		{
			number: "4000000000001976", brand: visa, funding: credit, use: "succeeds, then is inquired about",
			disputed: &disputed{reason: "fraudulent", code: "10.4", inquiry: true}, tokens: []string{"pm_card_createDisputeInquiry"},
		},
		{
			number: "4000000000000341", brand: visa, funding: credit, use: "can be saved, but every charge is declined",
			onCharge: generic, tokens: []string{"pm_card_chargeCustomerFail", "pm_card_visa_chargeCustomerFail"},
		},
	}
}

// cardByNumber finds a test card by what was typed. Any other number is refused
// as Stripe's test mode refuses it.
func cardByNumber(typed string) (testCard, *decline) {
	number := strings.NewReplacer(" ", "", "-", "").Replace(typed)
	for _, card := range testCards() {
		if card.number == number {
			return card, nil
		}
	}
	if !plausible(number) {
		return testCard{}, refusal("incorrect_number", "", "Your card number is incorrect.")
	}
	return testCard{}, refusal(cardDeclined, "test_mode_live_card",
		"Your card was declined. Your request was in test mode, but used a non test card. "+
			"For a list of valid test cards, visit: https://stripe.com/docs/testing.")
}

// cardByToken finds the test card behind an id such as pm_card_visa.
func cardByToken(token string) (testCard, bool) {
	for _, card := range testCards() {
		for _, known := range card.tokens {
			if known == token {
				return card, true
			}
		}
	}
	return testCard{}, false
}

// plausible reports whether a number has a card's length and check digit
// (ISO/IEC 7812-1, the Luhn algorithm).
func plausible(number string) bool {
	if len(number) < 12 || len(number) > 19 {
		return false
	}
	sum := 0
	for i := range len(number) {
		digit := int(number[len(number)-1-i]) - '0'
		if digit < 0 || digit > 9 {
			return false
		}
		if i%2 == 1 {
			digit *= 2
			if digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}
