package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const ownKeys = "/api/v1/auth/developer-keys"

func projectKeys(p billing.Project) string { return projects + p.ID.String() + "/api-keys" }

// createKey creates a key and expects it to work.
func (f fixture) createKey(t *testing.T, path, body string) api.CreatedKey {
	t.Helper()
	answer := f.send(t, http.MethodPost, path, body)
	var created api.CreatedKey
	if answer.Status != http.StatusCreated {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	answer.Decode(t, &created)
	return created
}

func TestKeysFromCreationToTheirEnd(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]func(billing.Project) string{
		"project's":   projectKeys,
		"developer's": func(billing.Project) string { return ownKeys },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			keys := path(f.CreateProject(t, developer))
			f.send(t, http.MethodGet, keys, "").Is(t, 200, `{"keys": [], "total": 0}`)

			answer := f.send(t, http.MethodPost, keys, `{"name": "web app"}`)
			var first api.CreatedKey
			answer.Decode(t, &first)
			if _, ok := billing.ParseKey(billing.Secret(first.Key)); !ok || first.KeyPrefix != first.Key[:8] {
				t.Errorf("key %q, prefix %q", first.Key, first.KeyPrefix)
			}
			shown := fmt.Sprintf(`"id": %q, "key_prefix": %q, "created_at": "2100-02-03T09:14:08Z"`, first.ID, first.KeyPrefix)
			part := "null"
			if name == "project's" {
				if first.SecretKey == nil {
					t.Fatal("the key has no secret part")
				}
				if _, ok := billing.ParseKeySecret(billing.Secret(*first.SecretKey)); !ok {
					t.Errorf("secret part %q", *first.SecretKey)
				}
				part = fmt.Sprintf("%q", *first.SecretKey)
			}
			answer.Is(t, 201, fmt.Sprintf(`{%s, "name": "web app", "is_active": true, "key": %q, "secret_key": %s, "tenant_id": %q}`, shown, first.Key, part, developer))

			f.Clock.Advance(time.Second)
			second := f.createKey(t, keys, `{}`)
			newest := fmt.Sprintf(`{"id": %q, "name": null, "key_prefix": %q, "is_active": true, "created_at": "2100-02-03T09:14:09Z"}`, second.ID, second.KeyPrefix)
			f.send(t, http.MethodGet, keys, "").Is(t, 200, `{"keys": [`+newest+`, {`+shown+`, "name": "web app", "is_active": true}], "total": 2}`)

			for range 2 {
				f.send(t, http.MethodDelete, keys+"/"+first.ID.String(), "").Is(t, 204, "")
			}
			f.send(t, http.MethodGet, keys, "").Is(t, 200, `{"keys": [`+newest+`, {`+shown+`, "name": "web app", "is_active": false}], "total": 2}`)
			f.send(t, http.MethodDelete, keys+"/"+uuid.NewString(), "").Is(t, 404, `{"detail": "API key not found"}`)
			f.send(t, http.MethodDelete, keys+"/1", "").Invalid(t, `["path", "key_id"]`, "parsing")

			stored, err := json.Marshal(f.Items(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []string{first.Key, second.Key} {
				if strings.Contains(string(stored), k[8:]) || strings.Contains(fmt.Sprint(f.Log(t)), k[8:]) {
					t.Error("a key is stored or logged")
				}
			}
		})
	}
}

func TestKeysOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b := f.CreateProject(t, developer), f.CreateProject(t, developer)
	ofA, own := f.createKey(t, projectKeys(a), `{}`), f.createKey(t, ownKeys, `{}`)
	before := f.Stored(t)
	for name, path := range map[string]string{
		"by another project":        projectKeys(b) + "/" + ofA.ID.String(),
		"a project's as one's own":  ownKeys + "/" + ofA.ID.String(),
		"one's own as a project's ": projectKeys(a) + "/" + own.ID.String(),
	} {
		if answer := f.send(t, http.MethodDelete, path, ""); answer.Status != 404 {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	other := functiontest.Request{Method: http.MethodDelete, Path: ownKeys + "/" + own.ID.String(), Token: f.Developer("developer-2")}
	f.Do(t, f.handler, other).Is(t, 404, `{"detail": "API key not found"}`)
	f.SameAs(t, before)
}

func TestTenActiveKeysOfADeveloper(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	var last api.CreatedKey
	for range billing.MaxDeveloperKeys {
		last = f.createKey(t, ownKeys, `{}`)
	}
	f.createKey(t, projectKeys(p), `{}`)
	before := f.Stored(t)
	f.send(t, http.MethodPost, ownKeys, `{}`).Is(t, 409, `{"detail": "A developer has 10 active keys at most; revoke one first"}`)
	f.SameAs(t, before)
	f.send(t, http.MethodDelete, ownKeys+"/"+last.ID.String(), "").Is(t, 204, "")
	f.createKey(t, ownKeys, `{}`)
}

func TestKeyRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, loc, kind string }{
		"no body":       {``, `["body"]`, "missing"},
		"name a number": {`{"name": 7}`, `["body", "name"]`, "string_type"},
		"name too long": {`{"name": "` + strings.Repeat("a", 256) + `"}`, `["body", "name"]`, "string_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			before := f.Stored(t)
			f.send(t, http.MethodPost, ownKeys, c.body).Invalid(t, c.loc, c.kind)
			f.send(t, http.MethodPost, projectKeys(p), c.body).Invalid(t, c.loc, c.kind)
			f.SameAs(t, before)
		})
	}
}

// What is created here opens what the identity checks, and no longer once it is
// revoked. Junk costs no read.
func TestKeysAreCheckedWhenSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	own := f.createKey(t, ownKeys, `{}`)
	list := func(token, key string) functiontest.Answer {
		return f.Do(t, f.handler, functiontest.Request{
			Method: http.MethodGet, Path: ownKeys, Token: token, Header: http.Header{"X-Developer-Key": {key}},
		})
	}
	if answer := list(f.Developer(developer), own.Key); answer.Status != 200 {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	const refused = `{"detail": "Invalid or revoked developer key"}`
	list(f.Developer("developer-2"), own.Key).Is(t, 403, refused)
	before := f.Calls()
	list(f.Developer(developer), own.Key[:34]+"_").Is(t, 403, refused)
	list(f.Developer(developer), "dk_"+own.Key[3:]).Is(t, 403, refused)
	if diff := cmp.Diff(before, f.Calls()); diff != "" {
		t.Errorf("junk was looked up (-before +after):\n%s", diff)
	}
	f.send(t, http.MethodDelete, ownKeys+"/"+own.ID.String(), "").Is(t, 204, "")
	list(f.Developer(developer), own.Key).Is(t, 403, refused)
}
