package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// wrong decodes a body and tells what is wrong with it, as "place: type".
func wrong[R any](t *testing.T, body string) []string {
	t.Helper()
	var r R
	return mistakes(t, json.Unmarshal([]byte(body), &r))
}

func mistakes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var known *billing.Error
	if !errors.As(err, &known) || known.Kind != billing.Invalid {
		t.Fatalf("the error is %v, want one of Invalid", err)
	}
	var list []string
	for _, f := range known.Fields {
		place := make([]string, len(f.Loc))
		for i, part := range f.Loc {
			place[i] = fmt.Sprint(part)
		}
		if f.Msg == "" {
			t.Errorf("%v has no message", f.Loc)
		}
		list = append(list, strings.Join(place, ".")+": "+f.Type)
	}
	return list
}

// compare reports mistakes that differ; their order says nothing.
func compare(t *testing.T, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestRequestsAreObjects(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`null`, `[]`, `"text"`, `7`, `true`} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			want := []string{"body: model_attributes_type"}
			compare(t, want, wrong[api.CreateProjectRequest](t, body))
			compare(t, want, wrong[api.StripeConfigRequest](t, body))
			compare(t, want, wrong[api.CheckoutSessionRequest](t, body))
		})
	}
}

func TestCreateProjectRequest(t *testing.T) {
	t.Parallel()
	text := func(n int) string { return strings.Repeat("é", n) }
	tests := map[string]struct {
		body string
		want []string
	}{
		"complete":                  {`{"name":"Demo","description":"A shop"}`, nil},
		"without description":       {`{"name":"Demo"}`, nil},
		"description null":          {`{"name":"Demo","description":null}`, nil},
		"description empty":         {`{"name":"Demo","description":""}`, nil},
		"unknown members":           {`{"name":"Demo","id":7,"owner":{"a":[]}}`, nil},
		"the longest":               {`{"name":"` + text(255) + `","description":"` + text(1000) + `"}`, nil},
		"name missing":              {`{}`, []string{"body.name: missing"}},
		"name null":                 {`{"name":null}`, []string{"body.name: string_type"}},
		"name a number":             {`{"name":7}`, []string{"body.name: string_type"}},
		"name an object":            {`{"name":{}}`, []string{"body.name: string_type"}},
		"name in other letters":     {`{"Name":"Demo"}`, []string{"body.name: missing"}},
		"name empty":                {`{"name":""}`, []string{"body.name: string_too_short"}},
		"name too long":             {`{"name":"` + text(256) + `"}`, []string{"body.name: string_too_long"}},
		"description too long":      {`{"name":"Demo","description":"` + text(1001) + `"}`, []string{"body.description: string_too_long"}},
		"description a number":      {`{"name":"Demo","description":7}`, []string{"body.description: string_type"}},
		"all mistakes are reported": {`{"name":"","description":[]}`, []string{"body.name: string_too_short", "body.description: string_type"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, test.want, wrong[api.CreateProjectRequest](t, test.body))
		})
	}
}

