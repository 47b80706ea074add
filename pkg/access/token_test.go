package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/access"
	"billhook/pkg/billing"
)

// rotating is a secret with the values that it has had, newest first.
type rotating struct {
	versions []billing.SecretVersion
	reads    int
	err      error
}

func (r *rotating) SecretVersions(_ context.Context, id string) ([]billing.SecretVersion, error) {
	r.reads++
	if id != "billhook/entitlements" {
		return nil, errors.New("no such secret")
	}
	return r.versions, r.err
}

func version(text string, at time.Time) billing.SecretVersion {
	return billing.SecretVersion{Value: billing.Secret(text), CreatedAt: at}
}

const (
	firstSecret  = "canary-first-4oP7mYt1Qz8Lw3Rb6Xc9Vk2H"
	secondSecret = "canary-second-9sD2fGh5Jk8Zx1Cv4Bn7Mq0W"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// keySet is how a verifier without a network has the keys: as the JSON that
// was published.
func keySet(t *testing.T, s *access.Signer) jwt.Keyfunc {
	t.Helper()
	keys, err := s.KeySet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	for _, k := range keys {
		set.Keys = append(set.Keys, map[string]string{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": k.ID, "x": k.X})
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	offline, err := keyfunc.NewJWKSetJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return offline.Keyfunc
}

func parse(token string, keys jwt.Keyfunc, now time.Time) (jwt.MapClaims, string, error) {
	claims := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(token, claims, keys,
		jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return nil, "", err
	}
	kid, _ := parsed.Header["kid"].(string)
	return claims, kid, nil
}

func newSigner(secret *rotating, now *time.Time) *access.Signer {
	return access.NewSigner(secret, access.TokenSettings{SecretID: "billhook/entitlements", Minutes: 5}, func() time.Time { return *now })
}

func TestTokensAreVerifiedOffline(t *testing.T) {
	t.Parallel()
	now := noon.Add(300 * time.Millisecond)
	signer := newSigner(&rotating{versions: []billing.SecretVersion{version(firstSecret, noon)}}, &now)
	scope := billing.Scope{Project: uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"), Mode: billing.Live}
	ten := int64(10)
	e := billing.Entitlements{Plan: &gold, Features: []billing.Entitlement{
		{Feature: billing.Feature{Key: "export"}}, {Feature: billing.Feature{Key: "seats", Limit: &ten}},
	}}
	token, expires, err := signer.Sign(t.Context(), scope, user, e)
	if err != nil {
		t.Fatal(err)
	}
	keys := keySet(t, signer)
	claims, _, err := parse(token, keys, now)
	if err != nil {
		t.Fatal(err)
	}
	want := jwt.MapClaims{
		"iss": "billhook", "sub": user, "aud": []any{scope.Project.String()}, "iat": float64(noon.Unix()), "exp": float64(noon.Unix() + 300),
		"type": "entitlements", "project": scope.Project.String(), "mode": "live", "plan": "gold",
		"features": []any{"export", "seats"}, "limits": map[string]any{"export": nil, "seats": 10.0},
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if !expires.Equal(noon.Add(5 * time.Minute)) {
		t.Errorf("expires at %v", expires)
	}
	if _, _, err := parse(token, keys, expires); !errors.Is(err, jwt.ErrTokenExpired) {
		t.Errorf("after its end: %v", err)
	}
	other := newSigner(&rotating{versions: []billing.SecretVersion{version(secondSecret, noon)}}, &now)
	if _, _, err := parse(token, keySet(t, other), now); err == nil {
		t.Error("another deployment's keys verify it")
	}
	nothing, _, err := signer.Sign(t.Context(), scope, user, billing.Entitlements{})
	if err != nil {
		t.Fatal(err)
	}
	if claims, _, err = parse(nothing, keys, now); err != nil || claims["plan"] != nil || !cmp.Equal(claims["features"], []any{}) {
		t.Errorf("of a user without anything: %v, %v", claims, err)
	}
}

// A token does not outlive what it tells.
func TestTokensEndInTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sources []billing.Source
		want    time.Duration
	}{
		"no end is known":   {[]billing.Source{{Counts: true}}, 5 * time.Minute},
		"an end far ahead":  {[]billing.Source{{Counts: true, Until: noon.Add(time.Hour)}}, 5 * time.Minute},
		"an end soon":       {[]billing.Source{{Counts: true, Until: noon.Add(90*time.Second + time.Millisecond)}, {Counts: true}}, 90 * time.Second},
		"what is over":      {[]billing.Source{{Until: noon.Add(time.Second)}}, 5 * time.Minute},
		"the first of many": {[]billing.Source{{Counts: true, Until: noon.Add(3 * time.Minute)}, {Counts: true, Until: noon.Add(time.Minute)}}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := noon
			signer := newSigner(&rotating{versions: []billing.SecretVersion{version(firstSecret, noon)}}, &now)
			_, expires, err := signer.Sign(t.Context(), billing.Scope{}, user, billing.Entitlements{Sources: c.sources})
			if err != nil || !expires.Equal(noon.Add(c.want)) {
				t.Errorf("expires at %v, %v; want %v", expires, err, noon.Add(c.want))
			}
		})
	}
}

// While the secret is replaced, every token verifies with every set of keys
// that somebody may still hold.
func TestRotation(t *testing.T) {
	t.Parallel()
	now := noon
	secret := &rotating{versions: []billing.SecretVersion{version(firstSecret, noon.Add(-time.Hour))}}
	sign := func(s *access.Signer) (string, string) {
		t.Helper()
		token, _, err := s.Sign(t.Context(), billing.Scope{}, user, billing.Entitlements{})
		if err != nil {
			t.Fatal(err)
		}
		_, kid, err := parse(token, keySet(t, s), now)
		if err != nil {
			t.Fatal(err)
		}
		return token, kid
	}
	old := newSigner(secret, &now)
	_, first := sign(old)
	held := keySet(t, old) // by a verifier, and by an instance
	secret.versions = []billing.SecretVersion{version(secondSecret, now), secret.versions[0]}
	fresh := newSigner(secret, &now)
	token, kid := sign(fresh)
	if _, _, err := parse(token, held, now); err != nil || kid != first {
		t.Errorf("a set from before the rotation does not verify what is signed just after it: %v", err)
	}
	now = now.Add(2 * access.KeysAge)
	token, kid = sign(fresh)
	if kid == first {
		t.Error("the new key never signs")
	}
	if _, _, err := parse(token, keySet(t, old), now); err != nil {
		t.Errorf("an older instance does not publish the new key: %v", err)
	}
	if keys, err := fresh.KeySet(t.Context()); err != nil || len(keys) != 2 || keys[1].ID != first {
		t.Errorf("published %v, %v; want the key before, too", keys, err)
	}
}

func TestKeysAreReadRarely(t *testing.T) {
	t.Parallel()
	now := noon
	secret := &rotating{err: errors.New("throttled")}
	signer := newSigner(secret, &now)
	if _, err := signer.KeySet(t.Context()); billing.KindOf(err) != billing.Unavailable {
		t.Errorf("while the secret cannot be read: %v", err)
	}
	secret.err, secret.versions = nil, []billing.SecretVersion{version("short", noon)}
	if _, err := signer.KeySet(t.Context()); billing.KindOf(err) != billing.Unavailable {
		t.Errorf("of a secret that is too short: %v", err)
	}
	secret.versions = []billing.SecretVersion{version(firstSecret, noon)}
	secret.reads = 0
	for range 3 {
		if _, err := signer.KeySet(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if secret.reads != 1 {
		t.Errorf("the secret was read %d times", secret.reads)
	}
}
