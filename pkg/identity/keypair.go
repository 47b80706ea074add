package identity

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// The headers of the Server API, all of which every call has.
const (
	headerKey     = "X-Api-Key"
	headerSecret  = "X-Secret-Key"
	headerTenant  = "X-Tenant-Id"
	headerProject = "X-Project-Id"
)

// RequirePair lets only servers through that show both parts of a project's
// key, and name that project and its tenant. Whatever does not fit is refused
// in the same words, so nobody learns which part was wrong.
func RequirePair(keys KeyReader, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := readPair(r.Context(), keys, r.Header)
		if err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, caller)))
	})
}

func readPair(ctx context.Context, keys KeyReader, header http.Header) (Caller, error) {
	sent := func(name string) string { return strings.Join(header.Values(name), ",") }
	key, ok := billing.ParseKey(billing.Secret(sent(headerKey)))
	secret, too := billing.ParseKeySecret(billing.Secret(sent(headerSecret)))
	project, err := uuid.Parse(sent(headerProject))
	if !ok || !too || err != nil || sent(headerTenant) == "" {
		return Caller{}, unauthenticated(errors.New("no key pair, tenant and project"))
	}
	stored, err := keys.KeysByHash(ctx, key)
	if err != nil {
		return Caller{}, err
	}
	k, found := withHash(stored, key)
	if !found || !k.OfProject(project) || !k.Pairs(secret) {
		return Caller{}, unauthenticated(errors.New("not an active key pair of the project"))
	}
	// A key is the project's as long as the project is there, and its owner's.
	p, _, err := keys.Project(ctx, project)
	switch {
	case billing.KindOf(err) == billing.NotFound:
		return Caller{}, unauthenticated(err)
	case err != nil:
		return Caller{}, err
	case p.Owner != sent(headerTenant):
		return Caller{}, unauthenticated(errors.New("not the project's tenant"))
	}
	return Caller{Role: Server, Tenant: p.Owner, Project: project}, nil
}

// RequireBuyer lets through, of those that RequirePair let through, who also
// bring the bearer token of a user of the project. The caller is then that user.
func (v *Verifier) RequireBuyer(refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server := From(r.Context())
		buyer, err := v.authenticate(r, EndUser)
		switch kind := billing.KindOf(err); {
		case err == nil && (buyer.Project != server.Project || !buyer.within(server.Tenant)):
			err = unauthenticated(errors.New("a user of another project or tenant"))
		case kind == billing.PermissionDenied, kind == billing.Refused:
			err = unauthenticated(err)
		}
		if err != nil {
			refuse(w, r, err)
			return
		}
		buyer.Tenant = server.Tenant
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, buyer)))
	})
}

// BackedBy marks the end users, of those that Require let through, for whom a
// backend of their project speaks: one that sends its key pair beside the token.
// A pair that does not fit is refused, and a request without a secret part has
// none.
func BackedBy(keys KeyReader, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(headerSecret) == "" {
			next.ServeHTTP(w, r)
			return
		}
		caller := From(r.Context())
		server, err := readPair(r.Context(), keys, r.Header)
		if err == nil && (server.Project != caller.Project || !caller.within(server.Tenant)) {
			err = unauthenticated(errors.New("the key pair of another project or tenant"))
		}
		if err != nil {
			refuse(w, r, err)
			return
		}
		caller.Backed = true
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, caller)))
	})
}

// within reports whether a user's token names the tenant or none.
func (c Caller) within(tenant string) bool { return c.Tenant == c.Subject || c.Tenant == tenant }
