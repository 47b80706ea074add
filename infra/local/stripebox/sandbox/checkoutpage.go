package sandbox

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed assets/checkout.html
var checkoutHTML string

//go:embed assets/checkout.css
var checkoutCSS []byte

// checkoutTemplate is parsed once; a mistake in it shows when the program
// starts.
var checkoutTemplate = template.Must(template.New("checkout").Parse(checkoutHTML))

// checkoutPage is what the page shows.
type checkoutPage struct {
	Title, Status, Note, Total string
	Lines                      []pageLine

	// While the session is open:
	Action, Alert, KnownEmail, PayLabel, CancelURL string
	Email                                          *pageField // nil when the address is known
	Number, Expiry, CVC, Name                      pageField
	Cards                                          []pageCard

	// Afterwards:
	Outcome, NextURL string
}

type pageLine struct{ Name, Detail, Amount string }

type pageCard struct{ Number, Use, URL string }

type pageField struct {
	Name, Label, Type, Autocomplete, Placeholder, Mode, Value, Error string
}

func (s *Server) serveStylesheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(checkoutCSS) // a browser that is gone needs no stylesheet
}

// servePage shows a session. ?card= fills the form in with a test card.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	a := s.accountOfSession(r.PathValue("id"))
	if a == nil {
		http.Error(w, "There is no such checkout session in this sandbox.", http.StatusNotFound)
		return
	}
	a.begin()
	defer a.mu.Unlock()
	current := a.Sessions.get(r.PathValue("id"))
	input := pageInput{}
	if number := r.URL.Query().Get("card"); number != "" {
		input = prefilled(number, a.now)
	}
	a.writePage(w, http.StatusOK, current, a.page(current, input, nil, ""))
}

// servePayment takes the submitted form: 303 to the success URL, 402 when the
// card is declined, 422 when the form is not filled in, 409 when the session is
// not open any more.
func (s *Server) servePayment(w http.ResponseWriter, r *http.Request) {
	a := s.accountOfSession(r.PathValue("id"))
	if a == nil {
		http.Error(w, "There is no such checkout session in this sandbox.", http.StatusNotFound)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form could not be read.", http.StatusBadRequest)
		return
	}
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	current := a.Sessions.get(r.PathValue("id"))
	if current.Status != statusOpen {
		a.writePage(w, http.StatusConflict, current, a.page(current, pageInput{}, nil, ""))
		return
	}
	input := readInput(r.PostForm)
	paying, faults := input.buyer(current.knownEmail(a), a.now)
	if len(faults) > 0 {
		a.writePage(w, http.StatusUnprocessableEntity, current, a.page(current, input, faults, "Please check the marked fields."))
		return
	}
	card, declined := cardByNumber(input.number)
	if declined == nil {
		paying.card = card
		declined = a.paySession(current, paying)
	}
	if declined != nil {
		a.writePage(w, http.StatusPaymentRequired, current, a.page(current, input, nil, declined.message))
		return
	}
	http.Redirect(w, r, successURL(current), http.StatusSeeOther)
}

func successURL(s *session) string {
	return strings.ReplaceAll(string(s.SuccessURL), "{CHECKOUT_SESSION_ID}", s.ID)
}

// writePage renders before it answers, so that a half page is never sent.
func (a *account) writePage(w http.ResponseWriter, status int, s *session, page checkoutPage) {
	var body bytes.Buffer
	if err := checkoutTemplate.Execute(&body, page); err != nil {
		a.server.options.Logger.Error("rendering the checkout page", "session", s.ID, "error", err)
		http.Error(w, "The page could not be rendered.", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", pagePolicy(string(s.SuccessURL)))
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a browser that is gone needs no page
}

// pagePolicy allows the page its stylesheet and its form, and nothing else.
// Browsers apply form-action to the redirect after the form, too, so the
// success URL's origin is named.
func pagePolicy(success string) string {
	origin := ""
	if u, err := url.Parse(success); err == nil {
		origin = " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; style-src 'self'; form-action 'self'" + origin + "; base-uri 'none'; frame-ancestors 'none'"
}

// page describes a session with what was typed and what was wrong with it.
func (a *account) page(s *session, input pageInput, faults map[string]string, alert string) checkoutPage {
	page := checkoutPage{Status: s.Status, Title: "Pay", Total: formatMoney(s.AmountTotal, s.Currency)}
	for _, line := range s.Lines {
		detail := fmt.Sprintf("%d × %s", line.Quantity, formatMoney(line.Price.UnitAmount, line.Currency))
		if line.Price.Recurring != nil {
			page.Title = "Subscribe"
			detail += " / " + interval(line.Price.Recurring)
		}
		page.Lines = append(page.Lines, pageLine{line.Description, detail, formatMoney(line.AmountTotal, line.Currency)})
	}
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
	page.PayLabel = "Pay " + page.Total
	if s.AmountTotal == 0 {
		page.PayLabel = "Start trial"
	}
	if page.KnownEmail == "" {
		page.Email = &pageField{fieldEmail, "Email", "email", "email", "you@example.com", "email", input.email, faults[fieldEmail]}
	}
	page.Number = pageField{fieldNumber, "Card number", "text", "cc-number", "1234 1234 1234 1234", "numeric", input.number, faults[fieldNumber]}
	page.Expiry = pageField{fieldExpiry, "Expiry (MM / YY)", "text", "cc-exp", "MM / YY", "numeric", input.expiry, faults[fieldExpiry]}
	page.CVC = pageField{fieldCVC, "CVC", "text", "cc-csc", "123", "numeric", input.cvc, faults[fieldCVC]}
	page.Name = pageField{fieldName, "Name on card", "text", "cc-name", "", "", input.name, faults[fieldName]}
	for _, card := range testCards() {
		if card.use != "" {
			page.Cards = append(page.Cards, pageCard{spaced(card.number), card.use, page.Action + "?card=" + card.number})
		}
	}
	return page
}
