package fault_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/infra/local/stripebox/fault"
)

func plan(t *testing.T, rules ...fault.Rule) fault.Plan {
	t.Helper()
	made, err := fault.NewPlan(rules)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func rate(r float64) *float64 { return &r }

// draw asks a plan about n like requests and answers which went wrong.
func draw(p fault.Plan, seed string, n int) string {
	var drawn strings.Builder
	for range n {
		if p.Request(seed, http.MethodPost, "/v1/customers") != nil {
			drawn.WriteByte('x')
		} else {
			drawn.WriteByte('.')
		}
	}
	return drawn.String()
}

func TestCountsAndRates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule fault.Rule
		want string
	}{
		"the next two":        {fault.Rule{Kind: fault.ServerError, Count: 2}, "xx......"},
		"two after three":     {fault.Rule{Kind: fault.ServerError, Count: 2, After: 3}, "...xx..."},
		"all":                 {fault.Rule{Kind: fault.ServerError, Rate: rate(1)}, "xxxxxxxx"},
		"all after six":       {fault.Rule{Kind: fault.ServerError, Rate: rate(1), After: 6}, "......xx"},
		"none":                {fault.Rule{Kind: fault.ServerError, Rate: rate(0)}, "........"},
		"not of this path":    {fault.Rule{Kind: fault.ServerError, Count: 9, Path: "/v1/customers/*"}, "........"},
		"not of this method":  {fault.Rule{Kind: fault.ServerError, Count: 9, Method: http.MethodGet}, "........"},
		"a fault of webhooks": {fault.Rule{Kind: fault.Drop, Count: 9}, "........"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := draw(plan(t, test.rule), "seed", len(test.want)); got != test.want {
				t.Errorf("went wrong: %s, want %s", got, test.want)
			}
		})
	}
}

func TestNarrowing(t *testing.T) {
	t.Parallel()
	request := func(path, asked string) bool {
		return plan(t, fault.Rule{Kind: fault.Close, Count: 1, Path: path}).Request("s", http.MethodGet, asked) != nil
	}
	webhook := func(event, asked string) bool {
		return plan(t, fault.Rule{Kind: fault.Drop, Count: 1, Event: event}).Webhook("s", asked) != nil
	}
	for name, test := range map[string]struct {
		matches        func(pattern, asked string) bool
		pattern, asked string
		want           bool
	}{
		"a path":               {request, "/v1/customers", "/v1/customers", true},
		"another path":         {request, "/v1/customers", "/v1/customers/cus_1", false},
		"what follows":         {request, "/v1/customers*", "/v1/customers/cus_1/payment_methods", true},
		"one segment":          {request, "/v1/invoices/*/pay", "/v1/invoices/in_1/pay", true},
		"another last segment": {request, "/v1/invoices/*/pay", "/v1/invoices/in_1/lines", false},
		"any event":            {webhook, "", "invoice.paid", true},
		"an event":             {webhook, "invoice.paid", "invoice.paid", true},
		"another event":        {webhook, "invoice.paid", "invoice.payment_failed", false},
		"a kind of event":      {webhook, "invoice.*", "invoice.paid", true},
		"another kind":         {webhook, "invoice.*", "charge.succeeded", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.matches(test.pattern, test.asked); got != test.want {
				t.Errorf("%q matches %q: %t, want %t", test.pattern, test.asked, got, test.want)
			}
		})
	}
}

// The rules are asked in order, and one that was not asked has counted nothing.
func TestTheFirstRuleWins(t *testing.T) {
	t.Parallel()
	p := plan(t, fault.Rule{Kind: fault.TooManyRequests, Count: 1}, fault.Rule{Kind: fault.ServerError, Count: 1})
	for _, want := range []fault.Kind{fault.TooManyRequests, fault.ServerError} {
		if got := p.Request("s", http.MethodGet, "/v1/balance"); got == nil || got.Kind != want {
			t.Errorf("rule %+v, want one of %s", got, want)
		}
	}
	if got := p.Request("s", http.MethodGet, "/v1/balance"); got != nil {
		t.Errorf("rule %+v, want none", got)
	}
	if p[0].Seen != 3 || p[0].Injected != 1 || p[1].Seen != 2 || p[1].Injected != 1 {
		t.Errorf("counted %+v and %+v", p[0], p[1])
	}
}

