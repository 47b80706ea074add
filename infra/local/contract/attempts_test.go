package contract_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"billhook/infra/local/tokens"
)

// attempt is a request that is refused.
type attempt struct {
	name   string
	change func(r *request)
	status int
	detail string
}

const (
	notAuthenticated = "Could not validate credentials"
	notInLive        = "Stripe is not configured for live mode"
	notSelling       = "Billing is not enabled: switch it on, or save Stripe keys for the project"
	unknownState     = "The connection is unknown, was completed before or took too long: start again"
	notPermitted     = "You do not have permission to access this resource"
)

// tokenAttempts are made with tokens that nobody may use.
func (k known) tokenAttempts(t *testing.T, p place) []attempt {
	t.Helper()
	issue := func(i tokens.Issuer) string {
		if k.scheme(t) == developer {
			return issued(t)(i.Developer(p.developer))
		}
		return issued(t)(i.EndUser(p.user, p.project))
	}
	changed := func(change func(*tokens.Issuer)) string {
		i := issuer()
		change(&i)
		return issue(i)
	}
	good := issue(issuer())
	attempts := []attempt{
		{name: "no token", change: func(r *request) { r.header.Del("Authorization") }},
		{name: "another scheme", change: func(r *request) { r.header.Set("Authorization", "Basic "+good) }},
	}
	for name, token := range map[string]string{
		"an empty token":   "",
		"garbage":          "garbage",
		"three dots":       "a.b.c",
		"an expired token": changed(func(i *tokens.Issuer) { i.Life = -time.Minute }),
		"a token of tomorrow": resigned(t, good, jwt.SigningMethodHS256, []byte(running.JWTSecret), func(c jwt.MapClaims) {
			c["nbf"] = time.Now().Add(24 * time.Hour).Unix()
		}),
		"another key":      changed(func(i *tokens.Issuer) { i.Secret += "x" }),
		"another issuer":   changed(func(i *tokens.Issuer) { i.Issuer += "x" }),
		"another audience": changed(func(i *tokens.Issuer) { i.Audience += "x" }),
		"algorithm none":   resigned(t, good, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, func(jwt.MapClaims) {}),
		"algorithm HS512":  resigned(t, good, jwt.SigningMethodHS512, []byte(running.JWTSecret), func(jwt.MapClaims) {}),
		"a refresh token":  resigned(t, good, jwt.SigningMethodHS256, []byte(running.JWTSecret), func(c jwt.MapClaims) { c["type"] = "refresh" }),
		"a cut signature":  good[:len(good)-2],
	} {
		attempts = append(attempts, attempt{name: name, change: func(r *request) { r.bearer(token) }})
	}
	if k.takesCookie() {
		for _, a := range attempts[2:] { // the first two have no token
			attempts = append(attempts, attempt{name: a.name + " in the cookie", change: then(a.change, inCookie)})
		}
		attempts = append(attempts, attempt{name: "a good cookie with a bad token", change: then(inCookie, func(r *request) { r.bearer("garbage") })})
	}
	for i := range attempts {
		attempts[i].status, attempts[i].detail = http.StatusUnauthorized, notAuthenticated
	}
	return attempts
}

// resigned is a token with other claims, signed in another way.
func resigned(t *testing.T, token string, method jwt.SigningMethod, key any, change func(jwt.MapClaims)) string {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	change(claims)
	return issued(t)(jwt.NewWithClaims(method, claims).SignedString(key))
}

// scopedToken is a right token with a project claim, which goes with X-API-Key
// and X-Project-ID. Developers' tokens may have one, too.
func (k known) scopedToken(t *testing.T, p place) string {
	t.Helper()
	if k.scheme(t) == endUser {
		return p.userToken(t)
	}
	return resigned(t, p.developerToken(t), jwt.SigningMethodHS256, []byte(running.JWTSecret), func(c jwt.MapClaims) {
		c["project_id"] = p.project
	})
}

