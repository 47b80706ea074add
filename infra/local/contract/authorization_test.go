package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// cast are those who try what is not theirs.
type cast struct {
	seller   place // whose things are tried
	sibling  place // another project of the seller's developer
	stranger place // another developer's, with a subscriber of its own
	active   keys  // the seller's
	revoked  keys  // the seller's
	foreign  keys  // the stranger's
}

// keys are a project's and its developer's.
type keys struct{ project, developer apiKey }

func newCast(t *testing.T) cast {
	t.Helper()
	c := cast{seller: newSeller(t), stranger: newSeller(t)}
	c.seller.subscribe(t)
	c.stranger.subscribe(t)
	c.sibling = c.seller.newSibling(t)
	c.foreign, _ = c.stranger.keys(t)
	c.active, c.revoked = c.seller.keys(t)
	return c
}

// newSibling is another project of the developer's, in the same Stripe account,
// with a user of the same name.
func (p place) newSibling(t *testing.T) place {
	t.Helper()
	p.project = p.create(t, "/api/v1/projects/", `{"name": "Sibling"}`)["id"].(string)
	p.call(t, http.MethodPut, "/api/v1/payments/stripe/projects/"+p.project+"/config",
		encode(t, map[string]string{"test_secret_key": p.stripeKey}))
	p.pair = p.newKey(t, p.projectKeys())
	return p.sellPlans(t)
}

// keysOf are keys of a place, active ones and revoked ones. A developer has only
// a few, so the seller's are shared.
func (c cast) keysOf(t *testing.T, p place) (active, revoked keys) {
	t.Helper()
	if p.project == c.seller.project {
		return c.active, c.revoked
	}
	return p.keys(t)
}

// keys makes keys, and others that it revokes.
func (p place) keys(t *testing.T) (active, revoked keys) {
	t.Helper()
	active = keys{p.newKey(t, p.projectKeys()), p.newKey(t, developerKeys)}
	revoked = keys{p.newKey(t, p.projectKeys()), p.newKey(t, developerKeys)}
	p.revoke(t, p.projectKeys(), revoked.project)
	p.revoke(t, developerKeys, revoked.developer)
	return active, revoked
}

// Nobody gets at an operation who may not, and who is refused changes nothing.
//
// It is not parallel to other tests: it looks at the whole table.
func TestRefusals(t *testing.T) {
	c := newCast(t)
	all := allKnown(t)
	attempts := map[string][]attempt{}
	tried := map[string]place{}
	for _, k := range all {
		p := k.prepare(t, c.seller)
		tried[k.id] = p
		attempts[k.id] = k.reachAttempts(t, c, p)
		switch s := k.scheme(t); {
		case s == signature, s == everybody:
		case s.paired():
			attempts[k.id] = slices.Concat(attempts[k.id], k.pairAttempts(t, c, p))
		default:
			attempts[k.id] = slices.Concat(attempts[k.id], k.tokenAttempts(t, p), k.headerAttempts(t, c, p))
		}
	}
	unchanged(t, c.seller, func(t *testing.T) {
		for _, k := range all {
			nobody := k.request(t, tried[k.id])
			nobody.header = http.Header{}
			for _, a := range attempts[k.id] {
				t.Run(k.id+"/"+a.name, func(t *testing.T) {
					t.Parallel()
					r := k.request(t, tried[k.id])
					a.change(&r)
					refused := k.send(t, r)
					refused.says(t, a.status, a.detail)
					if a.status != http.StatusUnauthorized {
						return
					}
					if diff := cmp.Diff(k.send(t, nobody).told(t), refused.told(t)); diff != "" {
						t.Errorf("%v tells more than a caller without anything is told (-nobody +refused):\n%s", refused, diff)
					}
				})
			}
		}
	})
}

// What the clients of the system this API is of send along is right.
func TestRightHeaders(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, k := range allKnown(t) {
		role := map[scheme]string{developer: "developer", endUser: "end_user"}[k.scheme(t)]
		if role == "" {
			continue
		}
		t.Run(k.id, func(t *testing.T) {
			t.Parallel()
			p := k.prepare(t, c.seller)
			active, _ := c.keysOf(t, p)
			r := k.request(t, p)
			r.bearer(k.scopedToken(t, p))
			r.header.Set("X-User-Role", role)
			r.header.Set("X-Developer-Key", active.developer.key)
			r.header.Set("X-Project-ID", p.project)
			r.header.Set("X-API-Key", active.project.key)
			k.send(t, r).is(t, k.success(t))
		})
	}
}

