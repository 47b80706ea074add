package browser

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"billhook/infra/local/sam"
	"billhook/infra/local/stack"
	"billhook/infra/local/story"
	"billhook/infra/local/tokens"
)

// place is a running stack with a project that is ready to sell, as `make dev`
// sets it up, and the user who buys.
type place struct {
	t     *testing.T
	stack *stack.Stack
	shop  story.Shop
	user  string // the user's token
	site  string // the shop's own page
}

// openPlace starts the place and answers it with the repository's root.
func openPlace(t *testing.T) (*place, string) {
	t.Helper()
	root, err := sam.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	running, err := stack.Start(t.Context(), stack.Options{Root: root, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	issuer := tokens.Issuer{Secret: running.JWTSecret, Issuer: stack.Issuer, Audience: stack.Audience, Life: time.Hour, Now: time.Now}
	world := story.World{API: running.APIURL, Stripe: running.StripeURL, DeveloperToken: issuer.Developer, UserToken: issuer.EndUser}
	shop, err := story.Setup(t.Context(), world, story.NewShop())
	if err != nil {
		t.Fatal(err)
	}
	user, err := world.UserToken(shop.User, shop.Project)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Shop</title><h1>Welcome back to the shop</h1>")
	}))
	t.Cleanup(site.Close)
	return &place{t, running, shop, user, site.URL}, root
}

// api calls billhook as the user.
func (p *place) api(method, path string, send, receive any) {
	p.t.Helper()
	var body []byte
	if send != nil {
		var err error
		if body, err = json.Marshal(send); err != nil {
			p.t.Fatal(err)
		}
	}
	p.call(method, p.stack.APIURL+"/api/v1/payments/stripe/"+path, "Bearer "+p.user, "application/json", string(body), receive)
}

// stripe calls the sandbox as the shop's account.
func (p *place) stripe(method, path string, params url.Values, receive any) {
	p.t.Helper()
	p.call(method, p.stack.StripeURL+path, "Bearer "+p.shop.StripeKey, "application/x-www-form-urlencoded", params.Encode(), receive)
}

func (p *place) call(method, address, authorization, kind, body string, receive any) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		p.t.Fatalf("%s %s = %d %s", method, address, response.StatusCode, answer)
	}
	if receive != nil {
		if err := json.NewDecoder(bytes.NewReader(answer)).Decode(receive); err != nil {
			p.t.Fatalf("%s %s: %v in %s", method, address, err, answer)
		}
	}
}

// subscription is what my-subscription shows.
type subscription struct {
	StripeID  string    `json:"subscription_id"`
	Customer  string    `json:"customer_id"`
	Status    string    `json:"status"`
	PeriodEnd time.Time `json:"current_period_end"`
	CancelAt  string    `json:"cancel_at"`
}

// sees waits for the webhooks and answers the subscription that the user has by
// then, which must have the status.
func (p *place) sees(status string) subscription {
	p.t.Helper()
	p.call(http.MethodPost, p.stack.StripeURL+"/_sandbox/settle", "Bearer "+p.shop.StripeKey, "application/json", "{}", nil)
	var sub *subscription
	p.api(http.MethodGet, "my-subscription", nil, &sub)
	if sub == nil || sub.Status != status {
		p.t.Fatalf("my-subscription is %+v, want one that is %s", sub, status)
	}
	return *sub
}
