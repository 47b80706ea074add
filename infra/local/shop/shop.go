// Package shop stands in for a deployer's own app, on this machine only: a page
// where a demo user sees what a project sells, buys it on Stripe's hosted page
// and manages the subscription. The page calls billhook's API as any app's
// frontend does, with an end user's token of the local identity provider; the
// server hands out the page's files and, as an app's backend would, the prices.
// It never calls billhook and changes nothing at Stripe.
package shop

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
)

// page has the files that the browser loads.
//
//go:embed page
var page embed.FS

// Options say what the shop works with. URLs have no final slash.
type Options struct {
	API    string // of billhook
	Issuer string // who issues end users' tokens
	Stripe string // base of Stripe's API
	// StripeKey is the secret key of a project's own account in a mode, test or
	// live; empty where it has none.
	StripeKey func(ctx context.Context, project, mode string) (string, error)
	Logger    *slog.Logger
}

// Shop is an http.Handler.
type Shop struct {
	options Options
	mux     *http.ServeMux
}

// New makes a shop.
func New(options Options) (*Shop, error) {
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	s := &Shop{options: options, mux: http.NewServeMux()}
	s.mux.Handle("GET /", http.FileServerFS(files))
	s.mux.HandleFunc("GET /settings.json", s.settings)
	s.mux.HandleFunc("GET /prices", s.prices)
	return s, nil
}

// ServeHTTP answers with a policy that lets the page call the API, the issuer
// and the shop.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
		"connect-src 'self' " + s.options.API + " " + s.options.Issuer,
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; "))
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	s.mux.ServeHTTP(w, r)
}

// settings answers where the page finds the API and the issuer.
func (s *Shop) settings(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"api": s.options.API, "issuer": s.options.Issuer})
}

func (s *Shop) prices(w http.ResponseWriter, r *http.Request) {
	project, mode := r.FormValue("project_id"), r.FormValue("mode")
	if project == "" || mode != "test" && mode != "live" {
		answer(w, http.StatusBadRequest, map[string]string{"detail": "Name the project, and test or live mode."})
		return
	}
	prices, err := s.pricesOf(r.Context(), project, mode)
	if err != nil {
		s.options.Logger.Warn("read the prices", "project", project, "error", err)
		answer(w, http.StatusBadGateway, map[string]string{"detail": "The prices could not be read from Stripe."})
		return
	}
	answer(w, http.StatusOK, map[string]any{"prices": prices})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a browser that has gone needs no answer
}
