package sandbox

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Names of the checkout form's fields.
const (
	fieldEmail  = "email"
	fieldNumber = "card_number"
	fieldExpiry = "card_expiry"
	fieldCVC    = "card_cvc"
	fieldName   = "name"
)

// pageInput is the checkout form as it was typed.
type pageInput struct {
	email, number, expiry, cvc, name string
}

func readInput(values url.Values) pageInput {
	text := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	return pageInput{text(fieldEmail), text(fieldNumber), text(fieldExpiry), text(fieldCVC), text(fieldName)}
}

// prefilled is the form filled in with a card that does not expire soon.
func prefilled(number string, now int64) pageInput {
	return pageInput{
		email: "jenny.rosen@example.com", number: spaced(number), expiry: utc(now).AddDate(3, 0, 0).Format("01 / 06"), cvc: "123", name: "Jenny Rosen",
	}
}

// spaced groups a card number by four digits.
func spaced(number string) string {
	var groups []string
	for len(number) > 4 {
		groups, number = append(groups, number[:4]), number[4:]
	}
	return strings.Join(append(groups, number), " ")
}

var (
	expiryPattern = regexp.MustCompile(`^(\d{1,2})\s*/\s*(?:20)?(\d{2})$`)
	cvcPattern    = regexp.MustCompile(`^\d{3,4}$`)
)

// buyer checks the form. The faults are messages by field; the card itself is
// looked at later, because a wrong number is a decline.
func (in pageInput) buyer(knownEmail string, now int64) (buyer, map[string]string) {
	faults := map[string]string{}
	b := buyer{email: knownEmail, name: in.name}
	if knownEmail == "" {
		b.email = in.email
		if at := strings.IndexByte(in.email, '@'); at < 1 || at == len(in.email)-1 {
			faults[fieldEmail] = "Enter your email address."
		}
	}
	if in.number == "" {
		faults[fieldNumber] = "Enter the card number."
	}
	if !cvcPattern.MatchString(in.cvc) {
		faults[fieldCVC] = "Enter the card's security code."
	}
	if in.name == "" {
		faults[fieldName] = "Enter the name on the card."
	}
	var valid bool
	if b.expMonth, b.expYear, valid = parseExpiry(in.expiry); !valid {
		faults[fieldExpiry] = "Enter the expiry date as MM / YY."
	} else if !utc(now).Before(time.Date(int(b.expYear), time.Month(b.expMonth)+1, 1, 0, 0, 0, 0, time.UTC)) {
		faults[fieldExpiry] = "The card's expiry date is in the past."
	}
	return b, faults
}

// parseExpiry reads MM / YY, or MM / YYYY, of this century.
func parseExpiry(text string) (month, year int64, valid bool) {
	parts := expiryPattern.FindStringSubmatch(text)
	if parts == nil {
		return 0, 0, false
	}
	month, _ = strconv.ParseInt(parts[1], 10, 64) // the pattern admits digits only
	year, _ = strconv.ParseInt(parts[2], 10, 64)
	return month, 2000 + year, month >= 1 && month <= 12
}
