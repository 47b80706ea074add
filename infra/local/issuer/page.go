package issuer

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

var page = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in on this machine</title>
<style>
:root { color-scheme: light dark; --page: #f8f9fa; --panel: #fff; --text: #212529; --muted: #495057; --line: #ced4da; --accent: #3b5bdb }
@media (prefers-color-scheme: dark) { :root { --page: #16181d; --panel: #1f222a; --text: #e9ecef; --muted: #adb5bd; --line: #495057; --accent: #91a7ff } }
body { font: 16px system-ui, sans-serif; margin: 15vh auto; max-width: 24rem; padding: 0 1rem; color: var(--text); background: var(--page) }
a { display: block; margin: .75rem 0; padding: .9rem 1.1rem; border: 1px solid var(--line); border-radius: .6rem; color: inherit; background: var(--panel); text-decoration: none }
a:hover, a:focus { border-color: var(--accent) }
small { display: block; color: var(--muted) }
</style>
<h1>Who are you?</h1>
<p>This stands in for your identity provider, on this machine only.</p>
{{range .}}<a href="{{.Href}}"><b>{{.Name}}</b><small>{{.About}}</small></a>
{{end}}</html>
`))

type choice struct{ Name, About, Href string }

// choose asks who signs in.
func (i *Issuer) choose(w http.ResponseWriter, r *http.Request, known []identity) {
	var choices []choice
	for _, k := range known {
		if k.Subject == "" {
			k.Subject = "developer-" + strings.ToLower(rand.Text()[:8])
		}
		query := r.URL.Query()
		query.Set("login_hint", k.Subject)
		to := url.URL{Path: "/authorize", RawQuery: query.Encode()}
		choices = append(choices, choice{k.Name, k.About, to.String()})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, choices) // a client that has gone needs no page
}
