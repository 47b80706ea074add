package identity_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// addPair makes a key pair and answers both parts.
func (r *keyring) addPair(t *testing.T, edit func(*billing.Key)) (key, secret string) {
	t.Helper()
	key = r.add(t, func(k *billing.Key) {
		part, err := k.AddSecret(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		secret = part.Reveal()
		edit(k)
	})
	return key, secret
}

// paired sends a request through RequirePair, and through RequireBuyer if a
// buyer is wanted, and tells who got through or why nobody did.
func paired(t *testing.T, keys identity.KeyReader, buyer bool, header http.Header) (caller identity.Caller, refusal error) {
	t.Helper()
	refuse := func(_ http.ResponseWriter, _ *http.Request, err error) { refusal = err }
	reached := false
	var next http.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached, caller = true, identity.From(r.Context())
	})
	if buyer {
		next = newVerifier(t, shared(), &vault{secret: secret}).RequireBuyer(refuse, next)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = header
	identity.RequirePair(keys, refuse, next).ServeHTTP(httptest.NewRecorder(), r)
	if reached == (refusal != nil) {
		t.Errorf("the handler was reached: %t; refused with %v", reached, refusal)
	}
	return caller, refusal
}

func TestRequirePair(t *testing.T) {
	t.Parallel()
	var ring keyring
	ours := func(k *billing.Key) { k.Tenant, k.Project = "acme", project }
	key, part := ring.addPair(t, ours)
	_, otherPart := ring.addPair(t, ours)
	foreign, foreignPart := ring.addPair(t, func(k *billing.Key) { k.Tenant, k.Project = "other", elsewhere })
	revoked, revokedPart := ring.addPair(t, func(k *billing.Key) { ours(k); k.RevokedAt = now.Add(-time.Hour) })
	alone := ring.add(t, ours)
	user := hs256(t, jwt.MapClaims{"project_id": project.String()})

	right := http.Header{
		"X-Api-Key": {key}, "X-Secret-Key": {part}, "X-Tenant-Id": {"acme"}, "X-Project-Id": {project.String()},
	}
	server := identity.Caller{Role: identity.Server, Tenant: "acme", Project: project}
	if got, err := paired(t, &keyring{keys: ring.keys}, false, right); err != nil || got != server {
		t.Errorf("%+v, %v", got, err)
	}
	withUser := right.Clone()
	withUser.Set("Authorization", "Bearer "+user)
	got, err := paired(t, &keyring{keys: ring.keys}, true, withUser)
	if err != nil || got.Role != identity.EndUser || got.Tenant != "acme" || got.Project != project || got.Subject == "" {
		t.Errorf("buyer %+v, %v", got, err)
	}

	var refusals []string
	for name, c := range map[string]struct {
		buyer bool
		set   map[string]string // an empty value removes the header
	}{
		"no key":                          {set: map[string]string{"X-Api-Key": ""}},
		"no secret part":                  {set: map[string]string{"X-Secret-Key": ""}},
		"no tenant":                       {set: map[string]string{"X-Tenant-Id": ""}},
		"no project":                      {set: map[string]string{"X-Project-Id": ""}},
		"junk for a key":                  {set: map[string]string{"X-Api-Key": "junk"}},
		"the key for its secret part":     {set: map[string]string{"X-Secret-Key": key}},
		"the secret part for its key":     {set: map[string]string{"X-Api-Key": part}},
		"the secret part of another pair": {set: map[string]string{"X-Secret-Key": otherPart}},
		"a foreign secret part":           {set: map[string]string{"X-Secret-Key": foreignPart}},
		"a foreign pair":                  {set: map[string]string{"X-Api-Key": foreign, "X-Secret-Key": foreignPart}},
		"a revoked pair":                  {set: map[string]string{"X-Api-Key": revoked, "X-Secret-Key": revokedPart}},
		"a key without a secret part":     {set: map[string]string{"X-Api-Key": alone}},
		"another tenant":                  {set: map[string]string{"X-Tenant-Id": "other"}},
		"another project":                 {set: map[string]string{"X-Project-Id": elsewhere.String()}},
		"no uuid for a project":           {set: map[string]string{"X-Project-Id": "demo"}},
		"a foreign pair and its project":  {set: map[string]string{"X-Api-Key": foreign, "X-Secret-Key": foreignPart, "X-Project-Id": elsewhere.String()}},
		"no bearer":                       {buyer: true, set: map[string]string{"Authorization": ""}},
		"a developer's bearer":            {buyer: true, set: map[string]string{"Authorization": "Bearer " + hs256(t, nil)}},
		"a user's of another project":     {buyer: true, set: map[string]string{"Authorization": "Bearer " + hs256(t, jwt.MapClaims{"project_id": elsewhere.String()})}},
		"a user's of another tenant":      {buyer: true, set: map[string]string{"Authorization": "Bearer " + hs256(t, jwt.MapClaims{"project_id": project.String(), "tenantId": "other"})}},
		"a mistyped bearer":               {buyer: true, set: map[string]string{"Authorization": "Bearer " + user + "x"}},
	} {
		header := withUser.Clone()
		for name, value := range c.set {
			header.Set(name, value)
		}
		_, err := paired(t, &keyring{keys: ring.keys}, c.buyer, header)
		var known *billing.Error
		if !errors.As(err, &known) || known.Kind != billing.Unauthenticated {
			t.Errorf("%s: refused with %v", name, err)
			continue
		}
		refusals = append(refusals, known.Code+known.Message)
	}
	for _, said := range refusals {
		if diff := cmp.Diff(refusals[0], said); diff != "" {
			t.Errorf("refusals can be told apart:\n%s", diff)
		}
	}
}

func TestPairsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	ring := &keyring{failure: errors.New("no table")}
	key, part := ring.addPair(t, func(k *billing.Key) { k.Tenant, k.Project = "acme", project })
	_, err := paired(t, ring, false, http.Header{
		"X-Api-Key": {key}, "X-Secret-Key": {part}, "X-Tenant-Id": {"acme"}, "X-Project-Id": {project.String()},
	})
	if !errors.Is(err, ring.failure) {
		t.Errorf("refused with %v, want the failure", err)
	}
}
