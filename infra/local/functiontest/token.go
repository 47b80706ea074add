package functiontest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"billhook/pkg/identity"
)

// Claims are a token's claims.
type Claims = jwt.MapClaims

// Developer is the token of a developer.
func (w *World) Developer(subject string) string { return w.Token(Claims{"sub": subject}) }

// EndUser is the token of an end user of a project.
func (w *World) EndUser(project uuid.UUID, subject string) string {
	return w.Token(Claims{"sub": subject, "project_id": project.String(), "email": subject + "@example.com"})
}

// Token is an access token that is valid for half an hour, with claims added
// or replaced; nil claims are left out.
func (w *World) Token(claims Claims) string {
	return w.sign(jwt.SigningMethodHS256, []byte(jwtSecret), claims)
}

func (w *World) sign(method jwt.SigningMethod, key any, claims Claims) string {
	all := Claims{"type": "access", "aud": audience, "exp": w.Clock.Now().Add(30 * time.Minute).Unix()}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	token, err := jwt.NewWithClaims(method, all).SignedString(key)
	if err != nil {
		panic(err) // the claims are strings and numbers
	}
	return token
}

// PlansError is the body of an error of the Plans API.
func PlansError(status int, code, detail string) string {
	return fmt.Sprintf(`{"statusCode": %d, "message": %[2]q, "error": %[2]q, "detail": %[3]q, "request_id": ""}`, status, code, detail)
}

// AccountError is the body in which the Account API tells an error of a request
// without an id.
func AccountError(code, message string) string {
	return fmt.Sprintf(`{"error": {"code": %q, "message": %q}, "request_id": ""}`, code, message)
}

// RefusesTokens has a route refuse every kind of bad token, and callers of the
// role that it is not for, without storing anything. The request's own token
// is a good one.
func (w *World) RefusesTokens(t *testing.T, h http.Handler, role identity.Role, r Request) {
	t.Helper()
	claims := Claims{"sub": "caller", "project_id": uuid.NewString()}
	wrong := Claims{"sub": "caller"}
	if role == identity.Developer {
		claims, wrong = wrong, claims
	}
	with := func(extra Claims) Claims {
		c := maps.Clone(claims)
		maps.Copy(c, extra)
		return c
	}
	unauthenticated, forbidden := `{"detail": "Could not validate credentials"}`, `{"detail": "You do not have permission to access this resource"}`
	switch {
	case strings.HasPrefix(r.Path, "/v1/"):
		unauthenticated = PlansError(401, "invalid_token", "Could not validate credentials")
		forbidden = PlansError(403, "permission_denied", "You do not have permission to access this resource")
	case strings.HasPrefix(r.Path, "/api/billing"):
		unauthenticated = AccountError("invalid_token", "Could not validate credentials")
		forbidden = AccountError("permission_denied", "You do not have permission to access this resource")
	}
	for name, c := range map[string]struct {
		authorization string
		status        int
		body          string
	}{
		"none":           {"", 401, unauthenticated},
		"basic":          {"Basic dXNlcjpwYXNz", 401, unauthenticated},
		"no token":       {"Bearer ", 401, unauthenticated},
		"garbage":        {"Bearer not.a.token", 401, unauthenticated},
		"expired":        {"Bearer " + w.Token(with(Claims{"exp": w.Clock.Now().Add(-time.Second).Unix()})), 401, unauthenticated},
		"without expiry": {"Bearer " + w.Token(with(Claims{"exp": nil})), 401, unauthenticated},
		"alg none":       {"Bearer " + w.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), 401, unauthenticated},
		"alg HS384":      {"Bearer " + w.sign(jwt.SigningMethodHS384, []byte(jwtSecret), claims), 401, unauthenticated},
		"another secret": {"Bearer " + w.sign(jwt.SigningMethodHS256, []byte("another secret of 32 bytes or so"), claims), 401, unauthenticated},
		"wrong audience": {"Bearer " + w.Token(with(Claims{"aud": "another"})), 401, unauthenticated},
		"no audience":    {"Bearer " + w.Token(with(Claims{"aud": nil})), 401, unauthenticated},
		"refresh token":  {"Bearer " + w.Token(with(Claims{"type": "refresh"})), 401, unauthenticated},
		"no subject":     {"Bearer " + w.Token(with(Claims{"sub": nil})), 401, unauthenticated},
		"other role":     {"Bearer " + w.Token(wrong), 403, forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.Stored(t)
			refused := r
			refused.Token, refused.Header = "", http.Header{}
			if c.authorization != "" {
				refused.Header.Set("Authorization", c.authorization)
			}
			answer := w.Do(t, h, refused)
			answer.Is(t, c.status, c.body)
			if challenge := answer.Header.Get("WWW-Authenticate"); (c.status == 401) != (challenge == "Bearer") {
				t.Errorf("WWW-Authenticate: %q", challenge)
			}
			w.SameAs(t, before)
		})
	}
}
