package story

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"billhook/infra/local/lending"
)

const (
	billingPath = "/v1/dashboard/billing/"
	cancelPath  = "/api/v1/payments/stripe/cancel-subscription"
	portalPath  = "/api/v1/payments/stripe/customer-portal"
	settings    = "https://app.example.com/settings"
)

// The same is sold, delivered and canceled through every gateway, and neither it
// can be switched off, nor another be picked, while somebody has a subscription.
func TestEveryGateway(t *testing.T) {
	t.Parallel()
	running, world, _ := start(t)
	lent, err := lending.Lend(t.Context(), running)
	if err != nil {
		t.Fatal(err)
	}
	for gateway, key := range map[string]string{
		"own_keys":        "",
		"managed":         lent.Managed.SecretKey,
		"stripe_platform": lent.Platform.Test.SecretKey,
		"stripe_connect":  lent.Connect.Test.SecretKey,
	} {
		t.Run(gateway, func(t *testing.T) {
			t.Parallel()
			s := sellerThrough(world, gateway, key)
			steps := []step{{"create a project", (*story).createProject}}
			if gateway == "own_keys" {
				steps = append(steps, step{"a checkout is refused", s.refused(checkoutPath, s.checkoutRequest(), http.StatusForbidden)})
				steps = append(steps, setup[1:]...)
			} else {
				steps = append(steps,
					step{"a checkout is refused", s.refused(checkoutPath, s.checkoutRequest(), http.StatusForbidden)},
					step{"switch on", as(s.enable)})
			}
			if gateway == "stripe_connect" {
				steps = append(steps,
					step{"not before it is connected", s.refused(checkoutPath, s.checkoutRequest(), http.StatusForbidden)},
					step{"connect", as(s.connect)})
			}
			steps = append(steps,
				step{"create a checkout session", (*story).createCheckout},
				step{"pay", (*story).pay},
				step{"receive the webhooks", (*story).receiveWebhooks},
				step{"my-subscription is active", (*story).seeSubscription},
				step{"my-payments shows the invoice", (*story).seePayment},
				step{"the portal opens", as(s.openPortal)},
				step{"disable is refused", s.refuses(billingPath+"disable", nil, "billing_has_active_end_user_subscriptions")},
			)
			if gateway == "stripe_connect" {
				steps = append(steps,
					step{"the fee is taken", as(s.seeFee)},
					step{"it stays connected", s.refuses(billingPath+"connect/deauthorize", map[string]string{"mode": "test"}, "billing_gateway_in_use")})
			}
			if gateway != "own_keys" {
				other := map[string]string{"managed": "stripe_platform"}[gateway]
				if other == "" {
					other = "managed"
				}
				steps = append(steps, step{"another gateway is refused", s.refuses(billingPath+"enable", map[string]string{"gateway": other}, "billing_gateway_in_use")})
			}
			steps = append(steps,
				step{"cancel", as(s.cancelNow)},
				step{"leave a session open", (*story).createCheckout},
				step{"disable", as(s.disable)},
				step{"nothing can be bought", as(s.expired)},
				step{"nor begun", s.refused(checkoutPath, s.checkoutRequest(), http.StatusForbidden)},
			)
			if gateway == "stripe_connect" {
				steps = append(steps, step{"disconnect at Stripe", as(s.disconnectAtStripe)})
			}
			var told strings.Builder
			if err := s.tell(t.Context(), steps, &told); err != nil {
				t.Fatalf("%v\n%s", err, &told)
			}
		})
	}
	t.Run("a plan through one after the other", aPlanMoves(sellerThrough(world, "", lent.Connect.Test.SecretKey)))
}

// seller is a story that sells through a gateway.
type seller struct {
	*story
	gateway string
	account string // the connected account
}

func sellerThrough(world World, gateway, key string) *seller {
	shop := NewShop()
	if key != "" {
		shop.StripeKey = key
	}
	return &seller{story: newStory(world, shop), gateway: gateway}
}

// as is a step that only a seller takes.
func as(do func(context.Context) (string, error)) func(*story, context.Context) (string, error) {
	return func(_ *story, ctx context.Context) (string, error) { return do(ctx) }
}

type billingStatus struct {
	Enabled  bool    `json:"billingEnabled"`
	Gateway  *string `json:"billingGateway"`
	Accounts struct {
		Test *string `json:"test"`
	} `json:"connectedAccounts"`
}

func (s *seller) enable(ctx context.Context) (string, error) {
	var status billingStatus
	if err := s.api(ctx, http.MethodPost, billingPath+"enable", s.developerToken, map[string]string{"gateway": s.gateway}, &status); err != nil {
		return "", err
	}
	var c checks
	c.equal("billingEnabled", true, status.Enabled)
	c.equal("billingGateway", s.gateway, deref(status.Gateway))
	return s.gateway, c.err()
}

func (s *seller) disable(ctx context.Context) (string, error) {
	var status billingStatus
	err := s.api(ctx, http.MethodPost, billingPath+"disable", s.developerToken, nil, &status)
	var c checks
	c.equal("billingEnabled", false, status.Enabled)
	return "off", errors.Join(err, c.err())
}

