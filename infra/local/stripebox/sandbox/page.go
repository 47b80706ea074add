package sandbox

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
)

//go:embed assets/page.css
var pageCSS []byte

// fieldHTML defines the templates "field", an input of a form with its label,
// "card", the inputs of a card, and "testcards", the list of those.
//
//go:embed assets/field.html
var fieldHTML string

func (s *Server) serveStylesheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(pageCSS) // a browser that is gone needs no stylesheet
}

// writePage renders before it answers, so that a half page is never sent. The
// page's forms may end on the destination's origin, if there is one.
func (s *Server) writePage(w http.ResponseWriter, status int, t *template.Template, page any, destination string) {
	var body bytes.Buffer
	if err := t.Execute(&body, page); err != nil {
		s.options.Logger.Error("rendering a page", "page", t.Name(), "error", err)
		http.Error(w, "The page could not be rendered.", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", pagePolicy(destination))
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a browser that is gone needs no page
}

// pagePolicy allows the page its stylesheet and its forms, and nothing else.
// Browsers apply form-action to the redirect after a form, too, so the
// destination's origin is named.
func pagePolicy(destination string) string {
	origin := ""
	if u, err := url.Parse(destination); err == nil && u.Host != "" {
		origin = " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; style-src 'self'; form-action 'self'" + origin + "; base-uri 'none'; frame-ancestors 'none'"
}
