package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// webhooksPage lists the account's webhook endpoints and takes a new one.
type webhooksPage struct {
	frame
	Endpoints []webhookRow
	URL       string // of the form
	Events    string
	Problem   string
	Secret    string // of the endpoint that was just made, shown this once
}

type webhookRow struct{ ID, URL, Events, Status string }

func (s *Server) serveWebhooks(w http.ResponseWriter, _ *http.Request, a *account) {
	a.begin()
	page := a.webhooksPage()
	a.mu.Unlock()
	s.writeDashboard(w, http.StatusOK, "webhooks", page)
}

func (a *account) webhooksPage() webhooksPage {
	page := webhooksPage{frame: frameOf("Webhooks", a), Events: "*"}
	for e := range a.Endpoints.all {
		events := strings.Join(e.EnabledEvents, ", ")
		if slices.Contains(e.EnabledEvents, "*") {
			events = "All events"
		}
		page.Endpoints = append(page.Endpoints, webhookRow{e.ID, e.URL, events, e.Status})
	}
	slices.Reverse(page.Endpoints)
	return page
}

// makeWebhook takes the page's form. The answer is the page and not a redirect:
// the signing secret is told once.
func (s *Server) makeWebhook(w http.ResponseWriter, r *http.Request, a *account) {
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	params := createEndpointParams{URL: strings.TrimSpace(r.PostForm.Get("url")), EnabledEvents: strings.Fields(r.PostForm.Get("events"))}
	made, err := makeEndpoint(&call{account: a}, params)
	page := a.webhooksPage()
	if err != nil {
		page.URL, page.Events, page.Problem = params.URL, strings.Join(params.EnabledEvents, "\n"), err.Error()
		s.writeDashboard(w, http.StatusBadRequest, "webhooks", page)
		return
	}
	page.Secret = made.Secret
	s.writeDashboard(w, http.StatusOK, "webhooks", page)
}

func makeEndpoint(c *call, p createEndpointParams) (*object.WebhookEndpoint, error) {
	if len(p.EnabledEvents) == 0 {
		return nil, invalid("enabled_events", "", "Name the events to send, or * for all of them.")
	}
	return newWebhookEndpoint(c, p)
}
