package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const script = "assets/console-abc123.js"

// packed is a file as the build leaves it. Nothing here reads Brotli, so any
// bytes stand for it.
func packed(t *testing.T, files fstest.MapFS, name, text string) {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files["dist/app/"+name+".gz"] = &fstest.MapFile{Data: b.Bytes()}
	files["dist/app/"+name+".br"] = &fstest.MapFile{Data: []byte("brotli of " + text)}
}

func build(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	packed(t, files, "index.html", `<meta nonce="CSP_NONCE"><script nonce="CSP_NONCE">`)
	packed(t, files, "docs.html", "the reference")
	packed(t, files, script, "run()")
	packed(t, files, "icon.svg", "<svg>")
	return files
}

func serving(t *testing.T, files fs.FS, s settings) http.Handler {
	t.Helper()
	a, err := newApp(files, s)
	if err != nil {
		t.Fatal(err)
	}
	return a.routes()
}

func get(t *testing.T, h http.Handler, path string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whatever is asked for comes back as what it is, to be kept for as long as it
// stays the same.
func TestRoutes(t *testing.T) {
	t.Parallel()
	h := serving(t, build(t), settings{})
	const page, forever = "text/html; charset=utf-8", "public, max-age=31536000, immutable"
	tests := map[string]struct {
		path         string
		status       int
		kind, caches string
		body         string // a part of it
	}{
		"the console":                    {"/console", 200, page, "no-cache", "<script"},
		"with a slash":                   {"/console/", 200, page, "no-cache", "<script"},
		"a place in the console":         {"/console/payments/subscriptions", 200, page, "no-cache", "<script"},
		"the way back from signing in":   {"/console/callback?code=1&state=2", 200, page, "no-cache", "<script"},
		"the reference":                  {"/docs", 200, page, "no-cache", "the reference"},
		"a file with a hash":             {"/console/" + script, 200, "text/javascript; charset=utf-8", forever, "run()"},
		"a file of another version":      {"/console/assets/console-old.js", 404, "text/plain; charset=utf-8", "no-store", "no such file"},
		"a file without":                 {"/console/icon.svg", 200, "image/svg+xml", "no-cache", "<svg>"},
		"the settings":                   {"/console/config.json", 200, "application/json", "no-cache", `"client_id"`},
		"a page by its file's name":      {"/console/index.html", 200, page, "no-cache", "nonce"},
		"nothing outside of the console": {"/etc/passwd", 404, "text/plain; charset=utf-8", "", "not found"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := get(t, h, test.path, nil)
			got := []any{w.Code, w.Header().Get("Content-Type"), w.Header().Get("Cache-Control")}
			if diff := cmp.Diff([]any{test.status, test.kind, test.caches}, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if !strings.Contains(w.Body.String(), test.body) {
				t.Errorf("body %q, want %q in it", w.Body, test.body)
			}
			want := []string{"nosniff", "no-referrer", "same-origin"}
			all := []string{w.Header().Get("X-Content-Type-Options"), w.Header().Get("Referrer-Policy"), w.Header().Get("Cross-Origin-Opener-Policy")}
			if diff := cmp.Diff(want, all); diff != "" {
				t.Errorf("security headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	h := serving(t, build(t), settings{})
	for name, test := range map[string]struct{ accepts, encoding, body string }{
		"the best":            {"gzip, deflate, br, zstd", "br", "brotli of run()"},
		"no Brotli":           {"gzip, deflate", "gzip", ""},
		"Brotli refused":      {"gzip;q=0.5, br;q=0", "gzip", ""},
		"weighted":            {"GZIP;q=0.1 , BR; q=0.9", "br", "brotli of run()"},
		"nothing is accepted": {"", "", "run()"},
		"others only":         {"zstd", "", "run()"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := get(t, h, "/console/"+script, map[string]string{"Accept-Encoding": test.accepts})
			if got := w.Header().Get("Content-Encoding"); got != test.encoding || test.body != "" && w.Body.String() != test.body {
				t.Errorf("encoded as %q: %q", got, w.Body)
			}
			if w.Header().Get("Vary") != "Accept-Encoding" {
				t.Error("a cache would give everybody the same form")
			}
		})
	}
}

// A large file is there as gzip only.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	files := build(t)
	delete(files, "dist/app/"+script+".br")
	w := get(t, serving(t, files, settings{}), "/console/"+script, map[string]string{"Accept-Encoding": "br, gzip"})
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d, encoded as %q", w.Code, w.Header().Get("Content-Encoding"))
	}
}

// What a browser has already is not sent again.
func TestRevalidation(t *testing.T) {
	t.Parallel()
	h := serving(t, build(t), settings{})
	first := get(t, h, "/console/icon.svg", nil)
	again := get(t, h, "/console/icon.svg", map[string]string{"If-None-Match": first.Header().Get("ETag")})
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("%d %q", again.Code, again.Body)
	}
	if other := get(t, h, "/console/"+script, map[string]string{"If-None-Match": first.Header().Get("ETag")}); other.Code != http.StatusOK {
		t.Errorf("another file is %d", other.Code)
	}
}

// A page's nonce is in its policy and on its elements, and no two pages share
// one.
func TestPolicy(t *testing.T) {
	t.Parallel()
	h := serving(t, build(t), settings{
		Issuer: "https://login.example.com/realm", APIBase: "https://api.example.com/", ConnectOrigins: []string{"https://token.example.com"},
	})
	nonces := map[string]bool{}
	for range 2 {
		w := get(t, h, "/console", nil)
		policy := w.Header().Get("Content-Security-Policy")
		_, rest, _ := strings.Cut(policy, "'nonce-")
		nonce, _, _ := strings.Cut(rest, "'")
		nonces[nonce] = true
		if body := w.Body.String(); nonce == "" || strings.Count(body, `nonce="`+nonce+`"`) != 2 {
			t.Errorf("the page does not carry the nonce %q: %s", nonce, body)
		}
		for _, part := range []string{
			"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "';",
			"connect-src 'self' https://login.example.com https://api.example.com https://token.example.com;",
			"frame-ancestors 'none'",
		} {
			if !strings.Contains(policy, part) {
				t.Errorf("the policy %q lacks %q", policy, part)
			}
		}
	}
	if len(nonces) != 2 {
		t.Error("two pages share a nonce")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	h := serving(t, build(t), settings{Issuer: "https://login.example.com", ClientID: "console", Scope: "openid", APIBase: "https://api.example.com/", LogLevel: "INFO",
		StripeDashboard: "https://dashboard.stripe.com", PricingPage: "https://app.example.com/pricing"})
	var got map[string]string
	if err := json.Unmarshal(get(t, h, "/console/config.json", nil).Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"issuer": "https://login.example.com", "client_id": "console", "scope": "openid", "audience": "", "api_base": "https://api.example.com",
		"stripe_dashboard": "https://dashboard.stripe.com", "pricing_page": "https://app.example.com/pricing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

// A program that was built without the app says so on its pages.
func TestUnbuilt(t *testing.T) {
	t.Parallel()
	h := serving(t, fstest.MapFS{"dist/unbuilt.html": &fstest.MapFile{Data: []byte("not built in")}}, settings{})
	for _, path := range []string{"/console", "/console/payments", "/docs"} {
		if w := get(t, h, path, nil); w.Code != http.StatusOK || w.Body.String() != "not built in" {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
}

func TestWhatCannotBeServed(t *testing.T) {
	t.Parallel()
	without := func(name string) fs.FS {
		files := build(t)
		delete(files, name)
		return files
	}
	raw := build(t)
	raw["dist/app/robots.txt"] = &fstest.MapFile{Data: []byte("robots")}
	for name, test := range map[string]struct {
		files    fs.FS
		settings settings
		want     string
	}{
		"a file that is not compressed": {raw, settings{}, "robots.txt is not compressed"},
		"a file without gzip":           {without("dist/app/icon.svg.gz"), settings{}, "icon.svg is not there as gzip"},
		"no URL":                        {build(t), settings{Issuer: "login"}, "is no URL"},
		"no page to link to":            {build(t), settings{PricingPage: "javascript:alert(1)"}, "is no URL of a page"},
		"no placeholder":                {fstest.MapFS{}, settings{}, "unbuilt.html"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := newApp(test.files, test.settings); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