// headerAttempts are made with a good token that a header contradicts.
func (k known) headerAttempts(t *testing.T, c cast, p place) []attempt {
	t.Helper()
	with := func(name, value string) func(*request) {
		return func(r *request) { r.header.Set(name, value) }
	}
	other, otherToken := "end_user", p.userToken(t)
	if k.scheme(t) == endUser {
		other, otherToken = "developer", p.developerToken(t)
	}
	scoped := k.scopedToken(t, p)
	inProject := func(name, value string) func(*request) {
		return func(r *request) {
			r.bearer(scoped)
			r.header.Set(name, value)
		}
	}
	attempts := []attempt{
		{name: "the wrong role", change: func(r *request) { r.bearer(otherToken) }, detail: notPermitted},
		{name: "the wrong X-User-Role", change: with("X-User-Role", other), detail: notPermitted},
		{name: "an X-User-Role of nobody", change: with("X-User-Role", "platform_operator"), detail: notPermitted},
	}
	active, revoked := c.keysOf(t, p)
	for name, key := range map[string]string{
		"revoked": revoked.developer.key, "a stranger's": c.foreign.developer.key, "a project's": active.project.key, "junk": "ak_junk",
	} {
		attempts = append(attempts, attempt{name: "an X-Developer-Key that is " + name, change: with("X-Developer-Key", key), detail: "Invalid or revoked developer key"})
	}
	for name, key := range map[string]string{
		"revoked": revoked.project.key, "a stranger's": c.foreign.project.key, "a developer's": active.developer.key, "junk": "ak_junk",
	} {
		attempts = append(attempts, attempt{name: "an X-API-Key that is " + name, change: inProject("X-API-Key", key), detail: "Invalid or revoked API key"})
	}
	for name, project := range map[string]string{"a sibling's": c.sibling.project, "a stranger's": c.stranger.project, "unknown": uuid.NewString()} {
		attempts = append(attempts, attempt{name: "an X-Project-ID that is " + name, change: inProject("X-Project-ID", project), detail: "X-Project-ID contradicts the token"})
	}
	for i := range attempts {
		attempts[i].status = http.StatusForbidden
	}
	return attempts
}

// reachAttempts try what another's place has; what they reach for follows from
// the driver.
func (k known) reachAttempts(t *testing.T, c cast, p place) []attempt {
	t.Helper()
	var attempts []attempt
	for _, what := range k.foreign {
		switch {
		case what == projectInPath && k.scheme(t) == developer:
			token := c.stranger.developerToken(t)
			attempts = append(attempts, attempt{"a stranger's token", func(r *request) { r.bearer(token) }, http.StatusForbidden, notPermitted})
		case what == keyInPath:
			attempts = append(attempts,
				attempt{"a stranger's key", swap(p.key, c.foreign.project.id), http.StatusNotFound, "API key not found"},
				attempt{"a stranger developer's key", swap(p.key, c.foreign.developer.id), http.StatusNotFound, "API key not found"},
				attempt{"an unknown key", swap(p.key, uuid.NewString()), http.StatusNotFound, "API key not found"})
		case what == dataInPath:
			path := k.request(t, p).path
			for whose, theirs := range k.others(t, c) {
				for name, id := range map[string]string{
					p.subscription: theirs.subscription, p.event: theirs.event, p.customer: theirs.customer, p.session: theirs.session,
					p.hold: theirs.hold, p.charge: theirs.charge,
					p.plan: theirs.plan, p.grant: theirs.grant, p.payment: theirs.payment,
				} {
					if name != "" && strings.Contains(path, name) {
						attempts = append(attempts, attempt{whose, swap(name, id), http.StatusNotFound, k.unknown})
					}
				}
			}
		case what == dataInBody:
			for whose, theirs := range k.others(t, c) {
				for name, value := range k.named {
					attempts = append(attempts, attempt{whose, set(t, name, value(theirs)), cmp.Or(k.unknownStatus, http.StatusNotFound), k.unknown})
				}
			}
		case what == dataInQuery:
			for whose, theirs := range k.others(t, c) {
				for name, value := range k.asked {
					attempts = append(attempts, attempt{whose, query(name, value(theirs)), http.StatusNotFound, k.unknown})
				}
			}
		case what == projectNamed:
			attempts = append(attempts,
				attempt{"a stranger's project in the query", query("project_id", c.stranger.project), http.StatusForbidden, notPermitted},
				attempt{"an unknown project in the query", query("project_id", uuid.NewString()), http.StatusNotFound, "Project not found"})
		case what == stateInQuery:
			attempts = append(attempts, attempt{"an unknown state", query("state", word()), http.StatusBadRequest, unknownState})
		case what == signed:
			attempts = append(attempts, k.signatureAttempts(t, c, p)...)
		}
	}
	if k.projectInPath() {
		attempts = append(attempts, attempt{"an unknown project", swap(p.project, uuid.NewString()), http.StatusNotFound, "Project not found"})
	}
	if k.scheme(t) == endUser {
		if !k.withoutStripe {
			attempts = append(attempts, k.wrongMode(t, query("test_mode", "false")))
		}
		token := issued(t)(issuer().EndUser(p.user, uuid.NewString()))
		attempts = append(attempts, attempt{"an unknown project", func(r *request) { r.bearer(token) }, http.StatusNotFound, "Project not found"})
	}
	if k.scheme(t).paired() && !k.withoutStripe {
		attempts = append(attempts, k.wrongMode(t, query("environment", "live")))
	}
	return attempts
}

