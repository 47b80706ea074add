package gateway

import (
	"net/url"
	"strings"
)

// sessionIDTemplate is where Stripe puts a session's id into a URL.
const sessionIDTemplate = "{CHECKOUT_SESSION_ID}"

// WithSessionID has a URL tell the id of the session that it follows, unless it
// does already. What begins with # stays last.
func WithSessionID(target string) string {
	parsed, err := url.Parse(target)
	if err != nil || strings.Contains(target, sessionIDTemplate) {
		return target
	}
	target, fragment, marked := strings.Cut(target, "#")
	separator := "?"
	switch {
	case parsed.ForceQuery: // it ends with one
		separator = ""
	case parsed.RawQuery != "":
		separator = "&"
	}
	target += separator + "session_id=" + sessionIDTemplate
	if marked {
		target += "#" + fragment
	}
	return target
}
