// Package identity tells who is calling, from a bearer token that the
// deployer's identity provider issued. It verifies tokens; it never issues
// them and keeps no users.
package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// Role is what a caller may be.
type Role string

// The roles, in the words of tokens and headers.
const (
	Developer Role = "developer"
	EndUser   Role = "end_user"
	Server    Role = "server" // of a project, by its key pair; never of a token
)

// Caller is an authenticated caller.
type Caller struct {
	Subject string // empty for a Server
	Role    Role
	Tenant  string    // a tenant claim, else the subject: who owns the projects
	Project uuid.UUID // an end user's; zero for a token without a project claim
	Email   string    // empty: not told
	Backed  bool      // a backend of the project speaks for the end user
}

// Config says which tokens are accepted.
type Config struct {
	Algorithm      string `env:"JWT_ALGORITHM" envDefault:"HS256"`
	SecretID       string `env:"JWT_SECRET_ID"`      // Secrets Manager id of the HS256 secret
	JWKSURL        string `env:"JWKS_URL"`           // public keys of the other algorithms
	Issuer         string `env:"JWT_ISSUER"`         // empty: any
	Audience       string `env:"JWT_AUDIENCE"`       // empty: any
	DefaultProject string `env:"DEFAULT_PROJECT_ID"` // for end users whose token names none
}

// SecretReader reads the secret that HS256 tokens are signed with.
type SecretReader interface {
	Secret(ctx context.Context, id string) (billing.Secret, error)
}

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	config  Config
	project uuid.UUID
	secrets SecretReader
	parser  *jwt.Parser

	mu   sync.Mutex
	keys jwt.Keyfunc // nil until the first token
}

// NewVerifier makes a Verifier. Keys are fetched with the first token, not here.
func NewVerifier(c Config, secrets SecretReader, now func() time.Time) (*Verifier, error) {
	if !slices.Contains([]string{"HS256", "RS256", "ES256", "EdDSA"}, c.Algorithm) {
		return nil, fmt.Errorf("JWT_ALGORITHM %q is not HS256, RS256, ES256 or EdDSA", c.Algorithm)
	}
	if c.Algorithm == "HS256" && c.SecretID == "" {
		return nil, errors.New("JWT_SECRET_ID is needed for HS256")
	}
	if c.Algorithm != "HS256" && c.JWKSURL == "" {
		return nil, fmt.Errorf("JWKS_URL is needed for %s", c.Algorithm)
	}
	v := &Verifier{config: c, secrets: secrets}
	if c.DefaultProject != "" {
		id, err := uuid.Parse(c.DefaultProject)
		if err != nil {
			return nil, fmt.Errorf("DEFAULT_PROJECT_ID: %w", err)
		}
		v.project = id
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{c.Algorithm}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(now),
	}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, jwt.WithAudience(c.Audience))
	}
	v.parser = jwt.NewParser(options...)
	return v, nil
}

// DefaultProject is the deployment's project for callers that name none; zero:
// there is none.
func (v *Verifier) DefaultProject() uuid.UUID { return v.project }

// claims are those that billhook reads, in the spellings its clients use.
type claims struct {
	jwt.RegisteredClaims
	Type         string `json:"type"`
	Role         string `json:"role"`
	ProjectID    string `json:"project_id"`
	ProjectIDAlt string `json:"projectId"`
	TenantID     string `json:"tenant_id"`
	TenantIDAlt  string `json:"tenantId"`
	Email        string `json:"email"`
}

// longestSubject bounds what becomes part of a key.
const longestSubject = 255

// unauthenticated is the answer to every token that does not verify; which of
// its parts is wrong is for the log only.
func unauthenticated(cause error) error {
	return billing.NewError(billing.Unauthenticated, "invalid_token", "Could not validate credentials").Because(cause)
}

// Verify reads the caller from a token. A token that is not valid is
// billing.Unauthenticated; keys that cannot be had are billing.Unavailable.
func (v *Verifier) Verify(ctx context.Context, token string) (Caller, error) {
	keys, err := v.keyfunc(ctx)
	if err != nil {
		return Caller{}, billing.NewError(billing.Unavailable, "keys_unavailable", "Tokens cannot be verified right now").Because(err)
	}
	var c claims
	if _, err := v.parser.ParseWithClaims(token, &c, keys); err != nil {
		return Caller{}, unauthenticated(err)
	}
	switch {
	case c.Type != "" && c.Type != "access":
		return Caller{}, unauthenticated(fmt.Errorf("a token of type %q", c.Type))
	case c.Subject == "" || len(c.Subject) > longestSubject:
		return Caller{}, unauthenticated(errors.New("no usable subject"))
	}
	return c.caller()
}

func (c claims) caller() (Caller, error) {
	caller := Caller{Subject: c.Subject, Tenant: c.Subject, Email: c.Email}
	if tenant := cmp.Or(c.TenantID, c.TenantIDAlt); tenant != "" {
		if len(tenant) > longestSubject {
			return Caller{}, unauthenticated(errors.New("no usable tenant"))
		}
		caller.Tenant = tenant
	}
	project := cmp.Or(c.ProjectID, c.ProjectIDAlt)
	if project != "" {
		id, err := uuid.Parse(project)
		if err != nil {
			return Caller{}, unauthenticated(fmt.Errorf("project claim: %w", err))
		}
		caller.Project = id
	}
	switch {
	case c.Role == string(Developer), c.Role == "" && project == "":
		caller.Role = Developer
	default:
		caller.Role = EndUser // also for roles of other systems: the lesser of the two
	}
	return caller, nil
}

// keyfunc fetches the keys once. A failure is not remembered.
func (v *Verifier) keyfunc(ctx context.Context) (jwt.Keyfunc, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys != nil {
		return v.keys, nil
	}
	var err error
	if v.config.Algorithm == "HS256" {
		v.keys, err = v.sharedSecret(ctx)
	} else {
		v.keys, err = publicKeys(v.config.JWKSURL) //nolint:contextcheck // the keys outlive the request that fetches them first
	}
	return v.keys, err
}

// shortestSecret is the size of SHA-256's output, below which RFC 7518 forbids
// a key for HS256.
const shortestSecret = 32

func (v *Verifier) sharedSecret(ctx context.Context) (jwt.Keyfunc, error) {
	secret, err := v.secrets.Secret(ctx, v.config.SecretID)
	if err != nil {
		return nil, err
	}
	if len(secret) < shortestSecret {
		return nil, fmt.Errorf("the HS256 secret has %d bytes, fewer than %d", len(secret), shortestSecret)
	}
	return func(*jwt.Token) (any, error) { return []byte(secret.Reveal()), nil }, nil
}

// keysTimeout bounds a fetch of a key set, for which a request waits.
const keysTimeout = 5 * time.Second

// publicKeys follows a key set: it is fetched again every hour, and when a
// token names a key that is not known, at most every five minutes.
func publicKeys(url string) (keys jwt.Keyfunc, err error) {
	ctx, stop := context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			stop() // else a set that never came would be fetched every hour, too
		}
	}()
	ignoreFailure := false
	set, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{url}, keyfunc.Override{
		NoErrorReturnFirstHTTPReq: &ignoreFailure,
		HTTPTimeout:               keysTimeout,
		RateLimitWaitMax:          keysTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	return set.Keyfunc, nil
}
