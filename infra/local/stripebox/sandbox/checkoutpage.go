package sandbox

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed assets/checkout.html
var checkoutHTML string

// checkoutTemplate is parsed once; a mistake in it shows when the program
// starts.
var checkoutTemplate = template.Must(template.New("checkout").Parse(checkoutHTML + fieldHTML))

// checkoutPage is what the page shows.
type checkoutPage struct {
	Title, Status, Note, Total string
	Lines                      []pageLine
	Reduction                  *pageReduction // nil without a discount

	// While the session is open:
	Action, Alert, KnownEmail, PayLabel, CancelURL string
	Email                                          *pageField // nil when the address is known
	cardForm
	Promotion *pageField // nil where no promotion codes are taken

	// Afterwards:
	Outcome, NextURL string
}

type pageLine struct{ Name, Detail, Amount string }

// pageReduction is what a discount takes off, and the price without it.
type pageReduction struct{ Subtotal, Name, Amount string }

// cardForm is the part of a form that takes a card.
type cardForm struct {
	Number, Expiry, CVC, Name pageField
	Cards                     []pageCard
}

type pageCard struct{ Number, Use, URL string }

type pageField struct {
	Name, Label, Type, Autocomplete, Placeholder, Mode, Value, Error string
}

// serveCheckout shows a session. ?card= fills the form in with a test card.
func (s *Server) serveCheckout(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	a := s.accountThat(func(a *account) bool { return a.Sessions.get(id) != nil })
	if a == nil {
		http.Error(w, "There is no such checkout session in this sandbox.", http.StatusNotFound)
		return
	}
	a.begin()
	defer a.mu.Unlock()
	current := a.Sessions.get(id)
	a.enterClockOf(current.Customer.ID)
	input := pageInput{}
	if number := r.URL.Query().Get("card"); number != "" {
		input = prefilled(number, a.now)
	}
	a.writeCheckout(w, http.StatusOK, current, a.page(current, input, nil, ""))
}

// servePayment takes the submitted form: 303 to the success URL, 402 when the
// card is declined, 422 when the form is not filled in, 409 when the session is
// not open any more.
func (s *Server) servePayment(w http.ResponseWriter, r *http.Request) {
	a, current := s.postToSession(w, r)
	if a == nil {
		return
	}
	defer s.changed()
	defer a.mu.Unlock()
	input := readInput(r.PostForm)
	paying, faults := input.buyer(current.knownEmail(a), a.now)
	if len(faults) > 0 {
		a.writeCheckout(w, http.StatusUnprocessableEntity, current, a.page(current, input, faults, "Please check the marked fields."))
		return
	}
	card, declined := cardByNumber(input.number)
	if declined == nil && card.challenge != challengeNever {
		paying.card = card
		a.challengeSession(current, paying)
		http.Redirect(w, r, "/c/authenticate/"+current.ID, http.StatusSeeOther)
		return
	}
	if declined == nil {
		paying.card = card
		declined = a.paySession(current, paying)
	}
	if declined != nil {
		a.writeCheckout(w, http.StatusPaymentRequired, current, a.page(current, input, nil, declined.message))
		return
	}
	http.Redirect(w, r, successURL(current), http.StatusSeeOther)
}

func successURL(s *session) string {
	return strings.ReplaceAll(string(s.SuccessURL), "{CHECKOUT_SESSION_ID}", s.ID)
}

func (a *account) writeCheckout(w http.ResponseWriter, status int, s *session, page checkoutPage) {
	a.server.writePage(w, status, checkoutTemplate, page, string(s.SuccessURL))
}

// page describes a session with what was typed and what was wrong with it.
func (a *account) page(s *session, input pageInput, faults map[string]string, alert string) checkoutPage {
	page := checkoutPage{Status: s.Status, Title: "Pay", Total: formatMoney(s.total(), string(s.Currency))}
	if s.Mode == modeSetup {
		page.Title, page.Total = "Save a card", ""
	}
	for _, line := range s.Lines {
		detail := fmt.Sprintf("%d × %s", line.Quantity, formatMoney(line.Price.UnitAmount, line.Currency))
		if line.Price.Recurring != nil {
			page.Title = "Subscribe"
			detail += " / " + interval(line.Price.Recurring)
		}
		page.Lines = append(page.Lines, pageLine{line.Description, detail, formatMoney(line.AmountSubtotal, line.Currency)})
	}
	page.Reduction = a.pageReduction(s)
	if until := s.trialUntil(a.now); s.Mode == modeSubscription && until > 0 && s.Status == statusOpen {
		page.Note = "Free trial until " + utc(until).Format("January 2, 2006") + ". The first payment is taken then."
	}
	switch s.Status {
	case sessionComplete:
		page.Outcome, page.NextURL = "This checkout has been completed.", successURL(s)
		return page
	case sessionExpired:
		page.Outcome, page.NextURL = "This checkout has expired and cannot be paid any more.", string(s.CancelURL)
		return page
	}
	page.Action, page.Alert, page.CancelURL, page.KnownEmail = "/c/pay/"+s.ID, alert, string(s.CancelURL), s.knownEmail(a)
	page.PayLabel = s.payLabel(a.now)
	if s.AllowPromotionCodes != nil && *s.AllowPromotionCodes {
		page.Promotion = &pageField{Name: fieldPromotion, Label: "Promotion code", Type: "text", Autocomplete: "off"}
	}
	if page.KnownEmail == "" {
		page.Email = &pageField{fieldEmail, "Email", "email", "email", "you@example.com", "email", input.email, faults[fieldEmail]}
	}
	page.cardForm = newCardForm(page.Action, input, faults)
	return page
}

// newCardForm is a card's fields with what was typed and what was wrong with
// it, and the test cards that fill in the page at an address.
func newCardForm(address string, input pageInput, faults map[string]string) cardForm {
	form := cardForm{
		Number: pageField{fieldNumber, "Card number", "text", "cc-number", "1234 1234 1234 1234", "numeric", input.number, faults[fieldNumber]},
		Expiry: pageField{fieldExpiry, "Expiry (MM / YY)", "text", "cc-exp", "MM / YY", "numeric", input.expiry, faults[fieldExpiry]},
		CVC:    pageField{fieldCVC, "CVC", "text", "cc-csc", "123", "numeric", input.cvc, faults[fieldCVC]},
		Name:   pageField{fieldName, "Name on card", "text", "cc-name", "", "", input.name, faults[fieldName]},
	}
	for _, card := range testCards() {
		form.Cards = append(form.Cards, pageCard{spaced(card.number), card.use, address + "?card=" + card.number})
	}
	return form
}
