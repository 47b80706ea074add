package openapi_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/stripebox/openapi"
)

func description(t *testing.T) *openapi.Description {
	t.Helper()
	described, err := openapi.Load()
	if err != nil {
		t.Fatal(err)
	}
	return described
}

func TestCheckRequest(t *testing.T) {
	t.Parallel()
	described := description(t)
	for name, test := range map[string]struct {
		method, path, encoded string
		want                  *openapi.Refusal // nil when it is allowed
	}{
		"allowed":         {http.MethodPost, "/v1/customers", "email=a@example.com&metadata[a]=b&expand[]=tax", nil},
		"nothing given":   {http.MethodPost, "/v1/customers", "&", nil},
		"in the query":    {http.MethodGet, "/v1/customers", "limit=3&created[gte]=5", nil},
		"a later event":   {http.MethodPost, "/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=invoice_payment.paid", nil},
		"a later version": {http.MethodPost, "/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=*&api_version=2025-09-30.clover", nil},
		"details":         {http.MethodPost, "/v1/accounts", "type=custom&external_account[object]=bank_account&external_account[country]=US", nil},
		"their token":     {http.MethodPost, "/v1/accounts", "type=custom&external_account=btok_us_verified", nil},
		"no such path":    {http.MethodPost, "/v1/nothing", "a=b", nil},
		"fixed over free": {http.MethodGet, "/v1/invoices/upcoming", "customer=cus_1&subscription=sub_1", nil},
		"not of the free one": {
			http.MethodGet, "/v1/invoices/in_1", "subscription=sub_1",
			&openapi.Refusal{Message: "Received unknown parameter: subscription", Param: "subscription", Code: "parameter_unknown"},
		},
		"missing": {
			http.MethodPost, "/v1/payment_intents", "amount=100",
			&openapi.Refusal{Message: "Missing required param: currency.", Param: "currency", Code: "parameter_missing"},
		},
		"missing in a hash": {
			http.MethodPost, "/v1/prices", "currency=usd&recurring[interval_count]=2",
			&openapi.Refusal{Message: "Missing required param: recurring[interval].", Param: "recurring[interval]", Code: "parameter_missing"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := described.CheckRequest(test.method, test.path, test.encoded)
			got, refused := errors.AsType[*openapi.Refusal](err)
			if err != nil && !refused {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What the validator refuses in its own words names the parameter.
func TestCheckRequestNamesTheParameter(t *testing.T) {
	t.Parallel()
	described := description(t)
	for name, test := range map[string]struct{ path, encoded, param string }{
		"enum":      {"/v1/prices", "currency=usd&recurring[interval]=hour", "recurring[interval]"},
		"type":      {"/v1/payment_intents", "amount=much&currency=usd", "amount"},
		"in a list": {"/v1/webhook_endpoints", "url=https://a.example&enabled_events[0]=made.up", "enabled_events"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, refused := errors.AsType[*openapi.Refusal](described.CheckRequest(http.MethodPost, test.path, test.encoded))
			if !refused || got.Param != test.param || got.Message == "" {
				t.Errorf("got %+v, want it to be about %s", got, test.param)
			}
		})
	}
}
