package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed assets/authenticate.html
var authenticateHTML string

// authenticateTemplate is parsed once; a mistake in it shows when the program
// starts.
var authenticateTemplate = template.Must(template.New("authenticate").Parse(authenticateHTML))

// authenticatePage is what the challenge page shows.
type authenticatePage struct {
	What, Action string
	Outcome      string // afterwards; then there is nothing to decide
}

// serveChallenge shows the page that stands in for the card issuer's.
func (s *Server) serveChallenge(w http.ResponseWriter, r *http.Request) {
	a := s.challengeHost(w, r)
	if a == nil {
		return
	}
	defer a.mu.Unlock()
	if waiting := a.waiting(r.PathValue("id")); waiting != nil {
		page := authenticatePage{What: waiting.what, Action: r.URL.Path}
		s.writePage(w, http.StatusOK, authenticateTemplate, page, waiting.back)
		return
	}
	s.writePage(w, http.StatusOK, authenticateTemplate, authenticatePage{Outcome: "There is nothing to authenticate any more."}, "")
}

// waiting is what the challenge page is about: an intent or a checkout session.
func (a *account) waiting(id string) *challenged {
	if current := a.Sessions.get(id); current != nil {
		return a.challengeOfSession(current)
	}
	return a.challengeOf(id)
}

// answerChallenge takes the decision on the challenge page: outcome=complete,
// or anything else for a failure.
func (s *Server) answerChallenge(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form could not be read.", http.StatusBadRequest)
		return
	}
	a := s.challengeHost(w, r)
	if a == nil {
		return
	}
	defer s.changed()
	defer a.mu.Unlock()
	id := r.PathValue("id")
	waiting := a.waiting(id)
	if waiting == nil {
		s.writePage(w, http.StatusConflict, authenticateTemplate, authenticatePage{Outcome: "There is nothing to authenticate any more."}, "")
		return
	}
	refused := authenticationFailed
	if r.PostForm.Get("outcome") != "complete" {
		waiting.fail()
	} else if declined := waiting.complete(); declined != nil {
		refused = declined.message
	} else {
		refused = ""
	}
	current := a.Sessions.get(id)
	switch {
	case current != nil && refused != "":
		a.writeCheckout(w, http.StatusPaymentRequired, current, a.page(current, pageInput{}, nil, refused))
	case current != nil:
		http.Redirect(w, r, successURL(current), http.StatusSeeOther)
	case waiting.back != "":
		http.Redirect(w, r, withOutcome(waiting.back, refused == ""), http.StatusSeeOther)
	case refused != "":
		s.writePage(w, http.StatusPaymentRequired, authenticateTemplate, authenticatePage{Outcome: refused}, "")
	default:
		s.writePage(w, http.StatusOK, authenticateTemplate, authenticatePage{Outcome: "The authentication is complete. You can close this page."}, "")
	}
}
