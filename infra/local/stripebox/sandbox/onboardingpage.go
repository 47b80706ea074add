package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"
)

//go:embed assets/onboarding.html
var onboardingHTML string

//go:embed assets/express.html
var expressHTML string

// Both are parsed once; a mistake in one shows when the program starts.
var (
	onboardingTemplate = template.Must(template.New("onboarding").Parse(onboardingHTML))
	expressTemplate    = template.Must(template.New("express").Parse(expressHTML))
)

// onboardingPage is what the page shows.
type onboardingPage struct {
	Account, Type, Action, Alert       string
	Name, URL, BusinessType            string
	Number, NumberError, RoutingNumber string
}

// linkOf is the platform, the connected account and the link that an address
// names; without them the answer has been written. The caller unlocks the
// platform.
func (s *Server) linkOf(w http.ResponseWriter, r *http.Request, login bool) (*account, *accountLink) {
	token := r.PathValue("id")
	platform := s.accountThat(func(a *account) bool { return a.Links.get(token) != nil })
	if platform == nil {
		http.Error(w, "There is no such link in this sandbox.", http.StatusNotFound)
		return nil, nil
	}
	platform.begin()
	link := platform.Links.get(token)
	member := platform.member(link.Account)
	switch {
	case member == nil || link.Login != login || link.Account != r.PathValue("account"):
		http.Error(w, "There is no such link in this sandbox.", http.StatusNotFound)
	case !login && (link.Used || platform.now >= link.ExpiresAt):
		http.Redirect(w, r, link.RefreshURL, http.StatusSeeOther)
	case platform.now >= link.ExpiresAt:
		http.Error(w, "This login link has expired.", http.StatusGone)
	default:
		return member, link
	}
	platform.mu.Unlock()
	return nil, nil
}

// serveOnboarding shows the form, filled in with test data. A link that has
// expired or was used leads to its refresh URL.
func (s *Server) serveOnboarding(w http.ResponseWriter, r *http.Request) {
	member, link := s.linkOf(w, r, false)
	if member == nil {
		return
	}
	defer member.mu.Unlock()
	profile := member.Profile
	page := onboardingPage{
		Name: string(profile.BusinessProfile.Name), URL: string(profile.BusinessProfile.URL), BusinessType: string(profile.BusinessType),
	}
	if page.URL == "" {
		page.URL = "https://accessible.stripe.com" // Stripe's own test value
	}
	if len(profile.ExternalAccounts.Data) == 0 {
		page.Number, page.RoutingNumber = testNumber, testRouting
	}
	member.writeOnboarding(w, http.StatusOK, link, page)
}

func (a *account) writeOnboarding(w http.ResponseWriter, status int, link *accountLink, page onboardingPage) {
	page.Account, page.Type, page.Action = a.id, a.Profile.Type, "/setup/"+a.id+"/"+link.Token
	a.server.writePage(w, status, onboardingTemplate, page, link.ReturnURL)
}

// completeOnboarding takes the submitted form: 303 to the return URL, whether
// the person has finished or left, 422 when a field is not filled in well.
func (s *Server) completeOnboarding(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form could not be read.", http.StatusBadRequest)
		return
	}
	member, link := s.linkOf(w, r, false)
	if member == nil {
		return
	}
	defer s.changed()
	defer member.mu.Unlock()
	typed := onboarding{
		name: r.PostForm.Get("name"), url: r.PostForm.Get("url"), businessType: r.PostForm.Get("business_type"),
		number: strings.ReplaceAll(r.PostForm.Get("account_number"), " ", ""), routing: r.PostForm.Get("routing_number"),
	}
	if r.PostForm.Get("action") != "leave" {
		if fault := member.faultIn(typed); fault != "" {
			member.writeOnboarding(w, http.StatusUnprocessableEntity, link, onboardingPage{
				Alert: "Please check the marked field.", Name: typed.name, URL: typed.url, BusinessType: typed.businessType,
				Number: typed.number, NumberError: fault, RoutingNumber: typed.routing,
			})
			return
		}
		member.finishOnboarding(typed)
	}
	link.Used = true
	http.Redirect(w, r, link.ReturnURL, http.StatusSeeOther)
}

// faultIn is what is wrong with the bank account, which may be left out once
// there is one.
func (a *account) faultIn(typed onboarding) string {
	if typed.number == "" && len(a.Profile.ExternalAccounts.Data) > 0 || validNumber(typed.number) {
		return ""
	}
	return "Enter the account number with letters and digits only."
}

// finishOnboarding submits the details under account.updated; a person who
// leaves a field empty is an individual with Stripe's test website.
func (a *account) finishOnboarding(typed onboarding) {
	if typed.businessType != "company" {
		typed.businessType = "individual"
	}
	if typed.url == "" {
		typed.url = "https://accessible.stripe.com"
	}
	banks := len(a.Profile.ExternalAccounts.Data)
	a.update(eventAccountUpdated, a.Profile, func() { a.onboard(typed) })
	for _, bank := range a.Profile.ExternalAccounts.Data[banks:] {
		a.emit("account.external_account.created", bank)
	}
}

// expressPage is what an account's dashboard shows.
type expressPage struct {
	Account  string
	Balances []string
	Payouts  []expressPayout
}

// serveExpress shows an express account's balance and payouts.
func (s *Server) serveExpress(w http.ResponseWriter, r *http.Request) {
	member, _ := s.linkOf(w, r, true)
	if member == nil {
		return
	}
	defer member.mu.Unlock()
	page := expressPage{Account: member.id}
	for _, currency := range member.currencies() {
		page.Balances = append(page.Balances, formatMoney(member.available(currency), currency))
	}
	for payout := range member.Payouts.all {
		page.Payouts = append([]expressPayout{{
			ID: payout.ID, Arrival: date(payout.ArrivalDate), Status: words(payout.Status), Amount: formatMoney(payout.Amount, payout.Currency),
		}}, page.Payouts...) // newest first
	}
	s.writePage(w, http.StatusOK, expressTemplate, page, "")
}

type expressPayout struct{ ID, Arrival, Status, Amount string }
