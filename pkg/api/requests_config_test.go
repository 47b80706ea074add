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

// origins is a JSON list of n different origins.
func origins(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`"https://a%d.example"`, i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// The members that creating and changing a project share.
func TestProjectSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member string
		want   []string
	}{
		"an origin":              {`"redirect_origins":["https://app.example.com"]`, nil},
		"a wildcard":             {`"redirect_origins":["https://*.example.com"]`, nil},
		"this machine":           {`"redirect_origins":["http://localhost:3000"]`, nil},
		"no origins":             {`"redirect_origins":[]`, nil},
		"origins null":           {`"redirect_origins":null`, nil},
		"the most origins":       {`"redirect_origins":` + origins(50), nil},
		"too many origins":       {`"redirect_origins":` + origins(51), []string{"body.redirect_origins: too_long"}},
		"an origin too long":     {`"redirect_origins":["https://a.example","https://` + strings.Repeat("a.", 124) + `example"]`, []string{"body.redirect_origins.1: string_too_long"}},
		"a text for origins":     {`"redirect_origins":"https://app.example.com"`, []string{"body.redirect_origins: list_type"}},
		"an object for origins":  {`"redirect_origins":{}`, []string{"body.redirect_origins: list_type"}},
		"a number among them":    {`"redirect_origins":["https://a.example",7]`, []string{"body.redirect_origins.1: string_type"}},
		"a null among them":      {`"redirect_origins":[null]`, []string{"body.redirect_origins.0: string_type"}},
		"several wrong":          {`"redirect_origins":["https://a.example/","https://b.example","*"]`, []string{"body.redirect_origins.0: value_error", "body.redirect_origins.2: value_error"}},
		"http elsewhere":         {`"redirect_origins":["http://a.example"]`, []string{"body.redirect_origins.0: value_error"}},
		"test":                   {`"default_mode":"test"`, nil},
		"live":                   {`"default_mode":"live"`, nil},
		"mode null":              {`"default_mode":null`, nil},
		"mode in other letters":  {`"default_mode":"Live"`, []string{"body.default_mode: enum"}},
		"flag":                   {`"duplicate_subscriptions":"flag"`, nil},
		"cancel_newest":          {`"duplicate_subscriptions":"cancel_newest"`, nil},
		"no word for duplicates": {`"duplicate_subscriptions":null`, nil},
		"another word for them":  {`"duplicate_subscriptions":"cancel"`, []string{"body.duplicate_subscriptions: enum"}},
		"no fee":                 {`"marketplace_fee_bps":0`, nil},
		"all a fee":              {`"marketplace_fee_bps":10000`, nil},
		"a fee below nothing":    {`"marketplace_fee_bps":-1`, []string{"body.marketplace_fee_bps: value_error"}},
		"a fee over the price":   {`"marketplace_fee_bps":10001`, []string{"body.marketplace_fee_bps: value_error"}},
		"a fee in words":         {`"marketplace_fee_bps":"ten"`, []string{"body.marketplace_fee_bps: int_type"}},
		"a flag for duplicates":  {`"duplicate_subscriptions":true`, []string{"body.duplicate_subscriptions: string_type"}},
		"mode empty":             {`"default_mode":""`, []string{"body.default_mode: enum"}},
		"a flag for the mode":    {`"default_mode":true`, []string{"body.default_mode: string_type"}},
		"a long description":     {`"description":"` + strings.Repeat("é", 1001) + `"`, []string{"body.description: string_too_long"}},
		"a number, described":    {`"description":7`, []string{"body.description: string_type"}},
		"all mistakes, together": {`"description":7,"default_mode":1,"redirect_origins":[1]`, []string{"body.description: string_type", "body.default_mode: string_type", "body.redirect_origins.0: string_type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, c.want, wrong[api.CreateProjectRequest](t, `{"name":"Demo",`+c.member+`}`))
			compare(t, c.want, wrong[api.UpdateProjectRequest](t, `{`+c.member+`}`))
		})
	}
}

func TestUpdateProjectRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body  string
		want  api.UpdateProjectRequest
		wrong []string
	}{
		"nothing":             {body: `{}`},
		"nulls":               {body: `{"name":null,"redirect_origins":null,"default_mode":null}`},
		"a name":              {body: `{"name":"A"}`, want: api.UpdateProjectRequest{Name: new("A")}},
		"a description":       {body: `{"description":"A"}`, want: api.UpdateProjectRequest{Description: new("A")}},
		"a description, null": {body: `{"description":null}`, want: api.UpdateProjectRequest{Description: new("")}},
		"an empty one":        {body: `{"description":""}`, want: api.UpdateProjectRequest{Description: new("")}},
		"no origins":          {body: `{"redirect_origins":[]}`, want: api.UpdateProjectRequest{RedirectOrigins: &[]string{}}},
		"origins, normalized": {
			body: `{"redirect_origins":["HTTPS://App.example.com:443","https://app.example.com","https://*.Example.com"]}`,
			want: api.UpdateProjectRequest{RedirectOrigins: &[]string{"https://app.example.com", "https://*.example.com"}},
		},
		"cancel_newest": {body: `{"duplicate_subscriptions":"cancel_newest"}`, want: api.UpdateProjectRequest{DuplicateSubscriptions: new(billing.CancelNewest)}},
		"live":          {body: `{"default_mode":"live"}`, want: api.UpdateProjectRequest{DefaultMode: new(billing.Live)}},
		"name empty":    {body: `{"name":""}`, wrong: []string{"body.name: string_too_short"}},
		"name too long": {body: `{"name":"` + strings.Repeat("é", 256) + `"}`, wrong: []string{"body.name: string_too_long"}},
		"name a number": {body: `{"name":7}`, wrong: []string{"body.name: string_type"}},
		"no object":     {body: `[]`, wrong: []string{"body: model_attributes_type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.wrong != nil {
				compare(t, c.wrong, wrong[api.UpdateProjectRequest](t, c.body))
				return
			}
			var got api.UpdateProjectRequest
			if err := json.Unmarshal([]byte(c.body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateKeyRequest(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{}`:                nil,
		`{"name":null}`:     nil,
		`{"name":""}`:       nil,
		`{"name":"web"}`:    nil,
		`{"key":"ak_mine"}`: nil,
		`{"name":"` + strings.Repeat("é", 255) + `"}`: nil,
		`{"name":"` + strings.Repeat("é", 256) + `"}`: {"body.name: string_too_long"},
		`{"name":7}`: {"body.name: string_type"},
		`[]`:         {"body: model_attributes_type"},
	} {
		compare(t, want, wrong[api.CreateKeyRequest](t, body))
	}
}

func TestValidateCredentialsRequest(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"secret_key":"sk_test_1"}`:                                nil,
		`{"secret_key":"anything","is_test_mode":false}`:            nil,
		`{"secret_key":"a","is_test_mode":null}`:                    nil,
		`{"secret_key":"` + strings.Repeat("a", 255) + `"}`:         nil,
		`{"secret_key":"` + strings.Repeat("a", 256) + `"}`:         {"body.secret_key: string_too_long"},
		`{"secret_key":""}`:                                         {"body.secret_key: string_too_short"},
		`{"secret_key":null}`:                                       {"body.secret_key: string_type"},
		`{"secret_key":7,"is_test_mode":"yes"}`:                     {"body.secret_key: string_type", "body.is_test_mode: bool_type"},
		`{}`:                                                        {"body.secret_key: missing"},
		`{"secret_key":["sk_test_IsNotRepeated"],"is_test_mode":1}`: {"body.secret_key: string_type", "body.is_test_mode: bool_type"},
	} {
		compare(t, want, wrong[api.ValidateCredentialsRequest](t, body))
	}
	var r api.ValidateCredentialsRequest
	if err := json.Unmarshal([]byte(`{"secret_key":"sk_test_1"}`), &r); err != nil || r.IsTestMode == nil || !*r.IsTestMode {
		t.Errorf("the default mode is not test: %+v, %v", r, err)
	}
}

func TestWebhookSecretOverlap(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		`null`: nil,
		`0`:    nil,
		`168`:  nil,
		`-1`:   {"body.webhook_secret_overlap_hours: greater_than_equal"},
		`169`:  {"body.webhook_secret_overlap_hours: less_than_equal"},
		`1.5`:  {"body.webhook_secret_overlap_hours: int_type"},
		`"24"`: {"body.webhook_secret_overlap_hours: int_type"},
	} {
		compare(t, want, wrong[api.StripeConfigRequest](t, `{"webhook_secret_overlap_hours":`+value+`}`))
	}
}
