package identity

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// KeyReader reads what API keys are checked against.
type KeyReader interface {
	// KeysByHash reads the keys that have these hashes, in any order; hashes of
	// no key are absent.
	KeysByHash(ctx context.Context, hashes ...billing.KeyHash) ([]billing.Key, error)
	// Project reads a project; an unknown one is billing.NotFound.
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
}

// CheckKeys lets the caller that Require let through pass if the API keys that
// the request carries are active and the caller's: the token says who is
// calling, and a key may not contradict it. A developer's key must be
// one of the developer's tenant, or for an end user, of the tenant that owns
// the project; a project's key must be one of the caller's project, which
// developers have only with a project claim. Text that is no key is refused
// without a read, and a request without keys needs none.
func CheckKeys(keys KeyReader, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkKeys(r.Context(), keys, r.Header); err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func checkKeys(ctx context.Context, keys KeyReader, header http.Header) error {
	var sent []keyCheck
	var hashes []billing.KeyHash
	for _, c := range keyChecks {
		text := strings.Join(header.Values(c.header), ",")
		if text == "" {
			continue
		}
		hash, ok := billing.ParseKey(billing.Secret(text))
		if !ok {
			return forbidden(c.refusal)
		}
		sent, hashes = append(sent, c), append(hashes, hash)
	}
	if len(sent) == 0 {
		return nil
	}
	stored, err := keys.KeysByHash(ctx, hashes...)
	if err != nil {
		return err
	}
	for i, c := range sent {
		k, found := withHash(stored, hashes[i])
		if !found {
			return forbidden(c.refusal)
		}
		switch mine, err := c.belongs(ctx, keys, k); {
		case err != nil:
			return err
		case !mine:
			return forbidden(c.refusal)
		}
	}
	return nil
}

// keyCheck is what a header's key is held against.
type keyCheck struct {
	header  string
	refusal string
	belongs func(ctx context.Context, keys KeyReader, k billing.Key) (bool, error) // to the caller
}

var keyChecks = [...]keyCheck{
	{"X-API-Key", "Invalid or revoked API key", ofCallersProject},
	{"X-Developer-Key", "Invalid or revoked developer key", ofCallersTenant},
}

func ofCallersProject(ctx context.Context, _ KeyReader, k billing.Key) (bool, error) {
	return k.OfProject(From(ctx).Project), nil
}

func ofCallersTenant(ctx context.Context, keys KeyReader, k billing.Key) (bool, error) {
	caller := From(ctx)
	if caller.Role == Developer {
		return k.OfDeveloper(caller.Tenant), nil
	}
	project, _, err := keys.Project(ctx, caller.Project)
	return k.OfDeveloper(project.Owner), err
}

func withHash(keys []billing.Key, h billing.KeyHash) (billing.Key, bool) {
	for _, k := range keys {
		if k.Hash.Equal(h) {
			return k, true
		}
	}
	return billing.Key{}, false
}
