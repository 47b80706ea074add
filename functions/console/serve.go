package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// The pages of the app; each is the start of a bundle of its own.
const (
	consolePage   = "index.html"
	referencePage = "docs.html"

	// noncePlaceholder is what the build puts where the nonce belongs; see
	// web/vite.config.ts.
	noncePlaceholder = "CSP_NONCE"
)

// app is the app as it is served.
type app struct {
	files  map[string]file
	pages  map[string][]byte
	config []byte
	policy string // with a %s for the nonce
}

// newApp reads the app from the folder dist.
func newApp(dist fs.FS, s settings) (*app, error) {
	if err := s.checkLinks(); err != nil {
		return nil, err
	}
	connections, err := s.connections()
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(s.public())
	if err != nil {
		return nil, fmt.Errorf("encode the settings: %w", err)
	}
	a := &app{files: map[string]file{}, pages: map[string][]byte{}, config: config, policy: policy(connections)}
	built, err := fs.Sub(dist, "dist/app")
	if err == nil {
		_, err = fs.Stat(built, ".")
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = a.unbuilt(dist)
		return a, err
	}
	if err != nil {
		return nil, fmt.Errorf("open the app: %w", err)
	}
	if a.files, err = readFiles(built); err != nil {
		return nil, err
	}
	for _, name := range []string{consolePage, referencePage} {
		if a.pages[name], err = a.files[name].plain(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		delete(a.files, name)
	}
	return a, nil
}

// unbuilt makes every page the one that says what is missing.
func (a *app) unbuilt(dist fs.FS) error {
	page, err := fs.ReadFile(dist, "dist/unbuilt.html")
	a.pages[consolePage], a.pages[referencePage] = page, page
	return err
}

// policy is the Content-Security-Policy. Styles that the component library
// makes while it runs carry the page's nonce; scripts are files, always.
func policy(connections []string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self' 'nonce-%s'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src " + strings.Join(append([]string{"'self'"}, connections...), " "),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// routes is the function's HTTP interface.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /console", a.page(consolePage))
	mux.HandleFunc("GET /console/{path...}", a.fileOrPage)
	mux.HandleFunc("GET /console/assets/{name}", a.asset)
	mux.HandleFunc("GET /console/config.json", a.settings)
	mux.HandleFunc("GET /docs", a.page(referencePage))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	})
}

// page answers a page, for whatever path within the app it is asked: the app
// itself knows its paths. Each answer has a nonce of its own, so there is
// nothing to revalidate.
func (a *app) page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		nonce, err := newNonce()
		if err != nil {
			panic(err) // the frame answers 500
		}
		w.Header().Set("Content-Security-Policy", fmt.Sprintf(a.policy, nonce))
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", kindOf(name))
		_, _ = w.Write(bytes.ReplaceAll(a.pages[name], []byte(noncePlaceholder), []byte(nonce))) // a client that has gone needs no answer
	}
}

func newNonce() (string, error) {
	random := make([]byte, 18)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(random), nil
}

// settings answers what the app has to know of the deployment.
func (a *app) settings(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(a.config) // a client that has gone needs no answer
}

// asset answers a file that has a hash in its name and so never changes.
func (a *app) asset(w http.ResponseWriter, r *http.Request) {
	f, known := a.files["assets/"+r.PathValue("name")]
	if !known {
		// Of an earlier version, maybe: the page, not the browser, is to look again.
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file in this version of the console", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.serve(w, r)
}

// fileOrPage answers a file of the app by its name, and the page for all else.
func (a *app) fileOrPage(w http.ResponseWriter, r *http.Request) {
	f, known := a.files[r.PathValue("path")]
	if !known {
		a.page(consolePage)(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	f.serve(w, r)
}

// serve answers a file in the form that the client takes.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("ETag", f.etag)
	w.Header().Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.brotli
	switch accepted := encodings(r.Header.Get("Accept-Encoding")); {
	case accepted["br"] && f.brotli != nil:
		w.Header().Set("Content-Encoding", "br")
	case accepted["gzip"]:
		w.Header().Set("Content-Encoding", "gzip")
		body = f.gzip
	default:
		var err error
		if body, err = f.plain(); err != nil {
			panic(err) // the frame answers 500
		}
	}
	_, _ = w.Write(body) // a client that has gone needs no answer
}

// encodings are those that a client takes: all it names but with a weight of 0.
func encodings(header string) map[string]bool {
	accepted := map[string]bool{}
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		weight := 1.0
		if text, weighted := strings.CutPrefix(strings.TrimSpace(parameters), "q="); weighted {
			weight, _ = strconv.ParseFloat(text, 64) // what is no number is no wish
		}
		accepted[strings.ToLower(strings.TrimSpace(name))] = weight > 0
	}
	return accepted
}
