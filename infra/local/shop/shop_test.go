package shop

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const catalog = `{"data": [
	{"id": "price_once", "nickname": "1,000 credits", "unit_amount": 1500, "currency": "usd", "recurring": null,
	 "product": {"name": "Credits", "description": "A pack.", "active": true}},
	{"id": "price_month", "nickname": null, "unit_amount": 4300, "currency": "jpy", "recurring": {"interval": "month"},
	 "product": {"name": "Pro", "description": null, "active": true}},
	{"id": "price_old", "nickname": null, "unit_amount": 100, "currency": "usd", "recurring": null,
	 "product": {"name": "Old", "description": null, "active": false}}]}`

// newShop is a shop whose project p1 has a key, and the Stripe that takes it.
func newShop(t *testing.T) *Shop {
	t.Helper()
	stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key, _, _ := r.BasicAuth(); key != "sk_test_1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Query().Get("active") != "true" || r.URL.Query().Get("expand[]") != "data.product" {
			t.Errorf("Stripe is asked %s", r.URL)
		}
		_, _ = io.WriteString(w, catalog)
	}))
	t.Cleanup(stripe.Close)
	keys := map[string]string{"p1 test": "sk_test_1", "p1 live": "sk_live_refused"}
	s, err := New(Options{
		API: "http://127.0.0.1:1", Issuer: "http://127.0.0.1:2", Stripe: stripe.URL, Logger: slog.New(slog.DiscardHandler),
		StripeKey: func(_ context.Context, project, mode string) (string, error) {
			if project == "broken" {
				return "", errors.New("no secrets today")
			}
			return keys[project+" "+mode], nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, s *Shop, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	return w
}

func TestPrices(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, test := range map[string]struct {
		query  string
		status int
		want   []price
	}{
		"of a project with keys": {"project_id=p1&mode=test", http.StatusOK, []price{
			{ID: "price_month", Name: "Pro", Amount: 4300, Currency: "jpy", Interval: "month"},
			{ID: "price_once", Name: "1,000 credits", Description: "A pack.", Amount: 1500, Currency: "usd"},
		}},
		"of a project without":        {"project_id=p2&mode=test", http.StatusOK, []price{}},
		"with a key that is refused":  {"project_id=p1&mode=live", http.StatusBadGateway, nil},
		"where no secret can be read": {"project_id=broken&mode=test", http.StatusBadGateway, nil},
		"of no project":               {"mode=test", http.StatusBadRequest, nil},
		"of no mode":                  {"project_id=p1", http.StatusBadRequest, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := get(t, s, "/prices?"+test.query)
			var got struct {
				Prices []price `json:"prices"`
				Detail string  `json:"detail"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Prices); w.Code != test.status || diff != "" {
				t.Errorf("%d, prices (-want +got):\n%s", w.Code, diff)
			}
			if (test.status == http.StatusOK) != (got.Detail == "") || strings.Contains(got.Detail, "secrets") {
				t.Errorf("the page is told %q", got.Detail)
			}
		})
	}
}

// The page is files, which may call the API and the issuer and nobody else.
func TestPage(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for path, kind := range map[string]string{"/": "text/html", "/?project_id=p1": "text/html", "/shop.js": "text/javascript", "/shop.css": "text/css", "/settings.json": "application/json"} {
		w := get(t, s, path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' http://127.0.0.1:1 http://127.0.0.1:2;") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
	}
	var got map[string]string
	if err := json.Unmarshal(get(t, s, "/settings.json").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"api": "http://127.0.0.1:1", "issuer": "http://127.0.0.1:2"}, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}
