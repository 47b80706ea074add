package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// objectPage shows one object of an account as the API answers it.
type objectPage struct {
	frame
	ID, Body string
	Facts    []fact
	Events   []logEvent // that are about the object, the newest first
}

// fact is a plain field of an object.
type fact struct{ Name, Value, URL string }

// serveObject finds the account that has the object. An event's page is its
// place in the list of events.
func (s *Server) serveObject(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	a := s.accountThat(func(a *account) bool {
		return a.lookup(id) != nil || a.Events.get(id) != nil || a.Endpoints.get(id) != nil
	})
	if a == nil {
		http.Error(w, "There is no such object in this sandbox.", http.StatusNotFound)
		return
	}
	a.begin()
	defer a.mu.Unlock()
	if a.Events.get(id) != nil {
		http.Redirect(w, r, a.address(logPath)+"#"+url.PathEscape(id), http.StatusSeeOther)
		return
	}
	row := a.lookup(id)
	if row == nil {
		row = show(a.Endpoints.get(id))
	}
	page, err := a.objectPage(id, row)
	if err != nil {
		s.options.Logger.Error("showing an object", "id", id, "error", err)
		http.Error(w, "The object could not be shown.", http.StatusInternalServerError)
		return
	}
	s.writeDashboard(w, http.StatusOK, "object", page)
}

func (a *account) objectPage(id string, row any) (objectPage, error) {
	body, err := pretty(row)
	if err != nil {
		return objectPage{}, err
	}
	var fields map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return objectPage{}, err
	}
	kind, _ := fields["object"].(string)
	page := objectPage{frame: frameOf(heading(kind), a), ID: id, Body: string(body), Facts: a.facts(fields)}
	for _, event := range slices.Backward(a.Events.order) {
		if e := a.Events.get(event); isAbout(e.Data.Object, id) {
			page.Events = append(page.Events, logEvent{ID: e.ID, Type: e.Type, Time: moment(utc(e.Created))})
		}
	}
	return page, nil
}

// heading is a name of the API for people: payment_intent is Payment intent.
func heading(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	if words == "" {
		return "Object"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func isAbout(object json.RawMessage, id string) bool {
	var named struct {
		ID string `json:"id"`
	}
	return json.Unmarshal(object, &named) == nil && named.ID == id
}

// facts are the fields of an object that say something on their own, by name.
func (a *account) facts(fields map[string]any) []fact {
	currency, _ := fields["currency"].(string)
	var facts []fact
	for name, value := range fields {
		if name == "id" || name == "object" {
			continue
		}
		shown := fact{Name: heading(name)}
		switch value := value.(type) {
		case string:
			shown.Value = value
			if a.lookup(value) != nil {
				shown.URL = dashboardBase(a.Livemode) + "/objects/" + url.PathEscape(value)
			}
		case bool:
			shown.Value = strconv.FormatBool(value)
		case json.Number:
			shown.Value = numberOf(name, value, currency)
		default:
			continue // nothing, or more than fits a line
		}
		if shown.Value != "" {
			facts = append(facts, shown)
		}
	}
	slices.SortFunc(facts, func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	return facts
}

// numberOf is a number for people: an amount, a time, or itself.
func numberOf(name string, value json.Number, currency string) string {
	n, err := value.Int64()
	switch {
	case err != nil:
		return value.String()
	case currency != "" && (strings.Contains(name, "amount") || strings.HasSuffix(name, "total")):
		return formatMoney(n, currency)
	case n > 1e9 && !strings.Contains(name, "amount"):
		return moment(utc(n))
	}
	return value.String()
}
