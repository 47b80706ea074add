package identity_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

const (
	secret = billing.Secret("0123456789abcdef0123456789abcdef")
	user   = "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"
)

var (
	now       = time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	project   = uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904")
	elsewhere = uuid.MustParse("9e20b1c4-0d5f-4c63-9a77-51aa3c8e4d10")
)

func clock() time.Time { return now }

// vault is where the shared secret is read.
type vault struct {
	secret billing.Secret
	err    error
	reads  int
}

var _ identity.SecretReader = (*vault)(nil)

func (v *vault) Secret(_ context.Context, id string) (billing.Secret, error) {
	v.reads++
	if id != "jwt-secret" {
		return "", errors.New("no such secret: " + id)
	}
	return v.secret, v.err
}

func shared() identity.Config { return identity.Config{Algorithm: "HS256", SecretID: "jwt-secret"} }

func newVerifier(t *testing.T, c identity.Config, secrets identity.SecretReader) *identity.Verifier {
	t.Helper()
	v, err := identity.NewVerifier(c, secrets, clock)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// claimsOf are those of a valid token with some replaced; nil removes one.
func claimsOf(changes jwt.MapClaims) jwt.MapClaims {
	c := jwt.MapClaims{"sub": user, "type": "access", "exp": now.Add(30 * time.Minute).Unix(), "iat": now.Unix()}
	for name, value := range changes {
		if value == nil {
			delete(c, name)
		} else {
			c[name] = value
		}
	}
	return c
}

func sign(t *testing.T, method jwt.SigningMethod, key any, kid string, c jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	if kid != "" {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func hs256(t *testing.T, changes jwt.MapClaims) string {
	t.Helper()
	return sign(t, jwt.SigningMethodHS256, []byte(secret.Reveal()), "", claimsOf(changes))
}

func TestVerifyReadsTheCaller(t *testing.T) {
	t.Parallel()
	developer := func(change func(*identity.Caller)) identity.Caller {
		c := identity.Caller{Subject: user, Role: identity.Developer, Tenant: user}
		change(&c)
		return c
	}
	endUser := func(change func(*identity.Caller)) identity.Caller {
		c := identity.Caller{Subject: user, Role: identity.EndUser, Tenant: user}
		change(&c)
		return c
	}
	same, inProject := func(*identity.Caller) {}, func(c *identity.Caller) { c.Project = project }
	tenant := func(c *identity.Caller) { c.Tenant = "acme" }
	tests := map[string]struct {
		claims jwt.MapClaims
		want   identity.Caller
	}{
		"no project: a developer":             {nil, developer(same)},
		"no type":                             {jwt.MapClaims{"type": nil}, developer(same)},
		"an address":                          {jwt.MapClaims{"email": "a@example.com"}, developer(func(c *identity.Caller) { c.Email = "a@example.com" })},
		"a project: an end user":              {jwt.MapClaims{"project_id": project.String()}, endUser(inProject)},
		"a project, spelled projectId":        {jwt.MapClaims{"projectId": project.String()}, endUser(inProject)},
		"a project in capitals":               {jwt.MapClaims{"project_id": strings.ToUpper(project.String())}, endUser(inProject)},
		"both spellings, project_id counts":   {jwt.MapClaims{"project_id": project.String(), "projectId": elsewhere.String()}, endUser(inProject)},
		"role developer":                      {jwt.MapClaims{"role": "developer"}, developer(same)},
		"role developer goes before project":  {jwt.MapClaims{"role": "developer", "project_id": project.String()}, developer(inProject)},
		"role end_user":                       {jwt.MapClaims{"role": "end_user"}, endUser(same)},
		"role end_user with project":          {jwt.MapClaims{"role": "end_user", "project_id": project.String()}, endUser(inProject)},
		"an unknown role: the lesser":         {jwt.MapClaims{"role": "admin"}, endUser(same)},
		"an operator: the lesser":             {jwt.MapClaims{"role": "platform_operator"}, endUser(same)},
		"a role in other letters: the lesser": {jwt.MapClaims{"role": "Developer"}, endUser(same)},
		"a tenant":                            {jwt.MapClaims{"tenant_id": "acme"}, developer(tenant)},
		"a tenant, spelled tenantId":          {jwt.MapClaims{"tenantId": "acme"}, developer(tenant)},
		"both spellings of the tenant":        {jwt.MapClaims{"tenant_id": "acme", "tenantId": "acme"}, developer(tenant)},
		"both spellings, tenant_id counts":    {jwt.MapClaims{"tenant_id": "acme", "tenantId": "other"}, developer(tenant)},
		"the longest subject":                 {jwt.MapClaims{"sub": strings.Repeat("s", 255), "tenant_id": "acme"}, developer(func(c *identity.Caller) { c.Subject, c.Tenant = strings.Repeat("s", 255), "acme" })},
		"the longest tenant":                  {jwt.MapClaims{"tenant_id": strings.Repeat("t", 255)}, developer(func(c *identity.Caller) { c.Tenant = strings.Repeat("t", 255) })},
		"valid for a second more":             {jwt.MapClaims{"exp": now.Unix() + 1}, developer(same)},
		"valid from now on":                   {jwt.MapClaims{"nbf": now.Unix()}, developer(same)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newVerifier(t, shared(), &vault{secret: secret}).Verify(t.Context(), hs256(t, test.claims))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("caller (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	good := hs256(t, nil)
	part := strings.Split(good, ".")
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	with := func(name string, value any) string { return hs256(t, jwt.MapClaims{name: value}) }
	tests := map[string]string{
		"nothing":              "",
		"no token":             "token",
		"no signature":         part[0] + "." + part[1],
		"an empty signature":   part[0] + "." + part[1] + ".",
		"another payload":      part[0] + "." + encode(`{"sub":"other","exp":99999999999}`) + "." + part[2],
		"alg none":             encode(`{"alg":"none","typ":"JWT"}`) + "." + part[1] + ".",
		"alg None":             encode(`{"alg":"None","typ":"JWT"}`) + "." + part[1] + ".",
		"alg none, signed":     encode(`{"alg":"none","typ":"JWT"}`) + "." + part[1] + "." + part[2],
		"no alg":               encode(`{"typ":"JWT"}`) + "." + part[1] + "." + part[2],
		"a longer hash":        sign(t, jwt.SigningMethodHS512, []byte(secret.Reveal()), "", claimsOf(nil)),
		"another secret":       sign(t, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), "", claimsOf(nil)),
		"an empty secret":      sign(t, jwt.SigningMethodHS256, []byte{}, "", claimsOf(nil)),
		"expired":              with("exp", now.Unix()-1),
		"expires now":          with("exp", now.Unix()),
		"no expiry":            with("exp", nil),
		"an expiry in words":   with("exp", "tomorrow"),
		"not valid yet":        with("nbf", now.Unix()+1),
		"a refresh token":      with("type", "refresh"),
		"a token of some type": with("type", "ACCESS"),
		"no subject":           with("sub", nil),
		"an empty subject":     with("sub", ""),
		"a number for subject": with("sub", 7),
		"a subject too long":   with("sub", strings.Repeat("s", 256)),
		"a tenant too long":    with("tenant_id", strings.Repeat("t", 256)),
		"a project that is no": with("project_id", "demo"),
		"projectId that is no": with("projectId", "demo"),
		"a number for a role":  with("role", 1),
		"a list for a project": with("project_id", []string{project.String()}),
		"two tokens":           good + " " + good,
	}
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller, err := newVerifier(t, shared(), &vault{secret: secret}).Verify(t.Context(), token)
			if got := billing.KindOf(err); got != billing.Unauthenticated {
				t.Fatalf("Verify = %+v, %v, want Unauthenticated", caller, err)
			}
			if diff := cmp.Diff(identity.Caller{}, caller); diff != "" {
				t.Errorf("a caller beside the error (-want +got):\n%s", diff)
			}
			var known *billing.Error
			if !errors.As(err, &known) || known.Message != "Could not validate credentials" {
				t.Errorf("the caller is told %q", known.Message)
			}
		})
	}
}

func TestVerifyIssuerAndAudience(t *testing.T) {
	t.Parallel()
	c := shared()
	c.Issuer, c.Audience = "https://id.example", "billhook"
	tests := map[string]struct {
		claims jwt.MapClaims
		ok     bool
	}{
		"both":                 {jwt.MapClaims{"iss": "https://id.example", "aud": "billhook"}, true},
		"one of two audiences": {jwt.MapClaims{"iss": "https://id.example", "aud": []string{"other", "billhook"}}, true},
		"neither":              {nil, false},
		"no issuer":            {jwt.MapClaims{"aud": "billhook"}, false},
		"no audience":          {jwt.MapClaims{"iss": "https://id.example"}, false},
		"another issuer":       {jwt.MapClaims{"iss": "https://id.example.evil.example", "aud": "billhook"}, false},
		"another audience":     {jwt.MapClaims{"iss": "https://id.example", "aud": "billhook2"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newVerifier(t, c, &vault{secret: secret}).Verify(t.Context(), hs256(t, test.claims))
			if test.ok && err != nil || !test.ok && billing.KindOf(err) != billing.Unauthenticated {
				t.Errorf("Verify = %v, want success: %t", err, test.ok)
			}
		})
	}
}

func TestTheSecretIsReadOnce(t *testing.T) {
	t.Parallel()
	secrets := &vault{secret: secret}
	v := newVerifier(t, shared(), secrets)
	if secrets.reads != 0 {
		t.Error("the secret is read before the first token")
	}
	for range 3 {
		if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if secrets.reads != 1 {
		t.Errorf("the secret was read %d times, want once", secrets.reads)
	}
}

func TestASecretThatCannotBeHad(t *testing.T) {
	t.Parallel()
	tests := map[string]vault{
		"failing":   {err: errors.New("throttled")},
		"empty":     {secret: ""},
		"too short": {secret: secret[:31]},
	}
	for name, secrets := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVerifier(t, shared(), &secrets)
			key := []byte(secrets.secret.Reveal())
			token := sign(t, jwt.SigningMethodHS256, key, "", claimsOf(nil))
			if _, err := v.Verify(t.Context(), token); billing.KindOf(err) != billing.Unavailable {
				t.Fatalf("Verify = %v, want Unavailable", err)
			}
			// The failure is not remembered.
			secrets.secret, secrets.err = secret, nil
			if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil {
				t.Errorf("after the secret is there: %v", err)
			}
		})
	}
}

