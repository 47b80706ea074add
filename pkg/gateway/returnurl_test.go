package gateway_test

import (
	"testing"

	"billhook/pkg/gateway"
)

func TestWithSessionID(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ target, want string }{
		"a path":            {"https://a.example/ok", "https://a.example/ok?session_id={CHECKOUT_SESSION_ID}"},
		"an empty query":    {"https://a.example/ok?", "https://a.example/ok?session_id={CHECKOUT_SESSION_ID}"},
		"a query":           {"https://a.example/ok?a=b", "https://a.example/ok?a=b&session_id={CHECKOUT_SESSION_ID}"},
		"a fragment":        {"https://a.example/ok?a=b#top", "https://a.example/ok?a=b&session_id={CHECKOUT_SESSION_ID}#top"},
		"a query behind it": {"https://a.example/#/billing?x=y", "https://a.example/?session_id={CHECKOUT_SESSION_ID}#/billing?x=y"},
		"told already":      {"https://a.example/ok?s={CHECKOUT_SESSION_ID}", "https://a.example/ok?s={CHECKOUT_SESSION_ID}"},
		"told in the path":  {"http://localhost:5173/ok/{CHECKOUT_SESSION_ID}/", "http://localhost:5173/ok/{CHECKOUT_SESSION_ID}/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := gateway.WithSessionID(c.target); got != c.want {
				t.Errorf("%s becomes %s, want %s", c.target, got, c.want)
			}
		})
	}
}
