package stack

import (
	"context"
	"time"

	"billhook/infra/local/issuer"
	"billhook/infra/local/tokens"
)

// tokenLife is long: a token that was pasted into a shell should outlive lunch.
const tokenLife = 12 * time.Hour

// Tokens issues tokens that the functions take.
func (s *Stack) Tokens() tokens.Issuer {
	return tokens.Issuer{Secret: s.JWTSecret, Issuer: Issuer, Audience: Audience, Life: tokenLife, Now: now}
}

// openIssuer settles the issuer's URL, which the console's function is told.
func (s *Stack) openIssuer(context.Context) (err error) {
	s.issuerURL, err = s.listeners.open("issuer", s.options.Ports.Issuer)
	return err
}

// startIssuer starts the issuer, once there is a key to sign with.
func (s *Stack) startIssuer(context.Context) error {
	s.Issuer = issuer.New(issuer.Options{
		URL:      s.issuerURL,
		Redirect: s.APIURL + "/console/callback",
		Sign:     func(subject string) (string, error) { return s.Tokens().Developer(subject) },
		Shop:     s.ShopURL,
		SignUser: func(subject, project string) (string, error) { return s.Tokens().EndUser(subject, project) },
	})
	s.serve("issuer", s.Issuer)
	return nil
}
