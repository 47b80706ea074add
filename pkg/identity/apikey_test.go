package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// keyring is a store of keys and of one project, which acme owns.
type keyring struct {
	keys    []billing.Key
	failure error

	reads []string
}

var _ identity.KeyReader = (*keyring)(nil)

func (r *keyring) KeysByHash(_ context.Context, hashes ...billing.KeyHash) ([]billing.Key, error) {
	r.reads = append(r.reads, "keys")
	var found []billing.Key
	for _, k := range r.keys {
		for _, h := range hashes {
			if k.Hash == h {
				found = append(found, k)
			}
		}
	}
	return found, r.failure
}

func (r *keyring) Project(_ context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	r.reads = append(r.reads, "project")
	if id != project {
		return billing.Project{}, nil, billing.NewError(billing.NotFound, "project_not_found", "Project not found")
	}
	return billing.Project{ID: id, Owner: "acme"}, nil, r.failure
}

// add makes a key and answers what its bearer sends.
func (r *keyring) add(t *testing.T, edit func(*billing.Key)) string {
	t.Helper()
	k, key, err := billing.NewKey(rand.Reader, now)
	if err != nil {
		t.Fatal(err)
	}
	edit(&k)
	r.keys = append(r.keys, k)
	return key.Reveal()
}

// checked sends a request through Require and CheckKeys and tells why it was
// refused.
func checked(t *testing.T, keys identity.KeyReader, role identity.Role, header http.Header) error {
	t.Helper()
	v := newVerifier(t, shared(), &vault{secret: secret})
	var refusal error
	reached := false
	refuse := func(_ http.ResponseWriter, _ *http.Request, err error) { refusal = err }
	handler := v.Require(role, refuse)(identity.CheckKeys(keys, refuse,
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = header
	handler.ServeHTTP(httptest.NewRecorder(), r)
	if reached == (refusal != nil) {
		t.Errorf("the handler was reached: %t; refused with %v", reached, refusal)
	}
	return refusal
}

const (
	badDeveloperKey = "Invalid or revoked developer key"
	badProjectKey   = "Invalid or revoked API key"
)

func TestCheckKeys(t *testing.T) {
	t.Parallel()
	var ring keyring
	revoked := func(k *billing.Key) { k.RevokedAt = now.Add(-time.Hour) }
	acmes := ring.add(t, func(k *billing.Key) { k.Tenant = "acme" })
	acmesRevoked := ring.add(t, func(k *billing.Key) { k.Tenant = "acme"; revoked(k) })
	others := ring.add(t, func(k *billing.Key) { k.Tenant = "other" })
	ours := ring.add(t, func(k *billing.Key) { k.Tenant, k.Project = "acme", project })
	oursRevoked := ring.add(t, func(k *billing.Key) { k.Tenant, k.Project = "acme", project; revoked(k) })
	theirs := ring.add(t, func(k *billing.Key) { k.Tenant, k.Project = "acme", elsewhere })
	var unknown keyring
	never := unknown.add(t, func(*billing.Key) {})

	developer := jwt.MapClaims{"tenant_id": "acme"}
	endUser := jwt.MapClaims{"project_id": project.String()}
	both := []string{"keys", "project"}
	for name, c := range map[string]struct {
		claims  jwt.MapClaims
		headers map[string]string
		refused string   // the message; empty: let through
		reads   []string // of the store
	}{
		"a developer without keys":          {developer, nil, "", nil},
		"an end user without keys":          {endUser, nil, "", nil},
		"empty headers":                     {endUser, map[string]string{"X-Developer-Key": "", "X-API-Key": ""}, "", nil},
		"a developer's own key":             {developer, map[string]string{"X-Developer-Key": acmes}, "", []string{"keys"}},
		"another developer's key":           {developer, map[string]string{"X-Developer-Key": others}, badDeveloperKey, []string{"keys"}},
		"a revoked developer's key":         {developer, map[string]string{"X-Developer-Key": acmesRevoked}, badDeveloperKey, []string{"keys"}},
		"an unknown developer's key":        {developer, map[string]string{"X-Developer-Key": never}, badDeveloperKey, []string{"keys"}},
		"a project's key for a developer's": {developer, map[string]string{"X-Developer-Key": ours}, badDeveloperKey, []string{"keys"}},
		"a developer without a project":     {developer, map[string]string{"X-API-Key": ours}, badProjectKey, []string{"keys"}},
		"a developer in a project":          {jwt.MapClaims{"role": "developer", "project_id": project.String()}, map[string]string{"X-API-Key": ours}, "", []string{"keys"}},
		"all an end user's app sends":       {endUser, map[string]string{"X-Developer-Key": acmes, "X-API-Key": ours, "X-Project-ID": project.String(), "X-User-Role": "end_user"}, "", both},
		"the project's key only":            {endUser, map[string]string{"X-API-Key": ours}, "", []string{"keys"}},
		"the owner's key only":              {endUser, map[string]string{"X-Developer-Key": acmes}, "", both},
		"a key of another project":          {endUser, map[string]string{"X-API-Key": theirs, "X-Developer-Key": acmes}, badProjectKey, []string{"keys"}},
		"a revoked key of the project":      {endUser, map[string]string{"X-API-Key": oursRevoked}, badProjectKey, []string{"keys"}},
		"an unknown key":                    {endUser, map[string]string{"X-API-Key": never}, badProjectKey, []string{"keys"}},
		"a developer's key for a project's": {endUser, map[string]string{"X-API-Key": acmes}, badProjectKey, []string{"keys"}},
		"a key of another project's owner":  {endUser, map[string]string{"X-Developer-Key": others}, badDeveloperKey, both},
		"one good, one bad":                 {endUser, map[string]string{"X-API-Key": ours, "X-Developer-Key": never}, badDeveloperKey, []string{"keys"}},
		"an unknown project":                {jwt.MapClaims{"project_id": elsewhere.String()}, map[string]string{"X-Developer-Key": acmes}, "Project not found", both},
		"junk":                              {endUser, map[string]string{"X-API-Key": "junk"}, badProjectKey, nil},
		"junk for a developer's key":        {developer, map[string]string{"X-Developer-Key": "junk"}, badDeveloperKey, nil},
		"a key of another system":           {developer, map[string]string{"X-Developer-Key": "dk_" + acmes[3:]}, badDeveloperKey, nil},
		"a mistyped key":                    {endUser, map[string]string{"X-API-Key": mistyped(ours)}, badProjectKey, nil},
		"junk beside a good key":            {endUser, map[string]string{"X-API-Key": ours, "X-Developer-Key": "junk"}, badDeveloperKey, nil},
		"two keys in one header":            {endUser, map[string]string{"X-API-Key": ours + "," + ours}, badProjectKey, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := &keyring{keys: ring.keys}
			role := identity.Developer
			if c.claims["project_id"] != nil && c.claims["role"] == nil {
				role = identity.EndUser
			}
			header := bearer(hs256(t, c.claims))
			for name, value := range c.headers {
				header.Set(name, value)
			}
			err := checked(t, keys, role, header)
			var known *billing.Error
			switch {
			case c.refused == "" && err != nil:
				t.Errorf("refused with %v", err)
			case c.refused != "" && (!errors.As(err, &known) || known.Message != c.refused):
				t.Errorf("refused with %v, want %q", err, c.refused)
			}
			if diff := cmp.Diff(c.reads, keys.reads); diff != "" {
				t.Errorf("reads (-want +got):\n%s", diff)
			}
		})
	}
}

// mistyped is a key with its fourth character exchanged.
func mistyped(key string) string {
	if key[3] == 'a' {
		return key[:3] + "b" + key[4:]
	}
	return key[:3] + "a" + key[4:]
}

func TestCheckKeysSentTwice(t *testing.T) {
	t.Parallel()
	var ring keyring
	key := ring.add(t, func(k *billing.Key) { k.Tenant = user })
	header := bearer(hs256(t, nil))
	header["X-Developer-Key"] = []string{key, key}
	if err := checked(t, &ring, identity.Developer, header); billing.KindOf(err) != billing.PermissionDenied || len(ring.reads) != 0 {
		t.Errorf("err = %v, reads %v", err, ring.reads)
	}
}

func TestCheckKeysWithoutAStore(t *testing.T) {
	t.Parallel()
	var ring keyring
	key := ring.add(t, func(k *billing.Key) { k.Tenant = user })
	ring.failure = errors.New("no table today")
	header := bearer(hs256(t, nil))
	header.Set("X-Developer-Key", key)
	if err := checked(t, &ring, identity.Developer, header); !errors.Is(err, ring.failure) {
		t.Errorf("err = %v: a failure to read is no refusal", err)
	}
}

func TestRequireRoleHeader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		role   identity.Role
		header []string
		ok     bool
	}{
		"none":                        {identity.Developer, nil, true},
		"empty":                       {identity.Developer, []string{""}, true},
		"the token's":                 {identity.Developer, []string{"developer"}, true},
		"the token's, an end user":    {identity.EndUser, []string{"end_user"}, true},
		"more than the token's":       {identity.EndUser, []string{"developer"}, false},
		"less than the token's":       {identity.Developer, []string{"end_user"}, false},
		"an operator":                 {identity.Developer, []string{"platform_operator"}, false},
		"an unknown one":              {identity.Developer, []string{"admin"}, false},
		"in other letters":            {identity.Developer, []string{"Developer"}, false},
		"twice":                       {identity.Developer, []string{"developer", "developer"}, false},
		"with another one behind it":  {identity.Developer, []string{"developer,end_user"}, false},
		"an empty one and the others": {identity.EndUser, []string{"", "developer"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims := jwt.MapClaims{}
			if c.role == identity.EndUser {
				claims["project_id"] = project.String()
			}
			header := bearer(hs256(t, claims))
			if c.header != nil {
				header["X-User-Role"] = c.header
			}
			_, err := let(t, shared(), c.role, header)
			if c.ok {
				if err != nil {
					t.Errorf("refused with %v", err)
				}
				return
			}
			if billing.KindOf(err) != billing.PermissionDenied || !strings.Contains(err.Error(), "You do not have permission to access this resource") {
				t.Errorf("refused with %v", err)
			}
		})
	}
}