// Where a request names nothing that is somebody's, callers meet their own
// things and never another's.
func TestCallersMeetTheirOwn(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, k := range allKnown(t) {
		if !slices.Contains(k.foreign, nothingForeign) {
			continue
		}
		newcomer := configured(t)
		outsiders := map[string]place{"a stranger": k.prepare(t, c.stranger)}
		switch s := k.scheme(t); {
		case s == backend:
			outsiders["a sibling in the same Stripe account"] = c.sibling
		case s.ofUser():
			outsiders = map[string]place{"another user": c.seller.buyer(), "a namesake": c.seller.newSibling(t), "a newcomer": newcomer}
		}
		for name, p := range outsiders {
			t.Run(k.id+"/"+name, func(t *testing.T) {
				t.Parallel()
				a := k.send(t, k.request(t, p))
				want := k.success(t)
				if k.scheme(t).ofUser() {
					want = k.newcomer
				}
				a.is(t, want)
				c.hidesSeller(t, a, p)
			})
		}
		if k.newcomer == http.StatusNotFound {
			t.Run(k.id+"/all alike", func(t *testing.T) {
				t.Parallel()
				mine, unknown := k.send(t, k.request(t, c.seller.buyer())), k.send(t, k.request(t, newcomer))
				if diff := cmp.Diff(unknown.told(t), mine.told(t)); diff != "" {
					t.Errorf("answers to users who have nothing differ:\n%s", diff)
				}
			})
		}
	}
}

// hidesSeller fails the test if an answer tells of the seller's project or user
// to somebody else.
func (c cast) hidesSeller(t *testing.T, a answer, p place) {
	t.Helper()
	for what, secret := range map[string]string{"project": c.seller.project, "user": c.seller.user, "developer": c.seller.developer} {
		own := secret == p.project || secret == p.user || secret == p.developer
		if !own && strings.Contains(string(a.body), secret) {
			t.Errorf("%v tells of the seller's %s", a, what)
		}
	}
}

// Filters by another tenant's project are answered as those by an unknown one,
// and live mode shows nothing of test mode.
func TestListsShowNothingElse(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, k := range allKnown(t) {
		if slices.Contains(k.foreign, projectInQuery) {
			t.Run(k.id+"/a stranger's project", func(t *testing.T) {
				t.Parallel()
				foreign, unknown := k.request(t, c.seller), k.request(t, c.seller)
				query("project_id", c.stranger.project)(&foreign)
				query("project_id", uuid.NewString())(&unknown)
				if diff := cmp.Diff(string(k.send(t, unknown).body), string(k.send(t, foreign).body)); diff != "" {
					t.Errorf("(-unknown +foreign):\n%s", diff)
				}
			})
		}
		if k.method == http.MethodGet && k.parameter("query", "test_mode") != nil && k.scheme(t) == developer && !k.namesData() {
			t.Run(k.id+"/the other mode", func(t *testing.T) {
				t.Parallel()
				p := k.prepare(t, c.seller)
				counted := func(mode string) float64 {
					r := k.request(t, p)
					query("test_mode", mode)(&r)
					return shown(k.send(t, r).decode(t))
				}
				if test, live := counted("true"), counted("false"); test != 1 || live != 0 {
					t.Errorf("test mode counts %v, live mode %v, want 1 and 0", test, live)
				}
			})
		}
	}
}

// shown is how many things a list or figures tell of, 1 for several events of
// one; -1 where it is no such answer.
func shown(answer any) float64 {
	members, _ := answer.(map[string]any)
	for _, name := range []string{"total", "total_payments"} {
		if n, ok := members[name].(float64); ok {
			return n
		}
	}
	for _, name := range []string{"events", "plans", "features", "grants", "currencies", "payouts"} {
		if rows, ok := members[name].([]any); ok {
			return min(float64(len(rows)), 1)
		}
	}
	if days, ok := members["days"].([]any); ok {
		today, _ := days[len(days)-1].(map[string]any)
		n, _ := today["received_payments"].(float64)
		return n
	}
	switch members["status"] {
	case "valid":
		return 1
	case "not_configured":
		return 0
	default:
		return -1
	}
}
