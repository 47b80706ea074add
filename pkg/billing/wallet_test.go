package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func TestAutoReloadDue(t *testing.T) {
	t.Parallel()
	on := billing.AutoReload{}.Set(true, 500, 2000)
	for name, c := range map[string]struct {
		reload  billing.AutoReload
		balance int64
		want    bool
	}{
		"below":              {on, 499, true},
		"nothing left":       {on, 0, true},
		"at the threshold":   {on, 500, false},
		"clawed back":        {on, -1, false},
		"off":                {billing.AutoReload{Threshold: 500, Amount: 2000}, 0, false},
		"never set":          {billing.AutoReload{}, 0, false},
		"one is under way":   {on.Begin(depositedAt), 0, false},
		"one has come":       {on.Begin(depositedAt).Paid(), 0, true},
		"one has failed":     {on.Begin(depositedAt).Failed("declined"), 0, true},
		"three have failed":  {on.Failed("a").Failed("b").Failed("c"), 0, false},
		"two, then one paid": {on.Failed("a").Failed("b").Paid().Failed("c"), 0, true},
		"turned on again":    {on.Failed("a").Failed("b").Failed("c").Set(true, 500, 2000), 0, true},
	} {
		if got := c.reload.Due(c.balance); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// A reload goes on with what it began with, whatever is set meanwhile, and is
// somebody else's to finish only after its lease.
func TestAutoReloadFlight(t *testing.T) {
	t.Parallel()
	flying := billing.AutoReload{}.Set(true, 500, 2000).Begin(depositedAt).Set(false, 100, 700)
	want := billing.AutoReload{
		Threshold: 100, Amount: 700, Number: 1,
		Flight: billing.ReloadFlight{Amount: 2000, StartedAt: depositedAt, Until: depositedAt.Add(time.Minute)},
	}
	if diff := cmp.Diff(want, flying); diff != "" {
		t.Errorf("in flight (-want +got):\n%s", diff)
	}
	for after, abandoned := range map[time.Duration]bool{0: false, time.Minute - 1: false, time.Minute: true} {
		if got := flying.Abandoned(depositedAt.Add(after)); got != abandoned {
			t.Errorf("after %s: abandoned %t", after, got)
		}
	}
	resumed := flying.Resume(depositedAt.Add(time.Hour))
	if resumed.Number != 1 || resumed.Abandoned(depositedAt.Add(time.Hour)) || !resumed.Flight.StartedAt.Equal(depositedAt) {
		t.Errorf("resumed: %+v", resumed)
	}
	if (billing.AutoReload{}).Abandoned(depositedAt) {
		t.Error("what never began is abandoned")
	}
	failed := flying.Failed("declined")
	if diff := cmp.Diff(billing.AutoReload{Threshold: 100, Amount: 700, Number: 1, Failures: 1, Problem: "declined"}, failed); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
}

func TestDepositLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		currency string
		amount   int64
		want     bool
	}{
		{"usd", 499, false}, {"usd", 500, true}, {"usd", 50_000, true}, {"usd", 50_001, false}, {"usd", -500, false},
		{"jpy", 500, true}, {"jpy", 50_001, false},
		{"kwd", 1_500, true}, {"kwd", 1_505, false}, {"kwd", 150_000, true}, {"kwd", 150_010, false},
		{"xyz", 1_000, false}, {"USD", 1_000, false}, {"", 1_000, false},
	} {
		limits, known := billing.Deposits(c.currency)
		if got := known && limits.Allows(c.amount); got != c.want {
			t.Errorf("%d %s: %t", c.amount, c.currency, got)
		}
	}
}
