package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func TestTierCheckoutRequest(t *testing.T) {
	t.Parallel()
	const back = `"success_url": "https://a.example/ok", "cancel_url": "https://a.example/"`
	request := func(tier, interval string) *api.TierCheckoutRequest {
		return &api.TierCheckoutRequest{Tier: tier, BillingInterval: &interval, SuccessURL: "https://a.example/ok", CancelURL: "https://a.example/"}
	}
	for name, c := range map[string]struct {
		body  string
		want  *api.TierCheckoutRequest
		wrong string
	}{
		"monthly":             {`{"tier": "pro", "billing_interval": "monthly", ` + back + `}`, request("pro", "monthly"), ""},
		"yearly":              {`{"tier": "pro", "billing_interval": "yearly", ` + back + `}`, request("pro", "yearly"), ""},
		"by default":          {`{"tier": "pro", ` + back + `}`, request("pro", "monthly"), ""},
		"no tier":             {`{` + back + `}`, nil, "[body tier] missing"},
		"an empty tier":       {`{"tier": "", ` + back + `}`, nil, "[body tier] string_too_short"},
		"a long tier":         {`{"tier": "` + strings.Repeat("a", 65) + `", ` + back + `}`, nil, "[body tier] string_too_long"},
		"a number for a tier": {`{"tier": 1, ` + back + `}`, nil, "[body tier] string_type"},
		"of a week":           {`{"tier": "pro", "billing_interval": "weekly", ` + back + `}`, nil, "[body billing_interval] string_pattern_mismatch"},
		"a number of months":  {`{"tier": "pro", "billing_interval": 1, ` + back + `}`, nil, "[body billing_interval] string_type"},
		"no way back":         {`{"tier": "pro", "success_url": "https://a.example/ok"}`, nil, "[body cancel_url] missing"},
		"an unsafe way back":  {`{"tier": "pro", "cancel_url": "https://a.example/", "success_url": "http://a.example/"}`, nil, "[body success_url] url_parsing"},
		"no object":           {`[]`, nil, "[body] model_attributes_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := &api.TierCheckoutRequest{}
			err := json.Unmarshal([]byte(c.body), got)
			if c.wrong != "" {
				wantWrong(t, err, c.wrong)
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestReturnURLAsked(t *testing.T) {
	t.Parallel()
	const longest = 5000
	base := "https://a.example/"
	for name, c := range map[string]struct {
		url string
		ok  bool
	}{
		"a page":               {base, true},
		"on this machine":      {"http://localhost:5173/settings", true},
		"of the longest":       {base + strings.Repeat("a", longest-len(base)), true},
		"longer":               {base + strings.Repeat("a", longest-len(base)+1), false},
		"nothing":              {"", false},
		"a path":               {"/settings", false},
		"by http":              {"http://a.example/", false},
		"with a password":      {"https://user:word@a.example/", false},
		"with another's slash": {`https://a.example\@b.example/`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := api.ReturnURLAsked(c.url)
			if c.ok && err != nil {
				t.Error(err)
			}
			if !c.ok {
				wantWrong(t, err, "[query return_url] url_parsing")
			}
		})
	}
}

// wantWrong fails the test unless an error refuses one input.
func wantWrong(t *testing.T, err error, want string) {
	t.Helper()
	var wrong *billing.Error
	if !errors.As(err, &wrong) || len(wrong.Fields) != 1 {
		t.Fatalf("err = %v, want %s", err, want)
	}
	if got := fmt.Sprint(wrong.Fields[0].Loc, " ", wrong.Fields[0].Type); got != want {
		t.Errorf("refused %s, want %s", got, want)
	}
}
