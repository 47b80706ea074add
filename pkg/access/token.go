package access

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"billhook/pkg/billing"
	"billhook/pkg/vault"
)

// Secrets keeps what the signing keys are made from.
type Secrets interface {
	// SecretVersions reads a secret, and then the value that it had before if it
	// had one.
	SecretVersions(ctx context.Context, id string) ([]billing.SecretVersion, error)
}

var _ Secrets = (*vault.Vault)(nil)

// TokenSettings are the environment variables of a Signer.
type TokenSettings struct {
	SecretID string `env:"ENTITLEMENTS_SECRET_ID,required"`
	Minutes  int    `env:"ENTITLEMENT_TOKEN_MINUTES" envDefault:"5"` // that a token lives
}

// KeysAge is how long keys are taken from memory, here and by whoever verifies.
const KeysAge = 5 * time.Minute

// announcement is how long a new key is published before it signs: by then no
// instance and no verifier has an older set. The key before it signs meanwhile,
// and stays published.
const announcement = 2 * KeysAge

// Signer signs entitlements with the deployment's own key. It is safe for
// concurrent use.
type Signer struct {
	secrets Secrets
	secret  string // its id
	life    time.Duration
	now     func() time.Time

	mu    sync.Mutex
	keys  []signingKey // the current one first
	until time.Time
}

// NewSigner makes a Signer. The key is read with the first token.
func NewSigner(secrets Secrets, s TokenSettings, now func() time.Time) *Signer {
	return &Signer{secrets: secrets, secret: s.SecretID, life: time.Duration(s.Minutes) * time.Minute, now: now}
}

// signingKey is an Ed25519 key pair.
type signingKey struct {
	id      string // the thumbprint of RFC 7638
	private ed25519.PrivateKey
	since   time.Time
}

// shortestSecret is as many bytes as a key has.
const shortestSecret = 32

// newSigningKey derives a key from a secret text, always the same one.
func newSigningKey(v billing.SecretVersion) (signingKey, error) {
	if len(v.Value) < shortestSecret {
		return signingKey{}, fmt.Errorf("the entitlements secret has %d bytes, fewer than %d", len(v.Value), shortestSecret)
	}
	seed, err := hkdf.Key(sha256.New, []byte(v.Value.Reveal()), nil, "billhook entitlements Ed25519", ed25519.SeedSize)
	if err != nil {
		return signingKey{}, fmt.Errorf("derive the signing key: %w", err)
	}
	k := signingKey{private: ed25519.NewKeyFromSeed(seed), since: v.CreatedAt}
	thumbprint := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + k.public() + `"}`))
	k.id = base64.RawURLEncoding.EncodeToString(thumbprint[:])
	return k, nil
}

// public is the public key as key sets show it.
func (k signingKey) public() string {
	return base64.RawURLEncoding.EncodeToString(k.private[ed25519.SeedSize:])
}

// claims are what a token says. Its type tells it from an access token.
type claims struct {
	jwt.RegisteredClaims
	Type     string            `json:"type"`
	Project  string            `json:"project"`
	Mode     billing.Mode      `json:"mode"`
	Plan     *string           `json:"plan"` // its key
	Features []string          `json:"features"`
	Limits   map[string]*int64 `json:"limits"`
}

const issuer = "billhook"

// Sign makes a token of what a user may do now. It ends before anything of that
// does.
func (s *Signer) Sign(ctx context.Context, scope billing.Scope, user string, e billing.Entitlements) (token string, expires time.Time, err error) {
	keys, err := s.current(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.now().UTC().Truncate(time.Second) // tokens have whole seconds
	expires = now.Add(s.life)
	if end := e.NextEnd(); !end.IsZero() && end.Before(expires) {
		expires = end.UTC().Truncate(time.Second)
	}
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: user, Audience: jwt.ClaimStrings{scope.Project.String()},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Type: "entitlements", Project: scope.Project.String(), Mode: scope.Mode,
		Features: []string{}, Limits: map[string]*int64{},
	}
	if e.Plan != nil {
		c.Plan = &e.Plan.Key
	}
	for _, f := range e.Features {
		c.Features = append(c.Features, f.Key)
		c.Limits[f.Key] = f.Limit
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
	key := keys[0]
	if len(keys) > 1 && now.Before(key.since.Add(announcement)) {
		key = keys[1]
	}
	unsigned.Header["kid"] = key.id
	token, err = unsigned.SignedString(key.private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign entitlements: %w", err)
	}
	return token, expires, nil
}

// PublicKey is a key that tokens are verified with, in the members of RFC 8037.
type PublicKey struct{ ID, X string }

// KeySet are the keys that tokens may be signed with, the current one first.
func (s *Signer) KeySet(ctx context.Context) ([]PublicKey, error) {
	keys, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	public := make([]PublicKey, len(keys))
	for i, k := range keys {
		public[i] = PublicKey{k.id, k.public()}
	}
	return public, nil
}

// current are the keys, read again when they are old. A failure is not
// remembered.
func (s *Signer) current(ctx context.Context) ([]signingKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Before(s.until) {
		return s.keys, nil
	}
	keys, err := s.read(ctx)
	if err != nil {
		return nil, billing.NewError(billing.Unavailable, "keys_unavailable", "The signing key cannot be read right now").Because(err)
	}
	s.keys, s.until = keys, now.Add(KeysAge)
	return keys, nil
}

func (s *Signer) read(ctx context.Context) ([]signingKey, error) {
	secrets, err := s.secrets.SecretVersions(ctx, s.secret)
	if err != nil {
		return nil, err
	}
	keys := make([]signingKey, 0, len(secrets))
	for _, version := range secrets {
		k, err := newSigningKey(version)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}
