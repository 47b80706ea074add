package gateway_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

func TestPricesOfPlans(t *testing.T) {
	t.Parallel()
	const price = `{"id": "price_1", "object": "price", "active": true, "billing_scheme": %q, "currency": "usd", "unit_amount": %s, "unit_amount_decimal": %q,
		"recurring": {"interval": "month", "interval_count": %d, "usage_type": %q}}`
	for name, c := range map[string]struct {
		body, code string
	}{
		"fixed":     {fmt.Sprintf(price, "per_unit", "900", "900", 1, "licensed"), ""},
		"quarterly": {fmt.Sprintf(price, "per_unit", "900", "900", 3, "licensed"), "price_interval_mismatch"},
		"metered":   {fmt.Sprintf(price, "per_unit", "900", "900", 1, "metered"), "price_not_fixed"},
		"tiered":    {fmt.Sprintf(price, "tiered", "null", "0", 1, "licensed"), "price_not_fixed"},
		"fractions": {fmt.Sprintf(price, "per_unit", "null", "0.5", 1, "licensed"), "price_not_fixed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, c.body))
			got, currency, err := account(t, stripe.URL).PlanPrice(t.Context(), "price_1", billing.Month, "stripePriceMonthlyId")
			refused, _ := errors.AsType[*billing.Error](err)
			switch {
			case c.code != "":
				if refused == nil || refused.Code != c.code || refused.Param != "stripePriceMonthlyId" {
					t.Errorf("err = %v, want %s", err, c.code)
				}
			case err != nil || currency != "usd":
				t.Errorf("in %q, %v", currency, err)
			default:
				if diff := cmp.Diff(billing.PlanPrice{ID: "price_1", Interval: billing.Month, Amount: 900, Account: "own_keys"}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A product has the plan's own id, so there is one; a price has an idempotency
// key of what it is.
func TestWhatIsMadeForPlans(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "price_1", "object": "price"}`))
	a := account(t, stripe.URL)
	gold := billing.Plan{ID: "plan_1", Name: "Gold", Currency: "usd", Product: "billhook_plan_1"}
	if id, err := a.KeepProduct(t.Context(), gold); id != "billhook_plan_1" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if form := stripe.Requests()[0].Form; form.Get("id") != "billhook_plan_1" || form.Get("name") != "Gold" || form.Has("description") {
		t.Errorf("product %v", form)
	}
	key := func(p billing.Plan, i billing.Interval, amount int64) string {
		t.Helper()
		if _, err := a.MakePrice(t.Context(), p, i, amount); err != nil {
			t.Fatal(err)
		}
		return stripe.Requests()[0].IdempotencyKey
	}
	renamed, euros, other := gold, gold, gold
	renamed.Name, euros.Currency, other.ID = "Golden", "eur", "plan_2"
	first := key(gold, billing.Month, 900)
	if again := key(renamed, billing.Month, 900); again != first {
		t.Errorf("the same price: %q and %q", first, again)
	}
	seen := map[string]string{first: "the first"}
	for name, k := range map[string]string{
		"of another amount": key(gold, billing.Month, 901), "of another interval": key(gold, billing.Year, 900),
		"of another currency": key(euros, billing.Month, 900), "of another plan": key(other, billing.Month, 900),
	} {
		if k == "" || seen[k] != "" {
			t.Errorf("%s and %s have the key %q", name, seen[k], k)
		}
		seen[k] = name
	}
}

// A price of before is activated in its own account; elsewhere another is made,
// once for each account.
func TestPricesAreSoldAgain(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "price_new", "object": "price"}`))
	made := map[string]string{} // through which gateway, by the idempotency key
	for name, c := range map[string]struct {
		account string // of the price of before
		through billing.Gateway
		want    string
	}{
		"its own account":    {"managed", billing.GatewayManaged, "price_before"},
		"an unknown account": {"", billing.GatewayManaged, "price_before"},
		"another account":    {"managed", billing.GatewayPlatform, "price_new"},
		"the same again":     {"managed", billing.GatewayPlatform, "price_new"},
		"a connected one":    {"managed", billing.GatewayConnect, "price_new"},
		"another connected":  {"acct_2", billing.GatewayConnect, "price_new"},
	} {
		p := served(c.through)
		a, err := gateway.New(p, p, stripe.URL).Account(t.Context(), scope, billing.Project{Owner: p.owner}, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := billing.PlanPrice{ID: "price_before", Interval: billing.Month, Amount: 900, Made: true, Open: true, Account: c.account}
		plan := billing.Plan{ID: "plan_1", Currency: "usd", Product: "billhook_plan_1", Former: []billing.PlanPrice{before}}
		got, err := a.SellPrice(t.Context(), plan, billing.Month, 900)
		want := billing.PlanPrice{ID: c.want, Interval: billing.Month, Amount: 900, Made: true, Account: a.Route().String()}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		asked := stripe.Requests()[0]
		if activated := asked.Operation == "POST /v1/prices/price_before" && asked.Form.Get("active") == "true"; activated != (c.want == "price_before") {
			t.Errorf("%s: %s %v", name, asked.Operation, asked.Form)
		}
		if c.want == "price_new" {
			if other, known := made[asked.IdempotencyKey]; known && other != string(c.through) {
				t.Errorf("%s and %s have one key", other, c.through)
			}
			made[asked.IdempotencyKey] = string(c.through)
		}
	}
	if len(made) != 2 {
		t.Errorf("the keys are %v, want one for each account", made)
	}
}
