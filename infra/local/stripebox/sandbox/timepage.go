package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

var (
	//go:embed assets/time.html
	timeHTML string

	// timeTemplate is parsed once; a mistake in it shows when the program starts.
	timeTemplate = template.Must(template.New("time").Parse(timeHTML))
)

// The steps that the buttons of the time page take.
const (
	stepHour    = "hour"
	stepDay     = "day"
	stepMonth   = "month"
	stepRenewal = "renewal"
)

// latestEvents is how many events the time page shows.
const latestEvents = 15

// timePage is what the page of the account's clock shows.
type timePage struct {
	Account, Mode        string
	LogURL, DashboardURL string
	Now, Ahead           string
	Renewal              *nextRenewal // nil when none is to come
	Events               []logEvent   // the newest first
}

// nextRenewal is the first subscription to be renewed.
type nextRenewal struct {
	Subscription, Time string
	at                 int64
}

func (s *Server) serveTime(w http.ResponseWriter, _ *http.Request, a *account) {
	a.begin()
	page := a.timePage()
	a.mu.Unlock()
	s.writePage(w, http.StatusOK, timeTemplate, page, "")
}

func (a *account) timePage() timePage {
	page := timePage{
		Account: a.id, Mode: a.modeName(), LogURL: a.address(logPath), DashboardURL: a.dashboardURL(),
		Now: moment(utc(a.now)), Renewal: a.nextRenewal(),
	}
	page.Ahead = inWords(a.OffsetSeconds)
	for _, event := range a.newestEvents(latestEvents) {
		page.Events = append(page.Events, logEvent{ID: event.ID, Type: event.Type, Time: moment(utc(event.Created))})
	}
	return page
}

// inWords is a number of seconds for people: 30 days, 1 hour.
func inWords(seconds int64) string {
	var parts []string
	for _, unit := range []struct {
		name    string
		seconds int64
	}{{"day", secondsPerDay}, {"hour", 60 * 60}, {"minute", 60}, {"second", 1}} {
		if n := seconds / unit.seconds; n > 0 {
			text := strconv.FormatInt(n, 10) + " " + unit.name
			if n > 1 {
				text += "s"
			}
			parts = append(parts, text)
		}
		seconds %= unit.seconds
	}
	return strings.Join(parts, ", ")
}

// nextRenewal is what the account's clock comes to first; what is on a test
// clock renews by that.
func (a *account) nextRenewal() *nextRenewal {
	sub := a.nextToRenew(func(sub *subscription) bool { return sub.TestClock.ID == "" })
	if sub == nil {
		return nil
	}
	return &nextRenewal{sub.ID, moment(utc(sub.CurrentPeriodEnd)), sub.CurrentPeriodEnd}
}

// advanceOnPage takes the form of the time page: 303 back to it.
func (s *Server) advanceOnPage(w http.ResponseWriter, r *http.Request, a *account) {
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	to, known := a.stepTo(r.PostForm.Get("by"))
	if !known {
		http.Error(w, "The clock cannot be moved so.", http.StatusBadRequest)
		return
	}
	a.advance(to)
	http.Redirect(w, r, a.address(timePath), http.StatusSeeOther)
}

// stepTo is where a step leads from now.
func (a *account) stepTo(step string) (to int64, known bool) {
	switch step {
	case stepHour:
		return a.now + int64(time.Hour/time.Second), true
	case stepDay:
		return a.now + secondsPerDay, true
	case stepMonth:
		return utc(a.now).AddDate(0, 1, 0).Unix(), true
	case stepRenewal:
		if next := a.nextRenewal(); next != nil {
			return next.at, true
		}
	}
	return 0, false
}