func TestNewVerifierRefusesConfigurations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config identity.Config
		names  string // what the error names; empty: no error
	}{
		"HS256":                     {shared(), ""},
		"RS256":                     {identity.Config{Algorithm: "RS256", JWKSURL: "https://id.example/jwks"}, ""},
		"a default project":         {identity.Config{Algorithm: "HS256", SecretID: "s", DefaultProject: project.String()}, ""},
		"no algorithm":              {identity.Config{SecretID: "s"}, "JWT_ALGORITHM"},
		"none":                      {identity.Config{Algorithm: "none", SecretID: "s"}, "JWT_ALGORITHM"},
		"another algorithm":         {identity.Config{Algorithm: "HS512", SecretID: "s"}, "JWT_ALGORITHM"},
		"HS256 without secret":      {identity.Config{Algorithm: "HS256", JWKSURL: "https://id.example/jwks"}, "JWT_SECRET_ID"},
		"RS256 without URL":         {identity.Config{Algorithm: "RS256", SecretID: "s"}, "JWKS_URL"},
		"ES256 without URL":         {identity.Config{Algorithm: "ES256"}, "JWKS_URL"},
		"EdDSA without URL":         {identity.Config{Algorithm: "EdDSA"}, "JWKS_URL"},
		"a default that is no uuid": {identity.Config{Algorithm: "HS256", SecretID: "s", DefaultProject: "demo"}, "DEFAULT_PROJECT_ID"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := identity.NewVerifier(test.config, &vault{}, clock)
			switch {
			case err == nil && (v.DefaultProject() == uuid.Nil) != (test.config.DefaultProject == ""):
				t.Errorf("the default project is %s", v.DefaultProject())
			case test.names == "" && err != nil:
				t.Errorf("NewVerifier = %v", err)
			case test.names != "" && (err == nil || !strings.Contains(err.Error(), test.names)):
				t.Errorf("NewVerifier = %v, want an error that names %s", err, test.names)
			}
		})
	}
}