// wrongMode asks for a mode in which the project has no keys.
func (k known) wrongMode(t *testing.T, live func(*request)) attempt {
	t.Helper()
	if k.sells {
		return attempt{"the wrong mode", live, http.StatusForbidden, notSelling}
	}
	return attempt{"the wrong mode", live, k.family(t).unconfigured, notInLive}
}

// others are places that have what the caller may not reach.
func (k known) others(t *testing.T, c cast) map[string]place {
	t.Helper()
	others := map[string]place{"a stranger's": k.prepare(t, c.stranger)}
	if k.scheme(t).paired() {
		others["a sibling's in the same Stripe account"] = k.prepare(t, c.sibling)
	}
	if k.scheme(t).ofUser() && !slices.Contains(k.foreign, nothingForeign) && !slices.Contains(k.foreign, dataInBody) {
		others["another user's"] = k.prepare(t, c.seller)
	}
	return others
}

// swap puts one text for another into the path.
func swap(mine, theirs string) func(*request) {
	return func(r *request) { r.path = strings.Replace(r.path, mine, theirs, 1) }
}

// signatureAttempts are made by somebody who is not Stripe, or speaks for
// another project.
func (k known) signatureAttempts(t *testing.T, c cast, p place) []attempt {
	t.Helper()
	live := swap("/test", "/live")
	if k.parameter("query", "environment") != nil {
		live = query("environment", "live")
	}
	const refused = "Invalid signature"
	secret := func(s string) func(*request) { return func(r *request) { r.secret = s } }
	attempts := []attempt{
		{"no signature", secret(""), http.StatusBadRequest, refused},
		{"another secret's signature", secret("whsec_" + word()), http.StatusBadRequest, refused},
		{"garbage for a signature", func(r *request) { r.secret = ""; r.header.Set("Stripe-Signature", "t=1,v1=garbage") }, http.StatusBadRequest, refused},
		{"a bearer token for a signature", func(r *request) { r.secret = ""; r.bearer("garbage") }, http.StatusBadRequest, refused},
	}
	if !k.projectInPath() { // it is the deployment's, and the event tells the mode
		return attempts
	}
	return append(attempts,
		attempt{"a stranger's project", swap(p.project, c.stranger.project), http.StatusBadRequest, refused},
		attempt{"the wrong mode", live, k.family(t).unconfigured, notInLive})
}

// projectInPath reports whether the path names the project.
func (k known) projectInPath() bool {
	return k.parameter("path", "project_id") != nil || k.parameter("path", "appId") != nil
}
