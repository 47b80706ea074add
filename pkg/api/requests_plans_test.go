package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func TestPlanRequestsAreObjects(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`null`, `[]`, `"text"`, `7`} {
		want := []string{"body: model_attributes_type"}
		compare(t, want, wrong[api.CreatePlanRequest](t, body))
		compare(t, want, wrong[api.UpdatePlanRequest](t, body))
		compare(t, want, wrong[api.PlanFeatureRequest](t, body))
		compare(t, want, wrong[api.PlanCheckoutRequest](t, body))
		compare(t, want, wrong[api.PlanChangeRequest](t, body))
		compare(t, want, wrong[api.PlanCancelRequest](t, body))
	}
}

func TestCreatePlanRequest(t *testing.T) {
	t.Parallel()
	many := `[` + strings.TrimSuffix(strings.Repeat(`{"key": "a", "name": "A"},`, 101), ",") + `]`
	feature := func(more string) string { return `"features": [{"key": "a", "name": "A"}, {` + more + `}]` }
	for name, c := range map[string]struct {
		more string // beside a key and a name
		want []string
	}{
		"nothing":                 {``, nil},
		"nulls":                   {`"description": null, "currency": null, "priceMonthlyCents": null, "features": null, "isDefault": null`, nil},
		"the most":                {`"trialDays": 730, "priceYearlyCents": 999999999999, "sortOrder": -1000000`, nil},
		"key of other characters": {`"key": "Gold"`, []string{"body.key: string_pattern_mismatch"}},
		"key empty":               {`"key": ""`, []string{"body.key: string_pattern_mismatch"}},
		"key too long":            {`"key": "` + strings.Repeat("a", 65) + `"`, []string{"body.key: string_pattern_mismatch"}},
		"key a number":            {`"key": 7`, []string{"body.key: string_type"}},
		"name empty":              {`"name": ""`, []string{"body.name: string_too_short"}},
		"no currency":             {`"currency": "dollar"`, []string{"body.currency: enum"}},
		"a negative amount":       {`"priceMonthlyCents": -1`, []string{"body.priceMonthlyCents: value_error"}},
		"too much":                {`"priceYearlyCents": 1000000000000`, []string{"body.priceYearlyCents: value_error"}},
		"half a cent":             {`"priceMonthlyCents": 1.5`, []string{"body.priceMonthlyCents: int_type"}},
		"an amount and an id":     {`"priceMonthlyCents": 1, "stripePriceMonthlyId": "price_1"`, []string{"body.stripePriceMonthlyId: value_error"}},
		"one of each":             {`"priceMonthlyCents": 1, "stripePriceYearlyId": "price_1"`, nil},
		"an empty id":             {`"stripePriceYearlyId": ""`, []string{"body.stripePriceYearlyId: string_too_short"}},
		"a long trial":            {`"trialDays": 731`, []string{"body.trialDays: value_error"}},
		"far down":                {`"sortOrder": 1000001`, []string{"body.sortOrder: value_error"}},
		"visible in words":        {`"visible": "yes"`, []string{"body.visible: bool_type"}},
		"features in words":       {`"features": "all"`, []string{"body.features: dict_type"}},
		"too many features":       {`"features": ` + many, append([]string{"body.features: too_long"}, repeated("body.features.%d: value_error", 1, 100)...)},
		"a feature twice":         {feature(`"key": "a", "name": "B"`), []string{"body.features.1: value_error"}},
		"a feature without key":   {feature(`"name": "B"`), []string{"body.features.1: value_error"}},
		"a feature's dash":        {feature(`"key": "a-b", "name": "B"`), []string{"body.features.1: value_error"}},
		"a feature without name":  {feature(`"key": "b"`), []string{"body.features.1: value_error"}},
		"less than nothing":       {feature(`"key": "b", "name": "B", "limit": -1`), []string{"body.features.1: value_error"}},
		"none of it":              {feature(`"key": "b", "name": "B", "limit": 0`), nil},
		"a long story":            {feature(`"key": "b", "name": "B", "description": "` + strings.Repeat("é", 1001) + `"`), []string{"body.features.1: value_error"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"key": "gold", "name": "Gold"}`
			if c.more != "" {
				body = `{"key": "gold", "name": "Gold", ` + c.more + `}`
			}
			compare(t, c.want, wrong[api.CreatePlanRequest](t, body))
		})
	}
	compare(t, []string{"body.key: missing", "body.name: missing"}, wrong[api.CreatePlanRequest](t, `{}`))
}

// repeated is a mistake at places counted from one to another.
func repeated(format string, from, to int) []string {
	var mistakes []string
	for i := from; i <= to; i++ {
		mistakes = append(mistakes, fmt.Sprintf(format, i))
	}
	return mistakes
}

func TestPlanRequestValues(t *testing.T) {
	t.Parallel()
	var created api.CreatePlanRequest
	if err := json.Unmarshal([]byte(`{"key": "gold", "name": "Gold", "currency": "EUR"}`), &created); err != nil {
		t.Fatal(err)
	}
	visible, euros := true, "eur"
	if diff := cmp.Diff(api.CreatePlanRequest{Key: "gold", Name: "Gold", Currency: &euros, Visible: &visible}, created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	for body, want := range map[string]api.UpdatePlanRequest{
		`{}`:                                     {},
		`{"description": null, "visible": null}`: {Description: new("")},
		`{"archived": false, "key": "ignored"}`:  {Archived: new(false)},
		`{"priceMonthlyCents": 0}`:               {PriceMonthlyCents: new(int64(0))},
	} {
		var got api.UpdatePlanRequest
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestPlanChangeRequest(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"planKey": "gold"}`:                        nil,
		`{"planId": "plan_1", "when": "now"}`:        nil,
		`{"interval": "year", "when": "period_end"}`: nil,
		`{"quantity": 999999}`:                       nil,
		`{}`:                                         {"body.planKey: missing"},
		`{"when": "now"}`:                            {"body.planKey: missing"},
		`{"quantity": 0}`:                            {"body.quantity: value_error"},
		`{"quantity": 1000000}`:                      {"body.quantity: value_error"},
		`{"planKey": ""}`:                            {"body.planKey: string_too_short"},
		`{"planKey": "a", "planId": "b"}`:            {"body.planId: value_error"},
		`{"planKey": "a", "planId": ""}`:             {"body.planId: string_too_short"},
		`{"planKey": "a", "interval": "day"}`:        {"body.interval: enum"},
		`{"planKey": "a", "when": "later"}`:          {"body.when: enum"},
		`{"planKey": 1}`:                             {"body.planKey: string_type"},
	} {
		compare(t, want, wrong[api.PlanChangeRequest](t, body))
	}
}

func TestNamedFeature(t *testing.T) {
	t.Parallel()
	for key, valid := range map[string]bool{"a": true, "export_2": true, strings.Repeat("a", 64): true, "": false, "A": false, "a-b": false, "é": false, strings.Repeat("a", 65): false} {
		if _, err := api.NamedFeature(key); valid != (err == nil) || err != nil && billing.KindOf(err) != billing.Invalid {
			t.Errorf("%q: %v", key, err)
		}
	}
}
