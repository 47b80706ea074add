package billing_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

func TestSafeRedirect(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		url  string
		want bool
	}{
		"https":                           {"https://a.example/done", true},
		"https, port, query, fragment":    {"https://a.example:8443/done?a=b#c", true},
		"https in capitals":               {"HTTPS://A.EXAMPLE/", true},
		"https on this machine":           {"https://localhost/", true},
		"Stripe's template in the query":  {"https://a.example/?s={CHECKOUT_SESSION_ID}", true},
		"Stripe's template in the path":   {"https://a.example/{CHECKOUT_SESSION_ID}/done", true},
		"encoded characters in the path":  {"https://a.example/a%20b", true},
		"http on localhost":               {"http://localhost:3000/billing", true},
		"http on 127.0.0.1":               {"http://127.0.0.1:3000/", true},
		"http on the IPv6 loopback":       {"http://[::1]:3000/", true},
		"http elsewhere":                  {"http://a.example/", false},
		"http on a name that begins so":   {"http://localhost.evil.example/", false},
		"http on an address close by":     {"http://127.0.0.1.evil.example/", false},
		"http on every interface":         {"http://0.0.0.0/", false},
		"http on another IPv6 address":    {"http://[::2]/", false},
		"nothing":                         {"", false},
		"a path":                          {"/done", false},
		"a name":                          {"a.example/done", false},
		"no scheme":                       {"//evil.example/", false},
		"no host":                         {"https://", false},
		"no host but a port":              {"https://:443/", false},
		"no host but a path":              {"https:///evil.example", false},
		"no slashes":                      {"https:evil.example", false},
		"one slash":                       {"https:/evil.example", false},
		"script":                          {"javascript:alert(1)", false},
		"script with slashes":             {"javascript://a.example/%0aalert(1)", false},
		"data":                            {"data:text/html,x", false},
		"file":                            {"file:///etc/passwd", false},
		"an app's scheme":                 {"myapp://done", false},
		"user":                            {"https://a.example@evil.example/", false},
		"user and password":               {"https://a.example:443@evil.example/", false},
		"an empty user":                   {"https://@evil.example/", false},
		"user, on localhost":              {"http://localhost@evil.example/", false},
		"a backslash for the host's end":  {`https://evil.example\@a.example/`, false},
		"backslashes for slashes":         {`https:\\evil.example`, false},
		"a backslash in the path":         {`https://a.example/\evil.example`, false},
		"a tab":                           {"https://evil\t.example/", false},
		"a line break":                    {"https://a.example/\r\nSet-Cookie: a=b", false},
		"a zero byte":                     {"https://a.example/\x00", false},
		"a space before":                  {" https://a.example/", false},
		"a space after":                   {"https://a.example/ ", false},
		"a space of another script":       {"https://a.example/\u2003", false},
		"an encoded host":                 {"https://%65vil.example/", false},
		"an encoded separator in a host":  {"https://a.example%2fevil.example/", false},
		"an encoded null in a host":       {"https://a.example%00.evil.example/", false},
		"an IPv6 zone":                    {"http://[::1%25lo]/", false},
		"a port that is none":             {"https://a.example:port/", false},
		"an address that is not closed":   {"http://[::1/", false},
		"the template for the user":       {"https://{CHECKOUT_SESSION_ID}@evil.example/", false},
		"the template within the scheme":  {"java{CHECKOUT_SESSION_ID}script:alert(1)", false},
		"another template in the host":    {"https://{HOST}/", false},
		"a broken escape in the path":     {"https://a.example/%zz", false},
		"unicode in the path":             {"https://a.example/später", true},
		"a scheme that begins like https": {"https2://a.example/", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := billing.SafeRedirect(test.url); got != test.want {
				t.Errorf("SafeRedirect(%q) = %t, want %t", test.url, got, test.want)
			}
		})
	}
}

