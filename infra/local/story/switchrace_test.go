package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/google/uuid"

	"billhook/infra/local/lending"
)

const (
	switchRounds = 8
	buyers       = 8 // at once
)

// Many buy while billing is switched off: whatever comes first, nothing is live
// and nothing can be bought once it is off.
func TestSwitchingOffWhileManyBuy(t *testing.T) {
	t.Parallel()
	running, world, _ := start(t)
	lent, err := lending.Lend(t.Context(), running)
	if err != nil {
		t.Fatal(err)
	}
	for gateway, key := range map[string]string{"own_keys": "", "managed": lent.Managed.SecretKey} {
		t.Run(gateway, func(t *testing.T) {
			t.Parallel()
			s := sellerThrough(world, gateway, key)
			if err := s.open(t.Context()); err != nil {
				t.Fatal(err)
			}
			outcomes := map[bool]int{}
			for round := range switchRounds {
				off, err := s.race(t.Context(), round%2 == 0, round/2)
				if err != nil {
					t.Fatalf("round %d: %v", round, err)
				}
				outcomes[off]++
			}
			t.Logf("switched off %d times, refused %d times", outcomes[true], outcomes[false])
			if outcomes[true] < switchRounds/2 { // nobody paid in half of the rounds
				t.Errorf("switched off in %d rounds of %d", outcomes[true], switchRounds)
			}
		})
	}
}

// open makes the project; one with keys of its own has an endpoint too.
func (s *seller) open(ctx context.Context) error {
	steps := setup[:1]
	if s.gateway == "own_keys" {
		steps = setup
	}
	return s.tell(ctx, steps, io.Discard)
}

// race switches on, lets many buy, and switches off when so many of them have
// come to a session. It reports whether that worked; in a round without payers it
// has to.
func (s *seller) race(ctx context.Context, pays bool, first int) (off bool, err error) {
	if err := s.switchOn(ctx); err != nil {
		return false, err
	}
	var all sync.WaitGroup
	errs := make([]error, buyers+1)
	begun := make(chan struct{}, buyers)
	for i := range buyers {
		all.Go(func() { errs[i] = s.buy(ctx, pays && i%2 == 0, begun) })
	}
	all.Go(func() {
		for range first {
			<-begun
		}
		off, errs[buyers] = s.switchOff(ctx)
	})
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return off, err
	}
	switch {
	case off:
		return off, s.nothingLive(ctx)
	case !pays:
		return off, errors.New("nothing was sold, and billing could not be switched off")
	}
	return off, s.endAll(ctx)
}

func (s *seller) switchOn(ctx context.Context) error {
	if s.gateway != "own_keys" {
		_, err := s.enable(ctx)
		return err
	}
	_, err := s.saveCredentials(ctx)
	return err
}

// switchOff reports whether billing could be switched off.
func (s *seller) switchOff(ctx context.Context) (bool, error) {
	err := s.api(ctx, http.MethodPost, billingPath+"disable", s.developerToken, nil, nil)
	var answer *answerError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &answer) && answer.status == http.StatusBadRequest:
		return false, nil
	}
	return false, err
}

// buy is one new user's purchase; being refused is as good as having bought.
func (s *seller) buy(ctx context.Context, pays bool, begun chan<- struct{}) error {
	buyer := newStory(s.world, s.Shop)
	defer buyer.http.CloseIdleConnections()
	buyer.User = uuid.NewString()
	var err error
	if buyer.userToken, err = s.world.UserToken(buyer.User, s.Project); err != nil {
		begun <- struct{}{}
		return err
	}
	_, err = buyer.createCheckout(ctx)
	begun <- struct{}{}
	var answer *answerError
	switch {
	case errors.As(err, &answer) && answer.status == http.StatusForbidden:
		return nil
	case err != nil:
		return err
	case pays:
		_, _ = buyer.pay(ctx) // the session may be expired by now
	}
	return nil
}

type listedObject struct {
	ID       string            `json:"id"`
	Status   string            `json:"status"`
	Metadata map[string]string `json:"metadata"`
}

// mine lists objects of the project at Stripe.
func (s *seller) mine(ctx context.Context, path string) ([]listedObject, error) {
	var list struct {
		Data    []listedObject `json:"data"`
		HasMore bool           `json:"has_more"`
	}
	if err := s.stripe(ctx, http.MethodGet, path, nil, &list); err != nil {
		return nil, err
	}
	if list.HasMore {
		return nil, fmt.Errorf("%s: more than a page", path)
	}
	var mine []listedObject
	for _, o := range list.Data {
		if o.Metadata["project_id"] == s.Project {
			mine = append(mine, o)
		}
	}
	return mine, nil
}

// nothingLive makes sure of what the switch promises while it is off.
func (s *seller) nothingLive(ctx context.Context) error {
	for _, path := range []string{"/v1/checkout/sessions?status=open&limit=100", "/v1/subscriptions?limit=100"} {
		live, err := s.mine(ctx, path)
		if err != nil {
			return err
		}
		if len(live) > 0 {
			return fmt.Errorf("billing is off, and %s has %v", path, live)
		}
	}
	return nil
}

// endAll cancels what was sold, so that the next round begins with nothing, and
// has the stack hear of it.
func (s *seller) endAll(ctx context.Context) error {
	live, err := s.mine(ctx, "/v1/subscriptions?limit=100")
	if err != nil {
		return err
	}
	if len(live) == 0 {
		return errors.New("nothing is live, and billing could not be switched off")
	}
	for _, sub := range live {
		if err := s.stripe(ctx, http.MethodDelete, "/v1/subscriptions/"+url.PathEscape(sub.ID), nil, nil); err != nil {
			return err
		}
	}
	return s.control(ctx, "settle", map[string]any{}, nil)
}
