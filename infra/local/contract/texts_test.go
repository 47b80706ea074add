package contract_test

import "strings"

// Texts of a form, by their length; empty where there is none of it.

func starting(prefix string) func(int) string {
	return func(n int) string {
		if n <= len(prefix) {
			return ""
		}
		return prefix + strings.Repeat("a", n-len(prefix))
	}
}

// email is an address; the shortest has three characters.
func email(n int) string { return strings.Repeat("a", n-2) + "@b" }

// currency is one that Stripe knows, and more letters behind it.
func currency(n int) string { return "usd" + strings.Repeat("x", n-3) }

var (
	emails  = map[string]func(int) string{"email": email}
	address = starting("https://app.example.com/")
	origin  = func(n int) string {
		const scheme, domain = "https://", ".example.com"
		if n <= len(scheme+domain) {
			return ""
		}
		// A label of a host has 63 characters at most.
		labels := []byte(strings.Repeat("a", n-len(scheme+domain)))
		for i := 60; i < len(labels)-1; i += 60 {
			labels[i] = '.'
		}
		return scheme + string(labels) + domain
	}
	credentials = map[string]func(int) string{
		"test_secret_key":             starting("sk_test_"),
		"test_publishable_key":        starting("pk_test_"),
		"test_webhook_secret":         starting("whsec_"),
		"test_connect_webhook_secret": starting("whsec_"),
		"live_secret_key":             starting("sk_live_"),
		"live_publishable_key":        starting("pk_live_"),
		"live_webhook_secret":         starting("whsec_"),
		"live_connect_webhook_secret": starting("whsec_"),
	}
)