func TestRedirectPolicyAllows(t *testing.T) {
	t.Parallel()
	listed := billing.RedirectPolicy{
		"https://app.example.com", "https://*.preview.example.com", "https://shop.example.com:8443",
		"http://localhost:3000", "https://[2001:db8::1]", "https://xn--bcher-kva.example",
	}
	for name, c := range map[string]struct {
		policy billing.RedirectPolicy
		url    string
		want   bool
	}{
		"the origin itself":               {listed, "https://app.example.com", true},
		"a page of it":                    {listed, "https://app.example.com/done?a=b#c", true},
		"Stripe's template in the query":  {listed, "https://app.example.com/done?s={CHECKOUT_SESSION_ID}", true},
		"Stripe's template in the path":   {listed, "https://app.example.com/{CHECKOUT_SESSION_ID}/", true},
		"in capitals":                     {listed, "HTTPS://App.EXAMPLE.com/", true},
		"its default port":                {listed, "https://app.example.com:443/", true},
		"its default port, in zeros":      {listed, "https://app.example.com:0443/", true},
		"another port":                    {listed, "https://app.example.com:444/", false},
		"a listed port":                   {listed, "https://shop.example.com:8443/", true},
		"without the listed port":         {listed, "https://shop.example.com/", false},
		"http":                            {listed, "http://app.example.com/", false},
		"http at the https port":          {listed, "http://app.example.com:443/", false},
		"a name that ends alike":          {listed, "https://evil-app.example.com/", false},
		"a name that begins alike":        {listed, "https://app.example.com.evil.io/", false},
		"the name in the path":            {listed, "https://evil.io/https://app.example.com", false},
		"the name in the query":           {listed, "https://evil.io/?https://app.example.com", false},
		"the name in the fragment":        {listed, "https://evil.io#https://app.example.com", false},
		"the name as the user":            {listed, "https://app.example.com@evil.io/", false},
		"the name as user and password":   {listed, "https://app.example.com:443@evil.io/", false},
		"a user at the right host":        {listed, "https://user@app.example.com/", false},
		"an empty user":                   {listed, "https://@app.example.com/", false},
		"a backslash for a slash":         {listed, `https://app.example.com\@evil.io/`, false},
		"a backslash before the name":     {listed, `https://evil.io\.app.example.com/`, false},
		"backslashes only":                {listed, `https:\\app.example.com/`, false},
		"a tab, which browsers drop":      {listed, "https://app.example.com\t.evil.io/", false},
		"a line break":                    {listed, "https://app.example.com/\n", false},
		"a space in front":                {listed, " https://app.example.com/", false},
		"a no-break space":                {listed, "https://app.example.com/\u00a0", false},
		"a null byte":                     {listed, "https://app.example.com\x00.evil.io/", false},
		"a dot at the end":                {listed, "https://app.example.com./", false},
		"an encoded dot":                  {listed, "https://app%2eexample.com/", false},
		"an encoded slash":                {listed, "https://app.example.com%2f.evil.io/", false},
		"an encoded letter":               {listed, "https://%61pp.example.com/", false},
		"a full-width dot":                {listed, "https://app．example.com/", false},
		"a full-width slash":              {listed, "https://evil.io／.preview.example.com/", false},
		"a Kelvin sign for a k":           {billing.RedirectPolicy{"https://k.example.com"}, "https://\u212a.example.com/", false},
		"a soft hyphen":                   {listed, "https://app.exam\u00adple.com/", false},
		"a Cyrillic letter":               {listed, "https://аpp.example.com/", false},
		"another alphabet's ASCII form":   {listed, "https://xn--bcher-kva.example/", true},
		"another alphabet":                {listed, "https://bücher.example/", false},
		"the template in the host":        {listed, "https://{CHECKOUT_SESSION_ID}.preview.example.com/", false},
		"no scheme":                       {listed, "app.example.com/", false},
		"no scheme but slashes":           {listed, "//app.example.com/", false},
		"three slashes":                   {listed, "https:///app.example.com/", false},
		"no slashes":                      {listed, "https:app.example.com", false},
		"javascript":                      {listed, "javascript://app.example.com/%0aalert(1)", false},
		"data":                            {listed, "data:text/html,https://app.example.com", false},
		"an app's scheme":                 {listed, "myapp://app.example.com/", false},
		"a port of no number":             {listed, "https://app.example.com:https/", false},
		"a port too large":                {listed, "https://app.example.com:65979/", false}, // 443 in 16 bits
		"port 0":                          {listed, "https://app.example.com:0/", false},
		"nothing":                         {listed, "", false},
		"a subdomain":                     {listed, "https://pr-7.preview.example.com/", true},
		"a subdomain of a subdomain":      {listed, "https://a.b.preview.example.com/", true},
		"a subdomain, by http":            {listed, "http://pr-7.preview.example.com/", false},
		"a subdomain at another port":     {listed, "https://pr-7.preview.example.com:8443/", false},
		"the wildcard's own domain":       {listed, "https://preview.example.com/", false},
		"an empty subdomain":              {listed, "https://.preview.example.com/", false},
		"alike but no subdomain":          {listed, "https://evil-preview.example.com/", false},
		"the wildcard's name in front":    {listed, "https://a.preview.example.com.evil.io/", false},
		"a wildcard in the URL":           {listed, "https://*.preview.example.com/", false},
		"this machine":                    {listed, "http://localhost:3000/", true},
		"this machine, another port":      {listed, "http://localhost:3001/", false},
		"this machine by number":          {listed, "http://127.0.0.1:3000/", false},
		"an address":                      {listed, "https://[2001:db8::1]/", true},
		"an address, written out":         {listed, "https://[2001:0db8:0:0:0:0:0:1]:443/", true},
		"an address with a zone":          {listed, "https://[2001:db8::1%25eth0]/", false},
		"no list: https anywhere":         {nil, "https://anything.example/", true},
		"no list: http elsewhere":         {nil, "http://anything.example/", false},
		"no list: http on localhost":      {nil, "http://localhost:3000/", true},
		"no list: http on 127.0.0.1":      {nil, "http://127.0.0.1/", true},
		"no list: http on ::1":            {nil, "http://[::1]:3000/", true},
		"no list: below localhost":        {nil, "http://localhost.evil.io/", false},
		"no list: an address":             {nil, "https://192.0.2.1/", true},
		"no list: an address in disguise": {nil, "https://3221225985/", false},
		"no list: a hexadecimal address":  {nil, "https://0xc0.0.2.1/", false},
		"no list: a user":                 {nil, "https://user:pass@anything.example/", false},
		"no list: another scheme":         {nil, "ftp://anything.example/", false},
		"a broken list allows nothing":    {billing.RedirectPolicy{"*"}, "https://anything.example/", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.policy.Allows(c.url); got != c.want {
				t.Errorf("Allows(%q) = %t, want %t", c.url, got, c.want)
			}
		})
	}
}

