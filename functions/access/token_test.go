package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// entitlementToken asks for a token. The answer does not go through the
// transcript of answers, in which no token may stand.
func (f fixture) entitlementToken(t *testing.T) (token string, expires time.Time) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/billing/entitlements/token", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+f.EndUser(f.project, user))
	recorder := httptest.NewRecorder()
	f.handler.ServeHTTP(recorder, request)
	var answer struct {
		Token     string
		ExpiresAt time.Time
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK {
		t.Fatalf("%d, %v", recorder.Code, err)
	}
	return answer.Token, answer.ExpiresAt
}

// A token is verified with nothing but the keys that were published.
func TestEntitlementToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	f.link(t, billing.Test)
	ends := f.Clock.Now().Add(2 * time.Minute)
	f.keep(t, billing.Test, golden(billing.StatusActive, func(s *billing.Subscription) { s.CancelAt = ends }))
	token, expires := f.entitlementToken(t)
	if !expires.Equal(ends) {
		t.Errorf("expires at %v, and what it tells ends at %v", expires, ends)
	}
	for _, path := range []string{"/.well-known/jwks.json", "/v1/billing/.well-known/jwks.json"} {
		published := f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: path}) // by anybody
		if kept := published.Header.Get("Cache-Control"); published.Status != http.StatusOK || kept != "public, max-age=300" {
			t.Fatalf("%s: %d %s, Cache-Control %q", path, published.Status, published.Body, kept)
		}
		keys, err := keyfunc.NewJWKSetJSON([]byte(published.Body))
		if err != nil {
			t.Fatal(err)
		}
		claims := jwt.MapClaims{}
		_, err = jwt.ParseWithClaims(token, claims, keys.Keyfunc, jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithTimeFunc(f.Clock.Now),
			jwt.WithAudience(f.project.String()), jwt.WithIssuer("billhook"), jwt.WithSubject(user), jwt.WithExpirationRequired())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"plan": "gold", "mode": "test", "project": f.project.String(), "features": []any{"export", "seats"},
			"limits": map[string]any{"export": nil, "seats": nil}, "type": "entitlements",
		}
		for _, registered := range []string{"iss", "sub", "aud", "iat", "exp"} {
			delete(claims, registered)
		}
		if diff := cmp.Diff(want, map[string]any(claims)); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
	}
}

// What tells of access gives none: it is no access token.
func TestEntitlementTokensDoNotAuthenticate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token, _ := f.entitlementToken(t)
	f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: "/v1/billing/me", Token: token}).
		Is(t, 401, functiontest.PlansError(401, "invalid_token", "Could not validate credentials"))
}
