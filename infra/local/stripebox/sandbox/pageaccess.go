package sandbox

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The sandbox's own pages are for whoever was given their address, which holds
// a token; from then on a cookie holds it.
const (
	logPath     = "/_sandbox/"
	timePath    = "/_sandbox/time"
	tokenCookie = "stripebox_page"
	tokenParam  = "token"
)

// PageURL is the address of the page of events, deliveries and time on the
// origin that the server is reached by. Who has it can see and move everything.
func (s *Server) PageURL(origin string) string {
	return origin + logPath + "?" + url.Values{tokenParam: {s.options.PageToken}}.Encode()
}

// ownPage serves one of the sandbox's own pages to those who may see it, for
// the account that the address names or the only one there is. The account is
// not locked.
func (s *Server) ownPage(run func(w http.ResponseWriter, r *http.Request, a *account)) http.HandlerFunc {
	return s.admitted(func(w http.ResponseWriter, r *http.Request) {
		accounts := s.allAccounts()
		id := r.Form.Get("account")
		for _, a := range accounts {
			if a.id == id || id == "" && len(accounts) == 1 {
				run(w, r, a)
				return
			}
		}
		s.serveAccounts(w, r, accounts)
	})
}

// admitted serves those who hold the token, and no form of another site.
func (s *Server) admitted(run http.HandlerFunc) http.HandlerFunc {
	origins := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := origins.Check(r); err != nil {
			http.Error(w, "This form was sent from another site.", http.StatusForbidden)
			return
		}
		if s.knowsToken(r.URL.Query().Get(tokenParam)) && r.Method == http.MethodGet {
			query := r.URL.Query()
			query.Del(tokenParam)
			s.admit(w, r, url.URL{Path: r.URL.Path, RawQuery: query.Encode()})
			return
		}
		if cookie, err := r.Cookie(tokenCookie); err != nil || !s.knowsToken(cookie.Value) {
			http.Error(w, "Open this page by the address that was printed when the sandbox started.", http.StatusUnauthorized)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "The form could not be read.", http.StatusBadRequest)
			return
		}
		run(w, r)
	}
}

func (s *Server) knowsToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.options.PageToken)) == 1
}

// admit exchanges the token in the address for a cookie, so that it stays
// neither in the address bar nor in the history.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, target url.URL) {
	http.SetCookie(w, ownCookie(tokenCookie, s.options.PageToken))
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

// ownCookie is a cookie of the sandbox's own pages.
func ownCookie(name, value string) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // plain HTTP on one machine: a secure cookie would not come back
		Name: name, Value: value, Path: logPath, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// allAccounts lists the accounts that have come to life.
func (s *Server) allAccounts() []*account {
	s.mu.Lock()
	defer s.mu.Unlock()
	accounts := make([]*account, 0, len(s.accounts))
	for _, a := range s.accounts {
		accounts = append(accounts, a)
	}
	slices.SortFunc(accounts, func(a, b *account) int { return cmp.Compare(a.id, b.id) })
	return accounts
}

// pageAccount is an account to choose.
type pageAccount struct {
	URL, ID, Name, Mode string
	Events              int
}

// serveAccounts asks which account the page is to be about.
func (s *Server) serveAccounts(w http.ResponseWriter, r *http.Request, accounts []*account) {
	page := logPath
	if strings.HasPrefix(r.URL.Path, timePath) {
		page = timePath
	}
	choices := make([]pageAccount, 0, len(accounts))
	for _, a := range accounts {
		a.mu.Lock()
		choices = append(choices, pageAccount{a.address(page), a.id, a.displayName(), a.modeName(), len(a.Events.order)})
		a.mu.Unlock()
	}
	s.writePage(w, http.StatusOK, accountsTemplate, choices, "")
}

// address is that of one of the sandbox's own pages about the account.
func (a *account) address(page string) string {
	return page + "?" + url.Values{"account": {a.id}}.Encode()
}
