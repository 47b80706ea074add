package sandbox

import (
	"net/http"
	"strings"
)

// authenticate finds the account whose secret key the request carries, as a
// bearer token or as the user name of basic authentication, or the connected
// account that the request names beside it.
func (s *Server) authenticate(r *http.Request) (*account, error) {
	key, given := secretKey(r)
	if !given {
		return nil, unauthorized("You did not provide an API key. You need to provide your API key in the Authorization header, " +
			"using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, " +
			"or we can help at https://support.stripe.com/.")
	}
	livemode, valid := keyMode(key)
	if !valid {
		return nil, unauthorized("Invalid API Key provided: %s", maskKey(key))
	}
	a, err := s.account(key, livemode)
	if err != nil {
		return nil, err
	}
	return s.onBehalf(a, r, key)
}

func secretKey(r *http.Request) (string, bool) {
	if user, _, ok := r.BasicAuth(); ok {
		return user, user != ""
	}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	return key, strings.EqualFold(scheme, "Bearer") && key != ""
}

// keyMode reads the mode from a secret or restricted key. A key that contains
// "invalid" opens nothing, so that a rejected key can be tried out.
func keyMode(key string) (livemode, valid bool) {
	for _, kind := range []string{"sk", "rk"} {
		for _, mode := range []string{"test", "live"} {
			rest, found := strings.CutPrefix(key, kind+"_"+mode+"_")
			if found {
				return mode == "live", rest != "" && !strings.Contains(rest, "invalid")
			}
		}
	}
	return false, false
}

// maskKey hides all of a key but its prefix and its last four characters.
func maskKey(key string) string {
	parts := strings.SplitAfterN(key, "_", 3)
	prefix, secret := "", key
	if len(parts) == 3 {
		prefix, secret = parts[0]+parts[1], parts[2]
	}
	if len(secret) <= 8 {
		return prefix + strings.Repeat("*", len(secret))
	}
	return prefix + strings.Repeat("*", len(secret)-4) + secret[len(secret)-4:]
}
