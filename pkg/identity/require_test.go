package identity_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// let sends a request through Require and tells who got through, or why not.
func let(t *testing.T, c identity.Config, role identity.Role, header http.Header) (identity.Caller, error) {
	t.Helper()
	v := newVerifier(t, c, &vault{secret: secret})
	var refusal error
	var caller identity.Caller
	reached := false
	handler := v.Require(role, func(_ http.ResponseWriter, _ *http.Request, err error) { refusal = err })(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			reached = true
			caller = identity.From(r.Context())
		}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = header
	handler.ServeHTTP(httptest.NewRecorder(), r)
	if reached == (refusal != nil) {
		t.Errorf("the handler was reached: %t; refused with %v", reached, refusal)
	}
	return caller, refusal
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func TestRequireToken(t *testing.T) {
	t.Parallel()
	token := hs256(t, nil)
	tests := map[string]struct {
		authorization []string
		ok            bool
	}{
		"a bearer token":            {[]string{"Bearer " + token}, true},
		"the scheme in other case":  {[]string{"bearer " + token}, true},
		"two spaces":                {[]string{"Bearer  " + token}, true},
		"none":                      {nil, false},
		"empty":                     {[]string{""}, false},
		"only the scheme":           {[]string{"Bearer"}, false},
		"only the scheme and space": {[]string{"Bearer "}, false},
		"without the scheme":        {[]string{token}, false},
		"another scheme":            {[]string{"Basic " + token}, false},
		"a token that is no good":   {[]string{"Bearer " + token + "x"}, false},
		"two tokens":                {[]string{"Bearer " + token + ", Bearer " + token}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			if test.authorization != nil {
				header["Authorization"] = test.authorization
			}
			caller, err := let(t, shared(), identity.Developer, header)
			if !test.ok {
				if got := billing.KindOf(err); err == nil || got != billing.Unauthenticated {
					t.Errorf("refused with %v, want Unauthenticated", err)
				}
				return
			}
			want := identity.Caller{Subject: user, Role: identity.Developer, Tenant: user}
			if diff := cmp.Diff(want, caller); diff != "" {
				t.Errorf("caller (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequireRole(t *testing.T) {
	t.Parallel()
	inProject := jwt.MapClaims{"project_id": project.String()}
	tests := map[string]struct {
		claims jwt.MapClaims
		role   identity.Role
		ok     bool
	}{
		"a developer where developers may":    {nil, identity.Developer, true},
		"an end user where end users may":     {inProject, identity.EndUser, true},
		"a developer where end users may":     {nil, identity.EndUser, false},
		"an end user where developers may":    {inProject, identity.Developer, false},
		"an unknown role where developers do": {jwt.MapClaims{"role": "admin"}, identity.Developer, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := let(t, shared(), test.role, bearer(hs256(t, test.claims)))
			if test.ok && err != nil || !test.ok && billing.KindOf(err) != billing.PermissionDenied {
				t.Errorf("Require = %v, want success: %t", err, test.ok)
			}
		})
	}
}

func TestRequireProject(t *testing.T) {
	t.Parallel()
	claim := jwt.MapClaims{"project_id": project.String()}
	none := jwt.MapClaims{"role": "end_user"}
	tests := map[string]struct {
		claims         jwt.MapClaims
		header, config string
		want           uuid.UUID
		kind           billing.Kind // of the refusal, when want is zero
	}{
		"the token's":                       {claim, "", "", project, 0},
		"the token's, not the default":      {claim, "", elsewhere.String(), project, 0},
		"the header agrees":                 {claim, project.String(), "", project, 0},
		"the header agrees, in capitals":    {claim, strings.ToUpper(project.String()), "", project, 0},
		"the header contradicts":            {claim, elsewhere.String(), "", uuid.Nil, billing.PermissionDenied},
		"the header is no uuid":             {claim, "demo", "", uuid.Nil, billing.Refused},
		"the header's":                      {none, project.String(), "", project, 0},
		"the header's, not the default":     {none, project.String(), elsewhere.String(), project, 0},
		"the header's is no uuid":           {none, "demo", elsewhere.String(), uuid.Nil, billing.Refused},
		"the default":                       {none, "", project.String(), project, 0},
		"none anywhere":                     {none, "", "", uuid.Nil, billing.Refused},
		"a header of zeros names none":      {none, uuid.Nil.String(), "", uuid.Nil, billing.Refused},
		"a header of zeros and the default": {none, uuid.Nil.String(), project.String(), project, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := shared()
			c.DefaultProject = test.config
			header := bearer(hs256(t, test.claims))
			if test.header != "" {
				header.Set("X-Project-ID", test.header)
			}
			caller, err := let(t, c, identity.EndUser, header)
			if test.want == uuid.Nil {
				if got := billing.KindOf(err); err == nil || got != test.kind {
					t.Errorf("refused with %v, want kind %d", err, test.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if caller.Project != test.want {
				t.Errorf("project %s, want %s", caller.Project, test.want)
			}
		})
	}
}

// A developer's projects are in the path; the header is an end user's, and only
// may not contradict a claim.
func TestRequireProjectOfADeveloper(t *testing.T) {
	t.Parallel()
	claim := jwt.MapClaims{"role": "developer", "project_id": project.String()}
	tests := map[string]struct {
		claims jwt.MapClaims
		header string
		want   uuid.UUID
		ok     bool
	}{
		"a header without a claim":       {nil, elsewhere.String(), uuid.Nil, true},
		"a header that is no uuid":       {nil, "demo", uuid.Nil, true},
		"a claim without a header":       {claim, "", project, true},
		"the header agrees":              {claim, project.String(), project, true},
		"the header agrees, in capitals": {claim, strings.ToUpper(project.String()), project, true},
		"the header contradicts":         {claim, elsewhere.String(), uuid.Nil, false},
		"the header names no project":    {claim, "demo", uuid.Nil, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := bearer(hs256(t, test.claims))
			header.Set("X-Project-ID", test.header)
			caller, err := let(t, shared(), identity.Developer, header)
			if !test.ok {
				if billing.KindOf(err) != billing.PermissionDenied {
					t.Errorf("refused with %v, want PermissionDenied", err)
				}
				return
			}
			if err != nil || caller.Project != test.want {
				t.Errorf("project %s, %v, want %s", caller.Project, err, test.want)
			}
		})
	}
}

func TestFromWithoutACaller(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(identity.Caller{}, identity.From(t.Context())); diff != "" {
		t.Errorf("From (-want +got):\n%s", diff)
	}
}