func TestCreateProjectRequestValues(t *testing.T) {
	t.Parallel()
	var got api.CreateProjectRequest
	if err := json.Unmarshal([]byte(`{"name":"Demo","description":"A shop"}`), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(api.CreateProjectRequest{Name: "Demo", Description: new("A shop")}, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestStripeConfigRequest(t *testing.T) {
	t.Parallel()
	fields := map[string][]string{ // prefixes that are right
		"test_secret_key":      {"sk_test_", "rk_test_"},
		"test_publishable_key": {"pk_test_"},
		"test_webhook_secret":  {"whsec_"},
		"live_secret_key":      {"sk_live_", "rk_live_"},
		"live_publishable_key": {"pk_live_"},
		"live_webhook_secret":  {"whsec_"},
	}
	prefixes := []string{
		"sk_test_", "rk_test_", "pk_test_", "sk_live_", "rk_live_", "pk_live_", "whsec_",
		"", "sk_", "SK_TEST_", " sk_test_", "sk_test", "ak_",
	}
	for field, right := range fields {
		for _, prefix := range prefixes {
			t.Run(field+" "+prefix, func(t *testing.T) {
				t.Parallel()
				var want []string
				if !slices.Contains(right, prefix) {
					want = []string{"body." + field + ": value_error"}
				}
				compare(t, want, wrong[api.StripeConfigRequest](t, `{"`+field+`":"`+prefix+`abc123"}`))
			})
		}
		prefix := right[0]
		tests := map[string]struct{ value, kind string }{
			"null leaves what is stored":  {`null`, ""},
			"empty leaves what is stored": {`""`, ""},
			"the prefix alone":            {`"` + prefix + `"`, "value_error"},
			"a space":                     {`"` + prefix + `abc 123"`, "value_error"},
			"a line break at the end":     {`"` + prefix + `abc123\n"`, "value_error"},
			"masked, as it is shown":      {`"` + prefix + `...9fQ2"`, "value_error"},
			"letters of other alphabets":  {`"` + prefix + `аbc"`, "value_error"},
			"underscores":                 {`"` + prefix + `abc_123"`, ""},
			"base64":                      {`"` + prefix + `ab+/cd-=="`, ""},
			"the longest":                 {`"` + prefix + strings.Repeat("a", 255-len(prefix)) + `"`, ""},
			"too long":                    {`"` + prefix + strings.Repeat("a", 256-len(prefix)) + `"`, "value_error"},
			"a number":                    {`7`, "string_type"},
			"a list":                      {`["` + prefix + `abc"]`, "string_type"},
		}
		for name, test := range tests {
			t.Run(field+" "+name, func(t *testing.T) {
				t.Parallel()
				var want []string
				if test.kind != "" {
					want = []string{"body." + field + ": " + test.kind}
				}
				compare(t, want, wrong[api.StripeConfigRequest](t, `{"`+field+`":`+test.value+`}`))
			})
		}
	}
}

func TestStripeConfigRequestReportsAllMistakesAndNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "sk_live_IsNotRepeated"
	body := `{"test_secret_key":"` + secret + `","test_publishable_key":7,"test_webhook_secret":"` + secret + `",
		"live_secret_key":"sk_live_right","live_publishable_key":"` + secret + `","live_webhook_secret":null,"unknown":"` + secret + `"}`
	compare(t, []string{
		"body.test_secret_key: value_error", "body.test_publishable_key: string_type",
		"body.test_webhook_secret: value_error", "body.live_publishable_key: value_error",
	}, wrong[api.StripeConfigRequest](t, body))

	var r api.StripeConfigRequest
	if err := json.Unmarshal([]byte(body), &r); err == nil || strings.Contains(err.Error(), "IsNotRepeated") {
		t.Errorf("the error repeats a key: %v", err)
	}
}

func TestStripeConfigRequestValues(t *testing.T) {
	t.Parallel()
	var got api.StripeConfigRequest
	if err := json.Unmarshal([]byte(`{"test_secret_key":"sk_test_1","live_webhook_secret":"whsec_2","live_secret_key":""}`), &got); err != nil {
		t.Fatal(err)
	}
	want := api.StripeConfigRequest{TestSecretKey: new("sk_test_1"), LiveWebhookSecret: new("whsec_2")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

// checkout is a right body with some members replaced; an empty value removes one.
func checkout(changes map[string]string) string {
	members := map[string]string{
		"price_id": `"price_1"`, "success_url": `"https://a.example/done?s={CHECKOUT_SESSION_ID}"`, "cancel_url": `"https://a.example/"`,
	}
	for name, value := range changes {
		members[name] = value
	}
	var list []string
	for name, value := range members {
		if value != "" {
			list = append(list, `"`+name+`":`+value)
		}
	}
	return "{" + strings.Join(list, ",") + "}"
}

func TestCheckoutSessionRequest(t *testing.T) {
	t.Parallel()
	one := func(name, value string) map[string]string { return map[string]string{name: value} }
	tests := map[string]struct {
		changes map[string]string
		want    []string
	}{
		"the least":           {nil, nil},
		"unknown members":     {one("trial_days", `"x"`), nil},
		"price missing":       {one("price_id", ""), []string{"body.price_id: missing"}},
		"price null":          {one("price_id", "null"), []string{"body.price_id: string_type"}},
		"price empty":         {one("price_id", `""`), []string{"body.price_id: string_too_short"}},
		"price too long":      {one("price_id", `"`+strings.Repeat("p", 256)+`"`), []string{"body.price_id: string_too_long"}},
		"price a number":      {one("price_id", "7"), []string{"body.price_id: string_type"}},
		"URL missing":         {one("success_url", ""), []string{"body.success_url: missing"}},
		"URL null":            {one("cancel_url", "null"), []string{"body.cancel_url: string_type"}},
		"URL empty":           {one("cancel_url", `""`), []string{"body.cancel_url: string_too_short"}},
		"URL too long":        {one("cancel_url", `"https://a.example/`+strings.Repeat("p", 5000)+`"`), []string{"body.cancel_url: string_too_long"}},
		"URL not safe":        {one("success_url", `"http://a.example/"`), []string{"body.success_url: url_parsing"}},
		"URL a number":        {one("success_url", "7"), []string{"body.success_url: string_type"}},
		"subscription":        {one("mode", `"subscription"`), nil},
		"payment":             {one("mode", `"payment"`), nil},
		"mode null":           {one("mode", "null"), nil},
		"setup":               {one("mode", `"setup"`), []string{"body.mode: string_pattern_mismatch"}},
		"mode empty":          {one("mode", `""`), []string{"body.mode: string_pattern_mismatch"}},
		"mode, other letters": {one("mode", `"Payment"`), []string{"body.mode: string_pattern_mismatch"}},
		"mode a number":       {one("mode", "1"), []string{"body.mode: string_type"}},
		"quantity null":       {one("quantity", "null"), nil},
		"quantity 1":          {one("quantity", "1"), nil},
		"quantity 0":          {one("quantity", "0"), []string{"body.quantity: greater_than_equal"}},
		"quantity -1":         {one("quantity", "-1"), []string{"body.quantity: greater_than_equal"}},
		"quantity 1.5":        {one("quantity", "1.5"), []string{"body.quantity: int_type"}},
		"quantity a text":     {one("quantity", `"1"`), []string{"body.quantity: int_type"}},
		"quantity, 2^64":      {one("quantity", "18446744073709551616"), []string{"body.quantity: int_type"}},
		"flag null":           {one("allow_existing_subscription", "null"), nil},
		"flag a text":         {one("allow_existing_subscription", `"true"`), []string{"body.allow_existing_subscription: bool_type"}},
		"flag a number":       {one("allow_existing_subscription", "1"), []string{"body.allow_existing_subscription: bool_type"}},
		"metadata null":       {one("metadata", "null"), nil},
		"metadata empty":      {one("metadata", "{}"), nil},
		"metadata a list":     {one("metadata", "[]"), []string{"body.metadata: dict_type"}},
		"metadata a text":     {one("metadata", `"a"`), []string{"body.metadata: dict_type"}},
		"metadata, a number":  {one("metadata", `{"a":1}`), []string{"body.metadata: dict_type"}},
		"metadata, nested":    {one("metadata", `{"a":{}}`), []string{"body.metadata: dict_type"}},
		"metadata, 40":        {one("metadata", entries(40)), nil},
		"metadata, 41":        {one("metadata", entries(41)), []string{"body.metadata: too_long"}},
		"key of 40":           {one("metadata", `{"`+strings.Repeat("k", 40)+`":""}`), nil},
		"key of 41":           {one("metadata", `{"`+strings.Repeat("k", 41)+`":""}`), []string{"body.metadata: value_error"}},
		"key empty":           {one("metadata", `{"":"a"}`), []string{"body.metadata: value_error"}},
		"key with a bracket":  {one("metadata", `{"a[b":"a"}`), []string{"body.metadata: value_error"}},
		"value of 500":        {one("metadata", `{"a":"`+strings.Repeat("v", 500)+`"}`), nil},
		"value of 501":        {one("metadata", `{"a":"`+strings.Repeat("v", 501)+`"}`), []string{"body.metadata: value_error"}},
		"all mistakes": {
			map[string]string{
				"price_id": "", "success_url": `"ftp://a.example"`, "cancel_url": "null", "mode": `"setup"`,
				"quantity": "0", "metadata": "[]", "allow_existing_subscription": "0",
			},
			[]string{
				"body.price_id: missing", "body.success_url: url_parsing", "body.cancel_url: string_type", "body.mode: string_pattern_mismatch",
				"body.quantity: greater_than_equal", "body.metadata: dict_type", "body.allow_existing_subscription: bool_type",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, test.want, wrong[api.CheckoutSessionRequest](t, checkout(test.changes)))
		})
	}
}

func entries(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`"key_%d":"value"`, i)
	}
	return "{" + strings.Join(list, ",") + "}"
}

func TestCheckoutSessionRequestValues(t *testing.T) {
	t.Parallel()
	const done, back = "https://a.example/done?s={CHECKOUT_SESSION_ID}", "https://a.example/"
	tests := map[string]struct {
		changes map[string]string
		want    api.CheckoutSessionRequest
	}{
		"defaults": {nil, api.CheckoutSessionRequest{
			PriceID: "price_1", SuccessURL: done, CancelURL: back,
			Mode: new("subscription"), Quantity: new(int64(1)), AllowExistingSubscription: new(false),
			AllowPromotionCodes: new(false), AutomaticTax: new(false),
		}},
		"all given": {
			map[string]string{
				"mode": `"payment"`, "quantity": "3", "allow_existing_subscription": "true", "metadata": `{"cart":"7"}`,
				"allow_promotion_codes": "true", "automatic_tax": "true",
			},
			api.CheckoutSessionRequest{
				PriceID: "price_1", SuccessURL: done, CancelURL: back, Mode: new("payment"), Quantity: new(int64(3)),
				AllowExistingSubscription: new(true), AllowPromotionCodes: new(true), AutomaticTax: new(true),
				Metadata: &map[string]string{"cart": "7"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got api.CheckoutSessionRequest
			if err := json.Unmarshal([]byte(checkout(test.changes)), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}
