package billing

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// RedirectPolicy lists the origins that Stripe's pages may send a browser back
// to: exact ones such as https://app.example.com or http://localhost:3000, and
// https://*.example.com for everything one or more labels below example.com,
// but not example.com itself. An empty list allows https anywhere and http on
// this machine.
type RedirectPolicy []string

// Allows reports whether a browser may be sent to a URL.
func (p RedirectPolicy) Allows(s string) bool {
	target, ok := redirectOrigin(s)
	if !ok {
		return false
	}
	for _, listed := range p {
		if o, err := parseOrigin(listed); err == nil && o.covers(target) {
			return true
		}
	}
	return len(p) == 0
}

// SafeRedirect reports whether a URL is one that a browser may be sent to at
// all: https anywhere or http on this machine, and nothing in it that browsers
// and parsers read differently.
func SafeRedirect(s string) bool {
	_, ok := redirectOrigin(s)
	return ok
}

// Why an origin is not one that can be listed.
var (
	errNotAnOrigin    = errors.New("should be an origin such as https://app.example.com, without a path")
	errInsecureOrigin = errors.New("should be an https origin; http is for localhost, 127.0.0.1 and [::1]")
	errWideOrigin     = errors.New("should have a wildcard as the whole first label of an https origin, with two more labels after it")
)

// NormalOrigin is an origin of a redirect policy as it is kept: in lower case,
// without the scheme's default port. The error says how it should be, in words
// for whoever sent it.
func NormalOrigin(s string) (string, error) {
	o, err := parseOrigin(s)
	if err != nil {
		return "", err
	}
	return o.String(), nil
}

// webOrigin is where a page comes from, as browsers compare it.
type webOrigin struct {
	scheme   string
	host     string // in lower case; an IPv6 address without brackets
	port     int
	wildcard bool // of a policy: the hosts below host
}

func (o webOrigin) covers(target webOrigin) bool {
	if o.scheme != target.scheme || o.port != target.port {
		return false
	}
	if o.wildcard {
		below, ok := strings.CutSuffix(target.host, "."+o.host)
		return ok && below != ""
	}
	return o.host == target.host
}

// String is the origin as it is written.
func (o webOrigin) String() string {
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.wildcard {
		host = "*." + host
	}
	if o.port != defaultPort(o.scheme) {
		host += ":" + strconv.Itoa(o.port)
	}
	return o.scheme + "://" + host
}

// redirectOrigin is the origin of a safe URL. `{CHECKOUT_SESSION_ID}`, which
// Stripe fills in, may stand behind the origin, never in it.
func redirectOrigin(s string) (webOrigin, bool) {
	u, ok := parseWebURL(s)
	if !ok {
		return webOrigin{}, false
	}
	o, ok := originOf(u, u.Hostname())
	return o, ok && o.secure()
}

// parseOrigin reads an origin of a policy.
func parseOrigin(s string) (webOrigin, error) {
	u, ok := parseWebURL(s)
	if !ok || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(s, "?#") {
		return webOrigin{}, errNotAnOrigin
	}
	host, wildcard := strings.CutPrefix(u.Hostname(), "*.")
	if !wildcard && strings.Contains(host, "*") {
		return webOrigin{}, errWideOrigin
	}
	o, ok := originOf(u, host)
	if !ok {
		return webOrigin{}, errNotAnOrigin
	}
	o.wildcard = wildcard
	switch _, err := netip.ParseAddr(o.host); {
	case wildcard && (o.scheme != "https" || !strings.Contains(o.host, ".") || err == nil):
		return webOrigin{}, errWideOrigin
	case !o.secure():
		return webOrigin{}, errInsecureOrigin
	}
	return o, nil
}

// parseWebURL parses a URL with a host, unless it holds what browsers drop or
// rewrite before they read it: white space, control characters, backslashes.
func parseWebURL(s string) (*url.URL, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' }) {
		return nil, false
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false
	}
	return u, true
}

// originOf is the origin of a URL whose host reads the same to everybody.
func originOf(u *url.URL, hostname string) (webOrigin, bool) {
	o := webOrigin{scheme: u.Scheme, port: defaultPort(u.Scheme)}
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || n == 0 {
			return o, false
		}
		o.port = int(n)
	}
	host, ok := plainHost(hostname)
	o.host = host
	return o, ok
}

// secure reports whether nobody on the way can redirect the browser elsewhere.
func (o webOrigin) secure() bool {
	return o.scheme == "https" || o.host == "localhost" || o.host == "127.0.0.1" || o.host == "::1"
}

func defaultPort(scheme string) int {
	if scheme == "https" {
		return 443
	}
	return 80
}

// plainHost is a host in lower case: an address, or a name of ASCII labels.
// Names in other alphabets and percent-encoded ones are refused (they have an
// ASCII form, xn--), as are numbers that browsers would turn into an address.
func plainHost(s string) (string, bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.String(), addr.Zone() == ""
	}
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, notInHosts) {
			return "", false
		}
	}
	last := labels[len(labels)-1]
	return strings.ToLower(s), last[0] < '0' || last[0] > '9'
}

func notInHosts(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
}
