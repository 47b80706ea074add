package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"billhook/infra/local/stripebox/delivery"
	"billhook/infra/local/stripebox/object"
)

var (
	//go:embed assets/accounts.html
	accountsHTML string
	//go:embed assets/log.html
	logHTML string

	// They are parsed once; a mistake in them shows when the program starts.
	accountsTemplate = template.Must(template.New("accounts").Parse(accountsHTML))
	logTemplate      = template.Must(template.New("log").Parse(logHTML))
)

// logLength is how many events the page shows.
const logLength = 100

// logPage is what the page of events and deliveries shows.
type logPage struct {
	Account, Mode         string
	TimeURL, DashboardURL string
	Events                []logEvent // the newest first
	Total                 int
}

type logEvent struct {
	Account, ID, Type, Time, Body string
	Undelivered                   int
	Attempts                      []logAttempt
}

// Rows is how many rows of the table the event takes.
func (e logEvent) Rows() int { return max(1, len(e.Attempts)) }

type logAttempt struct {
	Number                                              int
	Endpoint, URL, Status, Response, Error, Time, Fault string
	Latency                                             string
}

func (s *Server) serveLog(w http.ResponseWriter, _ *http.Request, a *account) {
	a.begin()
	page := a.logPage()
	a.mu.Unlock()
	s.writePage(w, http.StatusOK, logTemplate, page, "")
}

func (a *account) logPage() logPage {
	attempts := map[string][]logAttempt{}
	for _, attempt := range a.server.dispatcher.Attempts(a.platform.id) {
		attempts[attempt.EventID] = append(attempts[attempt.EventID], shownAttempt(attempt))
	}
	page := logPage{Account: a.id, Mode: a.modeName(), TimeURL: a.address(timePath), DashboardURL: a.dashboardURL(), Total: len(a.Events.order)}
	for _, event := range a.newestEvents(logLength) {
		page.Events = append(page.Events, logEvent{
			Account: a.id, ID: event.ID, Type: event.Type, Time: moment(utc(event.Created)), Body: eventBody(event),
			Undelivered: a.server.dispatcher.Undelivered(event.ID), Attempts: attempts[event.ID],
		})
	}
	return page
}

// newestEvents are the last n events, the newest first.
func (a *account) newestEvents(n int) []*object.Event {
	ids := a.Events.order
	events := make([]*object.Event, 0, n)
	for _, id := range slices.Backward(ids[max(0, len(ids)-n):]) {
		events = append(events, a.Events.get(id))
	}
	return events
}

// eventBody is an event as GET /v1/events/{id} answers it.
func eventBody(event *object.Event) string {
	body, err := pretty(event)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

func shownAttempt(attempt delivery.Attempt) logAttempt {
	shown := logAttempt{
		Number: attempt.Number, Endpoint: attempt.EndpointID, URL: attempt.URL, Status: "Failed", Error: attempt.Error,
		Response: "none", Time: moment(attempt.Time), Fault: string(attempt.Fault), Latency: strconv.FormatInt(attempt.LatencyMS, 10) + " ms",
	}
	if attempt.Delivered() {
		shown.Status = "Delivered"
	}
	if attempt.StatusCode != 0 {
		shown.Response = strconv.Itoa(attempt.StatusCode)
	}
	return shown
}

// moment is a time for people.
func moment(t time.Time) string { return t.Format("Jan 2, 2006, 15:04:05") + " UTC" }

// resendOnPage takes the form of a Resend button: 303 back to the page.
func (s *Server) resendOnPage(w http.ResponseWriter, r *http.Request, a *account) {
	sent, err := s.sendAgain(r.Context(), a, r.PostForm.Get("event"))
	if err != nil {
		http.Error(w, "There is no such event in this account.", http.StatusNotFound)
		return
	}
	http.Redirect(w, r, a.address(logPath)+"#"+sent.Event, http.StatusSeeOther)
}