// A plan goes on where it was after it has been written and read.
func TestDeterministicAcrossARestart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := fault.Rule{Kind: fault.ServerError, After: rapid.IntRange(0, 5).Draw(t, "after")}
		if rapid.Bool().Draw(t, "by rate") {
			rule.Rate = rate(rapid.Float64Range(0, 1).Draw(t, "rate"))
		} else {
			rule.Count = rapid.IntRange(1, 9).Draw(t, "count")
		}
		seed := rapid.String().Draw(t, "seed")
		n, stop := 40, rapid.IntRange(0, 40).Draw(t, "restart")
		whole, err := fault.NewPlan([]fault.Rule{rule})
		if err != nil {
			t.Fatal(err)
		}
		halves, err := fault.NewPlan([]fault.Rule{rule})
		if err != nil {
			t.Fatal(err)
		}
		got := draw(halves, seed, stop)
		kept, err := json.Marshal(halves)
		if err != nil {
			t.Fatal(err)
		}
		var restored fault.Plan
		if err := json.Unmarshal(kept, &restored); err != nil {
			t.Fatal(err)
		}
		got += draw(restored, seed, n-stop)
		if diff := cmp.Diff(draw(whole, seed, n), got); diff != "" {
			t.Fatalf("(-whole +in two parts)\n%s", diff)
		}
	})
}

func TestRateIsKeptRoughly(t *testing.T) {
	t.Parallel()
	const n = 2000
	first := draw(plan(t, fault.Rule{Kind: fault.ServerError, Rate: rate(0.25)}), "a", n)
	if got := strings.Count(first, "x"); got < n/5 || got > n*3/10 {
		t.Errorf("%d of %d at a rate of 0.25", got, n)
	}
	if other := draw(plan(t, fault.Rule{Kind: fault.ServerError, Rate: rate(0.25)}), "b", n); other == first {
		t.Error("another seed draws the same")
	}
}

func TestNewPlanRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule fault.Rule
		want string // part of the error
	}{
		"no kind":               {fault.Rule{Count: 1}, "kind is one of"},
		"an unknown kind":       {fault.Rule{Kind: "418", Count: 1}, "kind is one of"},
		"neither":               {fault.Rule{Kind: fault.Close}, "a rate or a count"},
		"both":                  {fault.Rule{Kind: fault.Close, Count: 1, Rate: rate(1)}, "a rate or a count"},
		"a rate above one":      {fault.Rule{Kind: fault.Close, Rate: rate(1.5)}, "rate is from 0 to 1"},
		"a negative rate":       {fault.Rule{Kind: fault.Close, Rate: rate(-1)}, "rate is from 0 to 1"},
		"a negative count":      {fault.Rule{Kind: fault.Close, Count: -1}, "not negative"},
		"a negative after":      {fault.Rule{Kind: fault.Close, Count: 1, After: -1}, "not negative"},
		"a path of a webhook":   {fault.Rule{Kind: fault.Drop, Count: 1, Path: "/v1/*"}, "a webhook has an event"},
		"an event of a request": {fault.Rule{Kind: fault.Close, Count: 1, Event: "*"}, "a request has"},
		"no path":               {fault.Rule{Kind: fault.Close, Count: 1, Path: "v1"}, "slash"},
		"a broken pattern":      {fault.Rule{Kind: fault.Close, Count: 1, Path: "/v1/["}, "path: "},
		"a delay of nothing":    {fault.Rule{Kind: fault.Delay, Count: 1}, "delay_seconds is from 1"},
		"a delay of weeks":      {fault.Rule{Kind: fault.Delay, Count: 1, DelaySeconds: 1e7}, "delay_seconds is from 1"},
		"another kind's":        {fault.Rule{Kind: fault.Close, Count: 1, HoldSeconds: 1}, `hold_seconds belongs to kind "timeout"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fault.NewPlan([]fault.Rule{{Kind: fault.Close, Count: 1}, test.rule})
			if err == nil || !strings.HasPrefix(err.Error(), "faults[1]: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one of faults[1] about %q", err, test.want)
			}
		})
	}
}
