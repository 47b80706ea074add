package sandbox

import (
	"crypto/rand"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// The dashboard has the paths that Stripe's has below https://dashboard.stripe.com,
// so that a link to a page there leads to the same page here.
const (
	dashboardPath = logPath + "dashboard"
	openPath      = logPath + "open/"
	testPath      = "/test" // where the pages of test mode are, as at Stripe
)

var (
	//go:embed assets/dashboard.html
	dashboardHTML string

	// dashboardTemplates are parsed once; a mistake in them shows when the program
	// starts. Each page is a template of its own.
	dashboardTemplates = template.Must(template.New("dashboard").Parse(dashboardHTML))
)

// DashboardURL stands for https://dashboard.stripe.com on the origin that the
// server is reached by: with the path of a page behind it, it opens that page.
// Who has it can see and change everything.
func (s *Server) DashboardURL(origin string) string { return origin + openPath + s.options.PageToken }

func (s *Server) dashboardPages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+openPath+"{token}/{path...}", s.openDashboard)
	for prefix, live := range map[string]bool{dashboardPath + testPath: false, dashboardPath: true} {
		mux.HandleFunc("GET "+prefix+"/{$}", s.dashboard(live, s.serveKeys))
		mux.HandleFunc("GET "+prefix+"/accounts", s.admitted(func(w http.ResponseWriter, r *http.Request) { s.chooseAccount(w, r, live) }))
		mux.HandleFunc("POST "+prefix+"/accounts", s.admitted(func(w http.ResponseWriter, r *http.Request) { s.makeAccount(w, r, live) }))
		mux.HandleFunc("GET "+prefix+"/apikeys", s.dashboard(live, s.serveKeys))
		mux.HandleFunc("GET "+prefix+"/webhooks", s.dashboard(live, s.serveWebhooks))
		mux.HandleFunc("POST "+prefix+"/webhooks", s.dashboard(live, s.makeWebhook))
		mux.HandleFunc("GET "+prefix+"/products", s.dashboard(live, s.serveProducts))
		mux.HandleFunc("POST "+prefix+"/products", s.dashboard(live, s.makeProduct))
		mux.HandleFunc("GET "+prefix+"/{kind}/{id}", s.admitted(s.serveObject))
	}
}

// openDashboard admits who knows the token, to the page that the address names.
func (s *Server) openDashboard(w http.ResponseWriter, r *http.Request) {
	if !s.knowsToken(r.PathValue("token")) {
		http.Error(w, "This is not the address of this sandbox's dashboard.", http.StatusUnauthorized)
		return
	}
	s.admit(w, r, url.URL{Path: dashboardPath + "/" + r.PathValue("path"), RawQuery: r.URL.RawQuery})
}

// dashboard serves a page of the dashboard about the account that was chosen,
// or asks which. The account is not locked.
func (s *Server) dashboard(live bool, run func(w http.ResponseWriter, r *http.Request, a *account)) http.HandlerFunc {
	return s.admitted(func(w http.ResponseWriter, r *http.Request) {
		named := r.Form.Get("account")
		if cookie, err := r.Cookie(chosenCookie(live)); err == nil && named == "" {
			named = cookie.Value
		}
		for _, a := range s.ownedAccounts(live) {
			if a.id == named {
				http.SetCookie(w, ownCookie(chosenCookie(live), a.id))
				run(w, r, a)
				return
			}
		}
		s.chooseAccount(w, r, live)
	})
}

// chosenCookie names the cookie that holds the account that was chosen last.
func chosenCookie(live bool) string {
	if live {
		return "stripebox_live_account"
	}
	return "stripebox_test_account"
}

// ownedAccounts are those of a mode that belong to no platform.
func (s *Server) ownedAccounts(live bool) []*account {
	var owned []*account
	for _, a := range s.allAccounts() {
		a.mu.Lock()
		if a.Livemode == live && !a.isConnected() {
			owned = append(owned, a)
		}
		a.mu.Unlock()
	}
	return owned
}

// frame is what every page of the dashboard has around it.
type frame struct {
	Title, Name, Account, Mode string // no account while none is chosen
	Base, LogURL, TimeURL      string
}

func frameOf(title string, a *account) frame {
	return frame{
		Title: title, Name: a.displayName(), Account: a.id, Mode: a.modeName(), Base: dashboardBase(a.Livemode),
		LogURL: a.address(logPath), TimeURL: a.address(timePath),
	}
}

func dashboardBase(live bool) string {
	if live {
		return dashboardPath
	}
	return dashboardPath + testPath
}

// dashboardURL is where the dashboard begins for the account; a connected one is
// its platform's business.
func (a *account) dashboardURL() string {
	return a.platform.address(dashboardBase(a.Livemode) + "/apikeys")
}

func (a *account) displayName() string {
	if a.Profile == nil {
		return ""
	}
	return string(a.Profile.Settings.Dashboard.DisplayName)
}

// Path is where a page of the dashboard is.
func (f frame) Path(page string) string { return f.Base + "/" + page }

func (s *Server) writeDashboard(w http.ResponseWriter, status int, page string, data any) {
	s.writePage(w, status, dashboardTemplates.Lookup(page), data, "")
}

// accountsPage asks which account the dashboard is to show.
type accountsPage struct {
	frame
	To       string // the page that is shown then
	Accounts []pageAccount
}

func (s *Server) chooseAccount(w http.ResponseWriter, r *http.Request, live bool) {
	page := accountsPage{frame: frame{Title: "Accounts", Mode: "test", Base: dashboardBase(live)}}
	if live {
		page.Mode = "live"
	}
	page.To = page.Path("apikeys")
	if r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/accounts") {
		page.To = r.URL.Path
	}
	var others []pageAccount // opened by a key, and so with no name of their own
	for _, a := range s.ownedAccounts(live) {
		a.mu.Lock()
		choice := pageAccount{URL: a.address(page.To), ID: a.id, Name: a.displayName(), Mode: a.modeName(), Events: len(a.Events.order)}
		if a.Key != "" {
			page.Accounts = append(page.Accounts, choice)
		} else {
			others = append(others, choice)
		}
		a.mu.Unlock()
	}
	page.Accounts = append(page.Accounts, others...)
	s.writeDashboard(w, http.StatusOK, "accounts", page)
}

// makeAccount makes an account with a key of its own: 303 to the page of its keys.
func (s *Server) makeAccount(w http.ResponseWriter, r *http.Request, live bool) {
	mode := "test"
	if live {
		mode = "live"
	}
	key := "sk_" + mode + "_51" + rand.Text()
	a, err := s.account(key, live)
	if err != nil {
		s.options.Logger.Error("making an account", "error", err)
		http.Error(w, "The account could not be made.", http.StatusInternalServerError)
		return
	}
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	a.Key = key
	if name := strings.TrimSpace(r.PostForm.Get("name")); name != "" {
		a.Profile.BusinessProfile.Name, a.Profile.Settings.Dashboard.DisplayName = object.Text(name), object.Text(name)
	}
	http.Redirect(w, r, a.address(dashboardBase(live)+"/apikeys"), http.StatusSeeOther)
}

// keysPage shows what an app calls the API with.
type keysPage struct {
	frame
	Publishable string
	Secret      string // empty where it is not kept
}

func (s *Server) serveKeys(w http.ResponseWriter, _ *http.Request, a *account) {
	a.begin()
	page := keysPage{frame: frameOf("API keys", a), Secret: a.Key}
	page.Publishable = "pk_" + a.modeName() + "_51" + derive(idLength, "publishable", a.id)
	a.mu.Unlock()
	s.writeDashboard(w, http.StatusOK, "apikeys", page)
}