// refused is a step that is refused to the user.
func (s *seller) refused(path string, body any, status int) func(*story, context.Context) (string, error) {
	return func(_ *story, ctx context.Context) (string, error) {
		return refusal(s.api(ctx, http.MethodPost, path, s.userToken, body, nil), status, "")
	}
}

// refuses is a step that is refused to the developer, with a code.
func (s *seller) refuses(path string, body any, code string) func(*story, context.Context) (string, error) {
	return func(_ *story, ctx context.Context) (string, error) {
		return refusal(s.api(ctx, http.MethodPost, path, s.developerToken, body, nil), http.StatusBadRequest, code)
	}
}

func refusal(err error, status int, code string) (string, error) {
	var answer *answerError
	if !errors.As(err, &answer) {
		return "", fmt.Errorf("expected a refusal, got %w", err)
	}
	var c checks
	c.equal("status", status, answer.status)
	c.equal("tells "+code, true, strings.Contains(answer.body, code))
	return answer.body, c.err()
}

// connect walks through OAuth as the account's owner does.
func (s *seller) connect(ctx context.Context) (string, error) {
	var page struct {
		URL string `json:"url"`
	}
	begin := map[string]string{"mode": "test", "returnUrl": settings + "?tab=billing"}
	if err := s.api(ctx, http.MethodPost, billingPath+"connect", s.developerToken, begin, &page); err != nil {
		return "", err
	}
	asked, err := url.Parse(page.URL)
	if err != nil {
		return "", err
	}
	form := asked.Query()
	form.Set("decision", "connect")
	back, err := s.location(ctx, http.MethodPost, s.world.Stripe+asked.Path, form)
	if err != nil {
		return "", err
	}
	end, err := s.location(ctx, http.MethodGet, back, nil)
	if err != nil {
		return "", err
	}
	var c checks
	c.equal("where the owner is sent", settings+"?connect=connected&tab=billing", end)
	again, err := s.location(ctx, http.MethodGet, back, nil)
	c.equal("the same answer again is refused", true, err != nil && again == "")
	var status billingStatus
	if err := s.api(ctx, http.MethodGet, billingPath+"status", s.developerToken, nil, &status); err != nil {
		return "", err
	}
	s.account = deref(status.Accounts.Test)
	c.equal("an account", true, strings.HasPrefix(s.account, "acct_"))
	return s.account, c.err()
}

// location is where an answer sends the browser on to.
func (s *seller) location(ctx context.Context, method, to string, form url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.http.Do(r)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close() // only the redirect matters
	if answer.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("%s %s: %s", method, to, answer.Status)
	}
	return answer.Header.Get("Location"), nil
}

func (s *seller) openPortal(ctx context.Context) (string, error) {
	var portal struct {
		URL string `json:"portal_url"`
	}
	err := s.api(ctx, http.MethodPost, portalPath, s.userToken, map[string]string{"return_url": "https://app.example.com/"}, &portal)
	var c checks
	c.equal("a page of Stripe's", true, strings.HasPrefix(portal.URL, s.world.Stripe))
	return portal.URL, errors.Join(err, c.err())
}

// seeFee reads what the platform took of the first invoice: 0.6 % of 2900.
func (s *seller) seeFee(ctx context.Context) (string, error) {
	var fees struct {
		Data []struct {
			Amount  int    `json:"amount"`
			Account string `json:"account"`
		} `json:"data"`
	}
	if err := s.stripe(ctx, http.MethodGet, "/v1/application_fees", nil, &fees); err != nil {
		return "", err
	}
	var c checks
	c.equal("fees", 1, len(fees.Data))
	if len(fees.Data) == 1 {
		c.equal("fee", 17, fees.Data[0].Amount)
		c.equal("account", s.account, fees.Data[0].Account)
	}
	return "17", c.err()
}

func (s *seller) cancelNow(ctx context.Context) (string, error) {
	err := s.api(ctx, http.MethodPost, cancelPath, s.userToken, map[string]bool{"cancel_immediately": true}, nil)
	if err == nil {
		_, err = s.deliveries(ctx)
	}
	return "canceled", err
}

// expired makes sure that the session that was left open cannot be paid.
func (s *seller) expired(ctx context.Context) (string, error) {
	_, err := s.pay(ctx)
	if err == nil {
		return "", errors.New("the session can still be paid")
	}
	return err.Error(), nil
}

// disconnectAtStripe is what the owner does in Stripe's dashboard; the event of
// it is noticed.
func (s *seller) disconnectAtStripe(ctx context.Context) (string, error) {
	var app struct {
		ClientID string `json:"client_id"`
	}
	if err := s.stripe(ctx, http.MethodGet, "/_sandbox/account", nil, &app); err != nil {
		return "", err
	}
	params := url.Values{"client_id": {app.ClientID}, "stripe_user_id": {s.account}}
	if err := s.stripe(ctx, http.MethodPost, "/oauth/deauthorize", params, nil); err != nil {
		return "", err
	}
	if _, err := s.deliveries(ctx); err != nil {
		return "", err
	}
	var status billingStatus
	err := s.api(ctx, http.MethodGet, billingPath+"status", s.developerToken, nil, &status)
	var c checks
	c.equal("connected account", "null", deref(status.Accounts.Test))
	return "disconnected", errors.Join(err, c.err())
}
