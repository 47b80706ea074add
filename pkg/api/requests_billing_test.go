package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func TestBillingRequests(t *testing.T) {
	t.Parallel()
	enable := func() any { return &api.EnableBillingRequest{} }
	connect := func() any { return &api.ConnectRequest{} }
	deauthorize := func() any { return &api.DeauthorizeRequest{} }
	gateway := func(g billing.Gateway) any { return &api.EnableBillingRequest{Gateway: &g} }
	mode := func(m billing.Mode) *billing.Mode { return &m }
	const back = "https://app.example.com/"
	for name, c := range map[string]struct {
		request func() any
		body    string
		want    any
		wrong   string
	}{
		"the default gateway":    {enable, `{}`, gateway(billing.GatewayManaged), ""},
		"null for a gateway":     {enable, `{"gateway": null}`, gateway(billing.GatewayManaged), ""},
		"a gateway":              {enable, `{"gateway": "stripe_connect"}`, gateway(billing.GatewayConnect), ""},
		"another member":         {enable, `{"gateway": "stripe_platform", "x": 1}`, gateway(billing.GatewayPlatform), ""},
		"keys are no gateway":    {enable, `{"gateway": "own_keys"}`, nil, "[body gateway] string_pattern_mismatch"},
		"a number for a gateway": {enable, `{"gateway": 1}`, nil, "[body gateway] string_type"},
		"no object":              {enable, `"managed"`, nil, "[body] model_attributes_type"},
		"connect":                {connect, `{"returnUrl": "` + back + `"}`, &api.ConnectRequest{Mode: mode(billing.Test), ReturnURL: back}, ""},
		"connect live":           {connect, `{"returnUrl": "` + back + `", "mode": "live"}`, &api.ConnectRequest{Mode: mode(billing.Live), ReturnURL: back}, ""},
		"connect to nowhere":     {connect, `{"mode": "live"}`, nil, "[body returnUrl] missing"},
		"connect to a script":    {connect, `{"returnUrl": "javascript:alert(1)"}`, nil, "[body returnUrl] url_parsing"},
		"connect in no mode":     {connect, `{"returnUrl": "` + back + `", "mode": "prod"}`, nil, "[body mode] enum"},
		"deauthorize":            {deauthorize, `{}`, &api.DeauthorizeRequest{Mode: mode(billing.Test)}, ""},
		"deauthorize live":       {deauthorize, `{"mode": "live"}`, &api.DeauthorizeRequest{Mode: mode(billing.Live)}, ""},
		"deauthorize in no mode": {deauthorize, `{"mode": ""}`, nil, "[body mode] enum"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.request()
			err := json.Unmarshal([]byte(c.body), got)
			var wrong *billing.Error
			switch {
			case c.wrong == "" && err != nil:
				t.Fatal(err)
			case c.wrong == "":
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			case !errors.As(err, &wrong) || len(wrong.Fields) != 1:
				t.Errorf("err = %v, want %s", err, c.wrong)
			default:
				if said := fmt.Sprint(wrong.Fields[0].Loc, " ", wrong.Fields[0].Type); said != c.wrong {
					t.Errorf("refused %s, want %s", said, c.wrong)
				}
			}
		})
	}
}
