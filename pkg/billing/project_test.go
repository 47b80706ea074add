package billing_test

import (
	"errors"
	"fmt"
	"testing"

	"billhook/pkg/billing"
)

func TestRunningSubscriptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts billing.Tally
		want   int64
	}{
		"none":          {billing.Tally{}, 0},
		"all kinds":     {billing.Tally{"subscriptions.active": 2, "subscriptions.past_due": 1, "subscriptions.incomplete": 1, "subscriptions.paused": 1, "subscriptions.canceled": 7}, 5},
		"ended":         {billing.Tally{"subscriptions.canceled": 3, "subscriptions.incomplete_expired": 1}, 0},
		"payments only": {billing.Tally{"payments.succeeded": 3, "paid.usd": 3}, 0},
		"none any more": {billing.Tally{"subscriptions.active": 0, "subscriptions.canceled": 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.counts.RunningSubscriptions(); got != c.want {
				t.Errorf("RunningSubscriptions = %d, want %d", got, c.want)
			}
		})
	}
}

func TestIsCredential(t *testing.T) {
	t.Parallel()
	for key, want := range map[billing.Secret]map[billing.Mode]bool{
		"sk_test_abc":        {billing.Test: true},
		"rk_test_abc":        {billing.Test: true},
		"sk_live_a_b-c+d/e=": {billing.Live: true},
		"rk_live_abc":        {billing.Live: true},
		"pk_test_abc":        {},
		"whsec_abc":          {},
		"sk_test_":           {},
		"sk_test_a\nb":       {},
		"sk_test_a b":        {},
		"sk_test_...9fQ2":    {},
		"sk_test_é":          {},
		"SK_TEST_abc":        {},
		" sk_test_abc":       {},
		"":                   {},
	} {
		for _, m := range []billing.Mode{billing.Test, billing.Live} {
			if got := key.IsCredential(billing.SecretKeyPrefixes(m)...); got != want[m] {
				t.Errorf("%q in %s mode: IsCredential = %t", key.Reveal(), m, got)
			}
		}
	}
}

func TestConcurrentChange(t *testing.T) {
	t.Parallel()
	err := billing.ConcurrentChange("project")
	if err.Kind != billing.Conflict || err.Message != "The project was changed at the same time; try again" {
		t.Errorf("ConcurrentChange = %+v", err)
	}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"itself":           {err, true},
		"wrapped":          {fmt.Errorf("save: %w", err), true},
		"with a cause":     {err.Because(errors.New("revision 2")), true},
		"another conflict": {billing.NewError(billing.Conflict, "too_many_keys", ""), false},
		"another error":    {errors.New("concurrent_change"), false},
		"none":             {nil, false},
	} {
		if got := billing.IsConcurrentChange(c.err); got != c.want {
			t.Errorf("%s: IsConcurrentChange = %t", name, got)
		}
	}
}
