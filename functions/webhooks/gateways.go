package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/intake"
	"billhook/pkg/stripeevent"
)

// deauthorized is the type of the event of an account whose owner disconnected
// it at Stripe.
const deauthorized = "account.application.deauthorized"

// ReceiveGatewayEvent takes one delivery from an account of the deployment's,
// which projects share. What it answers means the same as for a project's own.
func (s *server) ReceiveGatewayEvent(w http.ResponseWriter, r *http.Request, params api.ReceiveGatewayEventParams) {
	s.acknowledge(w, r, s.receiveShared(r, params.StripeSignature))
}

func (s *server) receiveShared(r *http.Request, signature string) error {
	ctx := r.Context()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	gateway, mode, err := s.signer(ctx, body, signature)
	if err != nil {
		return err
	}
	// From here on the sender is Stripe, speaking for one of our accounts.
	event, err := readEnvelope(body)
	if err != nil {
		return err
	}
	if event.Mode() != mode {
		return intake.ErrPayload.Because(fmt.Errorf("a %s mode event, signed in %s mode", event.Mode(), mode))
	}
	from := billing.Route{Gateway: gateway}
	if gateway == billing.GatewayConnect {
		from.Account = event.Account
	}
	if gateway == billing.GatewayConnect && event.Type == deauthorized {
		return s.deauthorize(ctx, event)
	}
	scope := billing.Scope{}
	if stripeevent.Uses(event.Type) {
		if scope, err = s.stripe.ScopeOf(ctx, from, body); err != nil {
			return err
		}
	}
	if scope == (billing.Scope{}) {
		s.log.InfoContext(ctx, "event of nobody's", "gateway", gateway, "account", event.Account, "event", event.ID, "type", event.Type)
		return nil
	}
	_, err = s.intake.Receive(ctx, scope, body)
	return err
}

// signer is the gateway that a delivery is signed for, and the mode of the
// endpoint.
func (s *server) signer(ctx context.Context, body []byte, signature string) (billing.Gateway, billing.Mode, error) {
	lent, err := s.gateways.Gateways(ctx)
	if err != nil {
		return "", "", err
	}
	refused := error(billing.NewError(billing.NotFound, billing.CodeNotConfigured, "This deployment has no webhook secrets of its own"))
	for _, gateway := range []billing.Gateway{billing.GatewayConnect, billing.GatewayPlatform, billing.GatewayManaged} {
		for _, mode := range []billing.Mode{billing.Test, billing.Live} {
			secret := lent.Of(gateway, mode).WebhookSecret
			if secret == "" {
				continue
			}
			err := stripeevent.Verify(body, signature, []billing.Secret{secret}, s.now())
			if err == nil {
				return gateway, mode, nil
			}
			refused = errUnsigned.Because(err)
		}
	}
	return "", "", refused
}

// envelope is what stands around every event.
type envelope struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Type     string `json:"type"`
	Account  string `json:"account"` // the connected account that it happened in; empty: our own
	Created  int64  `json:"created"`
	Livemode bool   `json:"livemode"`
}

// Mode is the event's.
func (e envelope) Mode() billing.Mode { return billing.ModeOf(e.Livemode) }

func readEnvelope(body []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return e, intake.ErrPayload.Because(err)
	}
	if e.ID == "" || e.Object != "event" {
		return e, intake.ErrPayload.Because(errors.New("it is no event"))
	}
	return e, nil
}

// deauthorize forgets an account whose owner has disconnected it at Stripe,
// unless it was connected again since: events come in any order.
func (s *server) deauthorize(ctx context.Context, e envelope) error {
	tenant, err := s.accounts.TenantOf(ctx, e.Account, e.Mode())
	if err != nil || tenant == "" {
		return err
	}
	sw, err := s.accounts.Switch(ctx, tenant)
	if err != nil {
		return err
	}
	connected := sw.Account(e.Mode())
	if connected.ID != e.Account || connected.LinkedAt.After(billing.At(e.Created+1)) {
		return nil
	}
	*connected = billing.ConnectedAccount{}
	if err := s.accounts.DisconnectAccount(ctx, sw, e.Account, e.Mode()); err != nil {
		return err
	}
	s.log.WarnContext(ctx, "account disconnected by its owner", "tenant", tenant, "account", e.Account, "mode", e.Mode())
	return nil
}
