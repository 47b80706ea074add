package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

const callbackPath = "/v1/billing/connect/callback"

// consolePage is the console's page about billing, on the API's own host.
const consolePage = "/console/billing"

type (
	hostKey   struct{}
	readerKey struct{}
)

// withReader remembers that a person reads the answer, in a browser: who took too
// long at Stripe is sent to a page that says so, for where the connecting began
// is not known any more.
func withReader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			ctx = context.WithValue(ctx, readerKey{}, true)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// withHost remembers the host that a request came to: Stripe sends the account's
// owner back there. Stripe itself checks that the address is one that the
// deployment has registered.
func withHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), hostKey{}, r.Host)))
	})
}

// origin is the host that the request came to, as browsers have it.
func origin(ctx context.Context) *url.URL {
	host, _ := ctx.Value(hostKey{}).(string)
	u := url.URL{Scheme: "https", Host: host}
	if name, _, err := net.SplitHostPort(host); err == nil && net.ParseIP(name).IsLoopback() {
		u.Scheme = "http"
	}
	return &u
}

// callback is the address of the callback, on the host that the request came to.
func callback(ctx context.Context) string { return origin(ctx).JoinPath(callbackPath).String() }

// inConsole reports whether a URL is on the host that the request came to, which
// is the deployment's own: the console is there.
func inConsole(ctx context.Context, target string) bool {
	return billing.RedirectPolicy{origin(ctx).String()}.Allows(target)
}

// StartConnect begins to connect a Stripe account of the tenant's.
func (s *server) StartConnect(ctx context.Context, r StartConnectRequestObject) (StartConnectResponseObject, error) {
	if !billing.RedirectPolicy(s.redirects).Allows(r.Body.ReturnURL) && !inConsole(ctx, r.Body.ReturnURL) {
		return nil, billing.ErrRedirectNotAllowed.About("returnUrl")
	}
	c := billing.Connection{
		State: billing.Secret(rand.Text()), Tenant: identity.From(ctx).Tenant, Mode: *r.Body.Mode,
		ReturnURL: r.Body.ReturnURL, ExpiresAt: s.timestamp().Add(billing.ConnectionLife),
	}
	page, err := s.stripe.AuthorizeURL(ctx, c.Mode, c.State, callback(ctx))
	if err != nil {
		return nil, err
	}
	if err := s.store.BeginConnection(ctx, c); err != nil {
		return nil, err
	}
	return StartConnect200JSONResponse{URL: page}, nil
}

// CompleteConnect takes Stripe's answer, which the account's owner brings, and
// sends the owner to where the connecting began. What went wrong after that is
// known is told there.
func (s *server) CompleteConnect(ctx context.Context, r CompleteConnectRequestObject) (CompleteConnectResponseObject, error) {
	c, err := s.store.EndConnection(ctx, billing.Secret(r.Params.State), s.now())
	if codeOf(err) == billing.ErrUnknownState.Code && ctx.Value(readerKey{}) != nil {
		return seeOther(consolePage + "?" + url.Values{"connect": {"failed"}, "error": {codeOf(err)}}.Encode()), nil
	}
	if err != nil {
		return nil, err
	}
	result := url.Values{"connect": {"connected"}}
	switch {
	case r.Params.Code == nil || *r.Params.Code == "":
		result = url.Values{"connect": {"denied"}}
	default:
		if err := s.connect(ctx, c, *r.Params.Code); err != nil {
			s.log.WarnContext(ctx, "account not connected", "tenant", c.Tenant, "mode", c.Mode, "error", err.Error())
			result = url.Values{"connect": {"failed"}, "error": {codeOf(err)}}
		}
	}
	target, err := url.Parse(c.ReturnURL)
	if err != nil {
		return nil, err
	}
	query := target.Query()
	for name, values := range result {
		query[name] = values
	}
	target.RawQuery = query.Encode()
	return seeOther(target.String()), nil
}

// seeOther is the answer that sends a browser on.
type seeOther string

// VisitCompleteConnectResponse writes the redirect.
func (to seeOther) VisitCompleteConnectResponse(w http.ResponseWriter) error {
	w.Header().Set("Location", string(to))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// connect exchanges the code once, and keeps which account it is.
func (s *server) connect(ctx context.Context, c billing.Connection, code string) error {
	account, err := s.stripe.Connect(ctx, c.Mode, code)
	if err != nil {
		return err
	}
	_, err = again(func() (billing.Switch, error) { return s.link(ctx, c, account) })
	return err
}

// link keeps a tenant's account. The one that it takes the place of may have
// nothing live.
func (s *server) link(ctx context.Context, c billing.Connection, account string) (billing.Switch, error) {
	sw, err := s.store.Switch(ctx, c.Tenant)
	if err != nil {
		return sw, err
	}
	former := sw.Account(c.Mode).ID
	change := func(sw *billing.Switch) {
		*sw.Account(c.Mode) = billing.ConnectedAccount{ID: account, LinkedAt: s.timestamp()}
	}
	save := func(ctx context.Context, sw billing.Switch) error {
		return s.store.ConnectAccount(ctx, sw, former, c.Mode)
	}
	if former != "" && former != account && sw.Gateway == billing.GatewayConnect {
		return s.turn(ctx, sw, leaving{gateway: true, mode: c.Mode}, change, save)
	}
	change(&sw)
	return sw, save(ctx, sw)
}

// DeauthorizeConnect ends the deployment's acting for the tenant's account.
func (s *server) DeauthorizeConnect(ctx context.Context, r DeauthorizeConnectRequestObject) (DeauthorizeConnectResponseObject, error) {
	mode := billing.Test
	if r.Body != nil {
		mode = *r.Body.Mode
	}
	tenant := identity.From(ctx).Tenant
	sw, err := again(func() (billing.Switch, error) { return s.disconnect(ctx, tenant, mode) })
	if err != nil {
		return nil, err
	}
	return DeauthorizeConnect200JSONResponse(statusAnswer(sw)), nil
}

// disconnect tells Stripe last: what it is told cannot be taken back.
func (s *server) disconnect(ctx context.Context, tenant string, m billing.Mode) (billing.Switch, error) {
	sw, err := s.store.Switch(ctx, tenant)
	if err != nil {
		return sw, err
	}
	account := sw.Account(m).ID
	if account == "" {
		return sw, billing.ErrConnectAccountRequired
	}
	change := func(sw *billing.Switch) { *sw.Account(m) = billing.ConnectedAccount{} }
	save := func(ctx context.Context, sw billing.Switch) error {
		return s.store.DisconnectAccount(ctx, sw, account, m)
	}
	if sw.Gateway == billing.GatewayConnect {
		sw, err = s.turn(ctx, sw, leaving{gateway: true, mode: m}, change, save)
	} else {
		change(&sw)
		err = save(ctx, sw)
	}
	if err != nil {
		return sw, err
	}
	return sw, s.stripe.Disconnect(ctx, m, account)
}

func codeOf(err error) string {
	var known *billing.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return "internal_error"
}