func TestNormalOrigin(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]string{
		"https://app.example.com":          "https://app.example.com",
		"HTTPS://App.Example.com":          "https://app.example.com",
		"https://app.example.com:443":      "https://app.example.com",
		"https://app.example.com:8443":     "https://app.example.com:8443",
		"https://*.example.com":            "https://*.example.com",
		"https://*.Preview.example.com:01": "https://*.preview.example.com:1",
		"https://localhost":                "https://localhost",
		"https://192.0.2.1":                "https://192.0.2.1",
		"https://[2001:DB8:0::1]":          "https://[2001:db8::1]",
		"https://xn--bcher-kva.example":    "https://xn--bcher-kva.example",
		"http://localhost":                 "http://localhost",
		"http://localhost:80":              "http://localhost",
		"http://localhost:3000":            "http://localhost:3000",
		"http://127.0.0.1:3000":            "http://127.0.0.1:3000",
		"http://[::1]:3000":                "http://[::1]:3000",
	} {
		if got, err := billing.NormalOrigin(origin); got != want || err != nil {
			t.Errorf("NormalOrigin(%q) = %q, %v, want %q", origin, got, err, want)
		}
	}
	for name, origin := range map[string]string{
		"nothing":                  "",
		"a word":                   "example",
		"a host":                   "app.example.com",
		"a path":                   "https://app.example.com/",
		"a longer path":            "https://app.example.com/a",
		"a query":                  "https://app.example.com?a=b",
		"an empty query":           "https://app.example.com?",
		"a fragment":               "https://app.example.com#a",
		"an empty fragment":        "https://app.example.com#",
		"a user":                   "https://user@app.example.com",
		"another scheme":           "ftp://app.example.com",
		"http elsewhere":           "http://app.example.com",
		"http below localhost":     "http://a.localhost",
		"white space":              "https://app.example.com ",
		"a backslash":              `https://app.example.com\`,
		"another alphabet":         "https://bücher.example",
		"an encoded host":          "https://app%2eexample.com",
		"two origins":              "https://a.example.com,https://b.example.com",
		"a dot at the end":         "https://app.example.com.",
		"any host":                 "*",
		"any https host":           "https://*",
		"a whole top-level domain": "https://*.com",
		"part of a label":          "https://app-*.example.com",
		"in the middle":            "https://a.*.example.com",
		"at the end":               "https://example.*",
		"twice":                    "https://*.*.example.com",
		"nothing below":            "https://*.",
		"below an address":         "https://*.192.0.2.1",
		"below part of an address": "https://*.0.2.1",
		"below localhost, http":    "http://*.localhost",
		"a wildcard by http":       "http://*.example.com",
		"a port of no number":      "https://app.example.com:*",
		"a port too large":         "https://app.example.com:65536",
		"Stripe's template":        "https://{CHECKOUT_SESSION_ID}.example.com",
	} {
		if got, err := billing.NormalOrigin(origin); err == nil {
			t.Errorf("%s: NormalOrigin(%q) = %q, want an error", name, origin, got)
		}
	}
}

func TestProjectAllowsRedirect(t *testing.T) {
	t.Parallel()
	own, deployment := []string{"https://own.example.com"}, []string{"https://deployment.example.com"}
	for name, c := range map[string]struct {
		own, deployment []string
		want            []string
	}{
		"its own only":        {own, nil, []string{"https://own.example.com"}},
		"its own come first":  {own, deployment, []string{"https://own.example.com"}},
		"the deployment's":    {nil, deployment, []string{"https://deployment.example.com"}},
		"https and localhost": {nil, nil, []string{"https://own.example.com", "https://deployment.example.com", "http://localhost"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := billing.Project{RedirectOrigins: c.own}
			var got []string
			for _, u := range []string{"https://own.example.com", "https://deployment.example.com", "http://localhost", "http://own.example.com"} {
				if p.AllowsRedirect(c.deployment, u) {
					got = append(got, u)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a URL is made of, it is only allowed if the host that it leads to is
// a listed one, or one below a listed wildcard.
func TestRedirectsNeverLeadElsewhere(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"https", "http", "javascript", ":", "/", "//", "\\", "@", "?", "#", ".", "%", "%2e", "%2f", "*", "-", ":443", ":8443", "[", "]", "::1",
		"app.example.com", "APP.example.com", "example.com", "preview.example.com", "pr.preview.example.com", "evil.io", "localhost", "127.0.0.1",
		"https://", "https://app.example.com", "https://pr.preview.example.com", "\t", "\n", " ", "\u00ad", "．", "\u212a", "{CHECKOUT_SESSION_ID}", "a",
	})
	policy := billing.RedirectPolicy{"https://app.example.com", "https://*.preview.example.com", "http://localhost:3000"}
	rapid.Check(t, func(t *rapid.T) {
		target := strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), "")
		if !policy.Allows(target) {
			return
		}
		u, err := url.Parse(target)
		if err != nil {
			t.Fatalf("%q was allowed: %v", target, err)
		}
		at := strings.ToLower(u.Scheme + "://" + u.Hostname())
		below, isBelow := strings.CutSuffix(at, ".preview.example.com")
		if !slices.Contains([]string{"https://app.example.com", "http://localhost"}, at) && (!isBelow || below == "https://") || u.User != nil {
			t.Fatalf("%q was allowed and leads to %s", target, at)
		}
		if before, _, _ := strings.Cut(strings.ToLower(target), "://"); before != u.Scheme {
			t.Fatalf("%q was allowed and begins with something else than its scheme", target)
		}
	})
}

// A policy's normal form means the same, and is its own normal form.
func TestNormalOriginsAllowTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		origin := rapid.StringMatching(`https?://(\*\.)?[a-cA-C]{1,2}(\.[a-cA-C]{1,2}){0,3}(:(443|80|8443))?`).Draw(t, "origin")
		normal, err := billing.NormalOrigin(origin)
		if err != nil {
			return
		}
		if again, err := billing.NormalOrigin(normal); again != normal || err != nil {
			t.Fatalf("NormalOrigin(%q) = %q, %v", normal, again, err)
		}
		u := rapid.StringMatching(`https?://[a-cA-C]{1,2}(\.[a-cA-C]{1,2}){0,4}(:(443|80|8443))?/`).Draw(t, "URL")
		if a, b := (billing.RedirectPolicy{origin}).Allows(u), (billing.RedirectPolicy{normal}).Allows(u); a != b {
			t.Fatalf("%q: %t by %q, %t by %q", u, a, origin, b, normal)
		}
	})
}
