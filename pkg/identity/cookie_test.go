package identity_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"billhook/pkg/identity"
)

// The cookie stands in for a header that is not sent, and for none that is.
func TestSessionCookie(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ header, cookie, want string }{
		"neither":    {},
		"the cookie": {cookie: "a.b.c", want: "Bearer a.b.c"},
		"the header": {header: "Bearer x.y.z", want: "Bearer x.y.z"},
		"both":       {header: "Bearer x.y.z", cookie: "a.b.c", want: "Bearer x.y.z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			if c.header != "" {
				r.Header.Set("Authorization", c.header)
			}
			if c.cookie != "" {
				r.Header.Set("Cookie", "__session="+c.cookie)
			}
			var got string
			identity.SessionCookie(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got = r.Header.Get("Authorization")
			})).ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("Authorization = %q, want %q", got, c.want)
			}
		})
	}
}
