package main

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// trialOf is the trial of the newest subscription, in days; 0 for none.
func trialOf(sub *stripe.Subscription) int64 { return (sub.TrialEnd - sub.TrialStart) / (24 * 60 * 60) }

// told brings a subscription in as its events do.
func (s shop) told(t *testing.T, id string) {
	t.Helper()
	f, _, err := s.stripe.Subscription(t.Context(), s.scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	e := billing.Event{ID: "evt_" + id, Type: "customer.subscription.updated", Created: s.sandbox.Clock.Now(), Mode: billing.Test, Fact: f}
	if _, err := s.projector.Apply(t.Context(), s.scope(), e); err != nil {
		t.Fatal(err)
	}
}

func (s shop) cancel(t *testing.T, id string) {
	t.Helper()
	if _, err := s.sandbox.API.Subscriptions.Cancel(id, nil); err != nil {
		t.Fatal(err)
	}
}

// A user has one trial, whether the table knows of it already or Stripe has to
// be asked.
func TestTrialOnce(t *testing.T) {
	t.Parallel()
	for name, eventsCame := range map[string]bool{"the events came": true, "the events are under way": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			first := s.get(t, user, wish("price_pro_trial", ""))
			if first.TrialDays == nil || *first.TrialDays != 14 || first.TrialUsed {
				t.Fatalf("first: %+v", first)
			}
			if again := s.get(t, user, wish("price_pro_trial", "")); !cmp.Equal(first, again) {
				t.Errorf("again: %+v, want %+v", again, first)
			}
			s.sandbox.Pay(t, first.ID)
			sub := s.subscriptions(t, user)[0]
			if got := trialOf(sub); got != 14 {
				t.Fatalf("the subscription starts with %d days", got)
			}
			s.cancel(t, sub.ID)
			if eventsCame {
				s.told(t, sub.ID)
			}

			second := s.get(t, user, wish("price_pro_trial", ""))
			if second.TrialDays != nil || !second.TrialUsed {
				t.Errorf("second: %+v", second)
			}
			if held, err := s.Function.Table.Subscriptions(t.Context(), s.scope(), s.customer(t, user)); err != nil || !slices.ContainsFunc(held, hadTrial) {
				t.Errorf("trial used: %+v, %v", held, err)
			}
			s.sandbox.Pay(t, second.ID)
			if got := trialOf(s.subscriptions(t, user)[0]); got != 0 {
				t.Errorf("the second subscription starts with %d days", got)
			}
			// Who has had one is not told of it where there is none.
			if plain := s.get(t, user, wish("price_starter_monthly", allowed)); plain.TrialDays != nil || plain.TrialUsed {
				t.Errorf("without a trial: %+v", plain)
			}
			// Another user has a trial still.
			if other := s.get(t, "user-2", wish("price_pro_trial", "")); other.TrialDays == nil {
				t.Errorf("another user: %+v", other)
			}
		})
	}
}

// Sessions beside each other do not add up to two trials.
func TestTrialOnceBesideOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	plain := s.get(t, user, wish("price_pro_monthly", allowed))
	first := s.get(t, user, wish("price_pro_trial", allowed))
	second := s.get(t, user, wish("price_pro_trial", allowed))
	if second.ID == first.ID || second.TrialDays == nil {
		t.Errorf("second: %+v", second)
	}
	if diff := cmp.Diff([]string{second.ID, plain.ID}, s.open(t, user)); diff != "" {
		t.Errorf("open sessions (-want +got):\n%s", diff)
	}
	s.sandbox.Pay(t, second.ID)
	third := s.get(t, user, wish("price_pro_trial", allowed))
	if third.TrialDays != nil || !third.TrialUsed {
		t.Errorf("third: %+v", third)
	}
	s.sandbox.Pay(t, third.ID)
	trials := 0
	for _, sub := range s.subscriptions(t, user) {
		if trialOf(sub) > 0 {
			trials++
		}
	}
	if trials != 1 {
		t.Errorf("%d trials", trials)
	}
}

// What a price says of a trial, in the order in which it is looked at.
func TestTrialOfAPrice(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, c := range map[string]struct {
		days           *int64
		price, product string // metadata trial_days
		want           int64
	}{
		"none":                      {nil, "", "", 0},
		"the price's own":           {stripe.Int64(7), "5", "3", 7},
		"the price's metadata":      {nil, "5", "3", 5},
		"the product's metadata":    {nil, "", "3", 3},
		"no number":                 {nil, "two weeks", "", 0},
		"no number, but the next":   {nil, "x", "3", 3},
		"negative":                  {nil, "-1", "", 0},
		"a fraction":                {nil, "1.5", "", 0},
		"as long as Stripe allows":  {nil, "730", "", 730},
		"longer than Stripe allows": {nil, "731", "", 0},
	} {
		product, err := s.sandbox.API.Products.New(&stripe.ProductParams{Name: stripe.String(name), Metadata: map[string]string{"trial_days": c.product}})
		if err != nil {
			t.Fatal(err)
		}
		price, err := s.sandbox.API.Prices.New(&stripe.PriceParams{
			Currency: stripe.String("usd"), UnitAmount: stripe.Int64(900), Product: &product.ID, Metadata: map[string]string{"trial_days": c.price},
			Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month"), TrialPeriodDays: c.days},
		})
		if err != nil {
			t.Fatal(err)
		}
		got := s.get(t, "user of "+name, wish(price.ID, ""))
		if days := got.TrialDays; (days == nil) != (c.want == 0) || days != nil && *days != c.want {
			t.Errorf("%s: trial of %v days, want %d", name, days, c.want)
		}
		s.sandbox.Pay(t, got.ID)
		sub := s.subscriptions(t, "user of "+name)[0]
		if trialOf(sub) != c.want || sub.Metadata["plan_name"] != name {
			t.Errorf("%s: bought a trial of %d days of %q", name, trialOf(sub), sub.Metadata["plan_name"])
		}
	}
}
