package identity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// keyServer serves a key set that a test changes.
type keyServer struct {
	url string

	mu      sync.Mutex
	keys    []map[string]string
	status  int
	fetches int
}

func serveKeys(t *testing.T, keys ...map[string]string) *keyServer {
	t.Helper()
	s := &keyServer{keys: keys, status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.fetches++
		w.WriteHeader(s.status)
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": s.keys})
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *keyServer) set(status int, keys ...map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.keys = status, keys
}

func (s *keyServer) fetched() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

// pair is a key of an identity provider: it signs, and its public half is
// published as a JWK.
type pair struct {
	method  jwt.SigningMethod
	private crypto.Signer
	jwk     map[string]string
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func rs256(t *testing.T, kid string) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pair{jwt.SigningMethodRS256, key, map[string]string{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
		"n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
	}}
}

func es256(t *testing.T, kid string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes() // 4, X, Y
	if err != nil {
		t.Fatal(err)
	}
	return pair{jwt.SigningMethodES256, key, map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": b64(point[1:33]), "y": b64(point[33:]),
	}}
}

func edDSA(t *testing.T, kid string) pair {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pair{jwt.SigningMethodEdDSA, key, map[string]string{
		"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": b64(public),
	}}
}

func (p pair) token(t *testing.T, kid string) string {
	t.Helper()
	return sign(t, p.method, p.private, kid, claimsOf(nil))
}

func published(t *testing.T, algorithm, url string) *identity.Verifier {
	t.Helper()
	return newVerifier(t, identity.Config{Algorithm: algorithm, JWKSURL: url}, nil)
}

func verifies(t *testing.T, v *identity.Verifier, token string) {
	t.Helper()
	caller, err := v.Verify(t.Context(), token)
	if err != nil || caller.Subject != user {
		t.Errorf("Verify = %+v, %v", caller, err)
	}
}

func refuses(t *testing.T, v *identity.Verifier, token string, kind billing.Kind) {
	t.Helper()
	if caller, err := v.Verify(t.Context(), token); billing.KindOf(err) != kind || err == nil {
		t.Errorf("Verify = %+v, %v, want kind %d", caller, err, kind)
	}
}

func TestVerifyWithPublishedKeys(t *testing.T) {
	t.Parallel()
	for algorithm, generate := range map[string]func(*testing.T, string) pair{"RS256": rs256, "ES256": es256, "EdDSA": edDSA} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			first, second, foreign := generate(t, "first"), generate(t, "second"), generate(t, "first")
			server := serveKeys(t, first.jwk)
			v := published(t, algorithm, server.url)
			if server.fetched() != 0 {
				t.Error("the keys are fetched before the first token")
			}
			verifies(t, v, first.token(t, "first"))
			verifies(t, v, first.token(t, "")) // a token without a key id
			refuses(t, v, foreign.token(t, "first"), billing.Unauthenticated)
			refuses(t, v, hs256(t, nil), billing.Unauthenticated)
			if got := server.fetched(); got != 1 {
				t.Errorf("the keys were fetched %d times, want once", got)
			}

			server.set(http.StatusOK, first.jwk, second.jwk)
			verifies(t, v, second.token(t, "second"))
			verifies(t, v, first.token(t, "first"))
			if got := server.fetched(); got != 2 {
				t.Errorf("the keys were fetched %d times, want once more for the new one", got)
			}
			// Whoever makes up key ids cannot make the keys be fetched each time.
			for range 5 {
				refuses(t, v, foreign.token(t, "made-up"), billing.Unauthenticated)
			}
			if got := server.fetched(); got != 2 {
				t.Errorf("the keys were fetched %d times, want no more for made-up key ids", got)
			}
		})
	}
}

func TestVerifyRefusesOtherAlgorithmsThanItsOwn(t *testing.T) {
	t.Parallel()
	rsaKey, ecKey, edKey := rs256(t, "rsa"), es256(t, "ec"), edDSA(t, "ed")
	server := serveKeys(t, rsaKey.jwk, ecKey.jwk, edKey.jwk)
	v := published(t, "RS256", server.url)
	verifies(t, v, rsaKey.token(t, "rsa"))
	refuses(t, v, ecKey.token(t, "ec"), billing.Unauthenticated)
	refuses(t, v, edKey.token(t, "ed"), billing.Unauthenticated)
	ps256 := pair{jwt.SigningMethodPS256, rsaKey.private, nil}
	refuses(t, v, ps256.token(t, "rsa"), billing.Unauthenticated)

	// The public key, known to all, must not pass for a shared secret.
	der, err := x509.MarshalPKIXPublicKey(rsaKey.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][]byte{
		"DER": der,
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"n":   []byte(rsaKey.jwk["n"]),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, v, sign(t, jwt.SigningMethodHS256, key, "rsa", claimsOf(nil)), billing.Unauthenticated)
		})
	}
}

// A key server that fails with the first token makes that token's request fail
// as one that may be repeated; the next one fetches again.
func TestKeysThatCannotBeHadYet(t *testing.T) {
	t.Parallel()
	key := rs256(t, "first")
	server := serveKeys(t, key.jwk)
	v := published(t, "RS256", server.url)
	server.set(http.StatusServiceUnavailable)
	refuses(t, v, key.token(t, "first"), billing.Unavailable)
	refuses(t, v, key.token(t, "first"), billing.Unavailable)
	server.set(http.StatusOK, key.jwk)
	verifies(t, v, key.token(t, "first"))
}

func TestKeyServersThatAreNone(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	text := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	t.Cleanup(text.Close)
	key := rs256(t, "first")
	for name, url := range map[string]string{"closed": closed.URL, "no key set": text.URL, "no URL": "jwks"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, published(t, "RS256", url), key.token(t, "first"), billing.Unavailable)
		})
	}
}
