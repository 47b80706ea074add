package api_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"billhook/pkg/api"
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
			if got := api.SafeRedirect(test.url); got != test.want {
				t.Errorf("SafeRedirect(%q) = %t, want %t", test.url, got, test.want)
			}
		})
	}
}

func TestModeOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		testMode    *bool
		environment *billing.Mode
		want        billing.Mode
		mistakes    []string
	}{
		"nothing said":           {nil, nil, billing.Test, nil},
		"test_mode":              {new(true), nil, billing.Test, nil},
		"test_mode off":          {new(false), nil, billing.Live, nil},
		"environment test":       {nil, new(billing.Test), billing.Test, nil},
		"environment live":       {nil, new(billing.Live), billing.Live, nil},
		"both test":              {new(true), new(billing.Test), billing.Test, nil},
		"both live":              {new(false), new(billing.Live), billing.Live, nil},
		"contradiction":          {new(true), new(billing.Live), "", []string{"query.environment: value_error"}},
		"the other one":          {new(false), new(billing.Test), "", []string{"query.environment: value_error"}},
		"unknown":                {nil, new(billing.Mode("sandbox")), "", []string{"query.environment: enum"}},
		"unknown with test_mode": {new(true), new(billing.Mode("")), "", []string{"query.environment: enum"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := api.ModeOf(test.testMode, test.environment)
			if got != test.want {
				t.Errorf("ModeOf = %q, want %q", got, test.want)
			}
			compare(t, test.mistakes, mistakes(t, err))
		})
	}
}

func TestPageOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		page, size     *int
		number, length int
		mistakes       []string
	}{
		"defaults":       {nil, nil, 1, 50, nil},
		"given":          {new(3), new(20), 3, 20, nil},
		"the bounds":     {new(1), new(1), 1, 1, nil},
		"the upper":      {new(math.MaxInt), new(100), math.MaxInt, 100, nil},
		"page 0":         {new(0), nil, 0, 50, []string{"query.page: greater_than_equal"}},
		"size 0":         {nil, new(0), 1, 0, []string{"query.page_size: greater_than_equal"}},
		"size 101":       {nil, new(101), 1, 101, []string{"query.page_size: less_than_equal"}},
		"both, negative": {new(-1), new(-1), -1, -1, []string{"query.page: greater_than_equal", "query.page_size: greater_than_equal"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			number, length, err := api.PageOf(test.page, test.size)
			if number != test.number || length != test.length {
				t.Errorf("PageOf = %d, %d, want %d, %d", number, length, test.number, test.length)
			}
			compare(t, test.mistakes, mistakes(t, err))
		})
	}
}

func TestSlice(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		list           []int
		number, length int
		want           []int
	}{
		"an empty list":          {nil, 1, 50, []int{}},
		"all on a page":          {[]int{1, 2, 3}, 1, 3, []int{1, 2, 3}},
		"the first page":         {[]int{1, 2, 3}, 1, 2, []int{1, 2}},
		"the last page":          {[]int{1, 2, 3}, 2, 2, []int{3}},
		"after the last":         {[]int{1, 2, 3}, 3, 2, []int{}},
		"after a full last page": {[]int{1, 2, 3, 4}, 3, 2, []int{}},
		"far after":              {[]int{1, 2, 3}, math.MaxInt, 2, []int{}},
		"far after, long pages":  {[]int{1, 2, 3}, math.MaxInt, 100, []int{}},
		"where products wrap":    {[]int{1, 2, 3}, math.MaxInt/100 + 2, 100, []int{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := api.Slice(test.list, test.number, test.length)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Slice (-want +got):\n%s", diff)
			}
		})
	}
}

// All pages together are the list.
func TestSlicesMakeUpTheList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int(), 0, 300).Draw(t, "list")
		length := rapid.IntRange(1, 100).Draw(t, "length")
		var all []int
		for number := 1; ; number++ {
			page := api.Slice(list, number, length)
			if len(page) > length {
				t.Fatalf("page %d has %d members, want %d at most", number, len(page), length)
			}
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
		}
		if diff := cmp.Diff(list, all, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the pages (-list +pages):\n%s", diff)
		}
	})
}

func TestNullableAnswers(t *testing.T) {
	t.Parallel()
	if got := api.Text(""); got != nil {
		t.Errorf("an empty text is %q, want null", *got)
	}
	if got := api.Text("a"); got == nil || *got != "a" {
		t.Error("a text is lost")
	}
	if got := api.Time(time.Time{}); got != nil {
		t.Errorf("no time is %s, want null", got)
	}
	now := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	if got := api.Time(now); got == nil || !got.Equal(now) {
		t.Error("a time is lost")
	}
}
