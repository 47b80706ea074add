// Package tokens stands in for the deployer's identity provider: it issues the
// access tokens that billhook verifies. It is for the local stack and the tests.
package tokens

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issuer issues HS256 tokens.
type Issuer struct {
	Secret   string
	Issuer   string
	Audience string
	Life     time.Duration
	Now      func() time.Time
}

// Developer issues a developer's token.
func (i Issuer) Developer(subject string) (string, error) {
	return i.sign(subject, jwt.MapClaims{"role": "developer"})
}

// EndUser issues the token of a user of a project.
func (i Issuer) EndUser(subject, project string) (string, error) {
	return i.sign(subject, jwt.MapClaims{"role": "end_user", "project_id": project, "email": subject + "@example.com"})
}

func (i Issuer) sign(subject string, claims jwt.MapClaims) (string, error) {
	now := i.Now()
	claims["sub"] = subject
	claims["type"] = "access"
	claims["iss"] = i.Issuer
	claims["aud"] = i.Audience
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(i.Life).Unix()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(i.Secret))
}
