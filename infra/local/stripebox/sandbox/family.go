package sandbox

import (
	"fmt"
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// A platform and the accounts connected to it are a family: they share the
// platform's lock and clock, because money moves between them. Everything else
// each has for itself.

// headerAccount names the connected account that a platform acts for.
const headerAccount = "Stripe-Account"

// isConnected reports whether the account belongs to a platform.
func (a *account) isConnected() bool { return a.platform != a }

// family yields the platform and then its connected accounts, oldest first.
func (a *account) family(yield func(*account) bool) {
	if !yield(a.platform) {
		return
	}
	for _, member := range a.platform.connected {
		if !yield(member) {
			return
		}
	}
}

// member is the connected account with the id, while the platform has access
// to it; nil otherwise.
func (a *account) member(id string) *account {
	i := slices.IndexFunc(a.platform.connected, func(m *account) bool { return m.id == id && !m.Revoked })
	if i < 0 {
		return nil
	}
	return a.platform.connected[i]
}

// connect makes an account of a platform's; the platform is locked.
func (s *Server) connect(platform *account, profile *object.Account) *account {
	member := newAccount(s, profile.ID)
	member.join(platform)
	member.Livemode, member.now, member.Profile = platform.Livemode, platform.now, profile
	platform.Connected = append(platform.Connected, member.id)
	member.seedCatalog()
	member.seedPortal()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[member.id] = member
	return member
}

// join makes an account share a platform's lock and clock.
func (a *account) join(platform *account) {
	a.Platform, a.platform, a.mu = platform.id, platform, platform.mu
	platform.connected = append(platform.connected, a)
}

// disconnect forgets a connected account and all it holds; the platform is
// locked.
func (s *Server) disconnect(member *account) {
	member.Revoked = true // its own key opens nothing any more
	platform := member.platform
	platform.connected = slices.DeleteFunc(platform.connected, func(m *account) bool { return m == member })
	platform.Connected = slices.DeleteFunc(platform.Connected, func(id string) bool { return id == member.id })
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.accounts, member.id)
}

// runFamily does everything that is due in the family up to a time, in the
// order in which it falls due.
func (a *account) runFamily(now int64) {
	if len(a.platform.connected) == 0 {
		a.runUntil(now)
		return
	}
	for {
		var first *account
		var at int64
		for member := range a.family {
			if next, found := member.nextTask(); found && next.at <= now && (first == nil || next.at < at) {
				first, at = member, next.at
			}
		}
		if first == nil {
			at = now
		}
		for member := range a.family {
			member.now = at
		}
		if first == nil {
			break
		}
		first.runUntil(at)
	}
	for member := range a.family {
		member.refreshOffers()
	}
}

// onBehalf is the account that a request with a platform's key is about: the
// one that the header Stripe-Account names, or the platform itself.
func (s *Server) onBehalf(a *account, r *http.Request, key string) (*account, error) {
	id := r.Header.Get(headerAccount)
	if id == "" || id == a.id {
		return a, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if member := a.member(id); member != nil && !a.isConnected() {
		return member, nil
	}
	return nil, noAccess(key, id)
}

// noAccess is the 403 for an account that a key does not reach.
func noAccess(key, id string) *apiError {
	const code = "account_invalid"
	return &apiError{http.StatusForbidden, object.Error{
		Type: typeInvalidRequest, Code: code, DocURL: docURL(code),
		Message: fmt.Sprintf("The provided key '%s' does not have access to account '%s' (or that account does not exist). "+
			"Application access may have been revoked.", maskKey(key), id),
	}}
}

// eventAt is an event of the account or, for a platform, of a connected one,
// and whose it is.
func (a *account) eventAt(id string) (*account, *object.Event, error) {
	if !a.isConnected() {
		for _, member := range a.connected {
			if event := member.Events.get(id); event != nil {
				return member, event, nil
			}
		}
	}
	event, err := a.Events.at(id)
	return a, event, err
}

// clientID is the platform's id in OAuth.
func (a *account) clientID() string {
	return "ca_" + derive(32, a.server.options.Seed, a.platform.id, "client")
}

// application is what made a connected account's resources; a platform's own
// have none.
func (a *account) application() object.Ref {
	if !a.isConnected() {
		return object.Ref{}
	}
	return object.To(a.clientID())
}

// identity answers GET /_sandbox/account.
type identity struct {
	Account  string `json:"account"`
	ClientID string `json:"client_id"`
	Livemode bool   `json:"livemode"`
	Platform string `json:"platform,omitempty"` // of a connected account
}

func (s *Server) showIdentity(a *account, _ *http.Request) (any, error) {
	return identity{a.id, a.clientID(), a.Livemode, a.Platform}, nil
}
