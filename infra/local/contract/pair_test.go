package contract_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// pairAttempts are made by backends whose keys, tenant, project and user's token
// do not fit together. All are refused in the same words, which do not tell what
// was wrong.
func (k known) pairAttempts(t *testing.T, c cast, p place) []attempt {
	t.Helper()
	attempts := slices.Concat(headerPartAttempts(), halfAttempts(c, p))
	if k.scheme(t) == buyer {
		attempts = slices.Concat(attempts, k.tokenAttempts(t, p), k.buyerAttempts(t, c, p))
	}
	for i := range attempts {
		attempts[i].status, attempts[i].detail = http.StatusUnauthorized, notAuthenticated
	}
	return attempts
}

// headerPartAttempts have one header that is of no use.
func headerPartAttempts() []attempt {
	var attempts []attempt
	for _, name := range []string{"X-Api-Key", "X-Secret-Key", "X-Tenant-Id", "X-Project-Id"} {
		attempts = append(attempts,
			attempt{name: "no " + name, change: func(r *request) { r.header.Del(name) }},
			attempt{name: "an empty " + name, change: func(r *request) { r.header.Set(name, "") }},
			attempt{name: "a junk " + name, change: func(r *request) { r.header.Set(name, "junk") }},
			attempt{name: name + " twice", change: func(r *request) { r.header.Add(name, r.header.Get(name)) }})
	}
	return attempts
}

// halfAttempts have good parts that belong to different keys or projects.
func halfAttempts(c cast, p place) []attempt {
	pair := func(key, secret string) func(*request) {
		return func(r *request) { r.pair(apiKey{key: key, secret: secret}) }
	}
	header := func(name, value string) func(*request) {
		return func(r *request) { r.header.Set(name, value) }
	}
	mine, other := p.pair, c.active.project
	return []attempt{
		{name: "the halves swapped", change: pair(mine.secret, mine.key)},
		{name: "the key twice", change: pair(mine.key, mine.key)},
		{name: "the secret part of the project's other key", change: pair(mine.key, other.secret)},
		{name: "the project's other key", change: pair(other.key, mine.secret)},
		{name: "a secret part with another end", change: pair(mine.key, mine.secret[:len(mine.secret)-1]+"-")},
		{name: "a revoked pair", change: pair(c.revoked.project.key, c.revoked.project.secret)},
		{name: "a developer's key", change: pair(c.active.developer.key, mine.secret)},
		{name: "a sibling's pair", change: pair(c.sibling.pair.key, c.sibling.pair.secret)},
		{name: "a stranger's pair", change: pair(c.stranger.pair.key, c.stranger.pair.secret)},
		{name: "a stranger's secret part", change: pair(mine.key, c.stranger.pair.secret)},
		{name: "a stranger's tenant", change: header("X-Tenant-Id", c.stranger.developer)},
		{name: "the project for a tenant", change: header("X-Tenant-Id", p.project)},
		{name: "a sibling's project", change: header("X-Project-Id", c.sibling.project)},
		{name: "a stranger's project", change: header("X-Project-Id", c.stranger.project)},
		{name: "an unknown project", change: header("X-Project-Id", uuid.NewString())},
		{name: "the key for a token", change: func(r *request) {
			for _, name := range []string{"X-Api-Key", "X-Secret-Key"} {
				r.header.Del(name)
			}
			r.bearer(mine.key)
		}},
	}
}

// buyerAttempts have a good key pair, and the good token of somebody else.
func (k known) buyerAttempts(t *testing.T, c cast, p place) []attempt {
	t.Helper()
	bearer := func(token string) func(*request) { return func(r *request) { r.bearer(token) } }
	claiming := func(name, value string) func(*request) {
		return bearer(resigned(t, p.userToken(t), jwt.SigningMethodHS256, []byte(running.JWTSecret), func(claims jwt.MapClaims) {
			claims[name] = value
		}))
	}
	nowhere := p
	nowhere.project = uuid.NewString()
	return []attempt{
		{name: "a developer's token", change: bearer(p.developerToken(t))},
		{name: "a stranger's user", change: bearer(c.stranger.userToken(t))},
		{name: "a sibling's user", change: bearer(c.sibling.userToken(t))},
		{name: "a user of an unknown project", change: bearer(nowhere.userToken(t))},
		{name: "a user of another tenant", change: claiming("tenant_id", c.stranger.developer)},
		{name: "a user with a developer's role", change: claiming("role", "developer")},
		{name: "a user said to be a developer", change: func(r *request) { r.header.Set("X-User-Role", "developer") }},
	}
}
