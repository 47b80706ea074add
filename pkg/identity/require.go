package identity

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type contextKey struct{}

// From is the caller that Require let through.
func From(ctx context.Context) Caller {
	caller, _ := ctx.Value(contextKey{}).(Caller)
	return caller
}

// Require lets only callers of a role through; refuse writes the answer for
// everybody else. The project of an end user is settled here: the token's,
// else the X-Project-ID header's, else the deployment's default.
func (v *Verifier) Require(role Role, refuse func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			caller, err := v.authenticate(r, role)
			if err != nil {
				refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, caller)))
		})
	}
}

// sessionCookie holds the token of clients that send cookies and no headers.
const sessionCookie = "__session"

// SessionCookie takes the token from the cookie where no header brings one.
func SessionCookie(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie(sessionCookie); err == nil && r.Header.Get("Authorization") == "" {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Bearer "+cookie.Value)
		}
		next.ServeHTTP(w, r)
	})
}

func (v *Verifier) authenticate(r *http.Request, role Role) (Caller, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return Caller{}, unauthenticated(errors.New("no bearer token"))
	}
	caller, err := v.Verify(r.Context(), strings.TrimSpace(token))
	if err != nil {
		return Caller{}, err
	}
	if caller.Role != role || contradicts(strings.Join(r.Header.Values("X-User-Role"), ","), role) {
		return Caller{}, forbidden("You do not have permission to access this resource")
	}
	named := r.Header.Get("X-Project-ID")
	switch {
	case role == EndUser:
		caller.Project, err = v.projectOf(caller, named)
	case caller.Project != uuid.Nil && named != "" && !strings.EqualFold(named, caller.Project.String()):
		err = errOtherProject
	}
	return caller, err
}

var errOtherProject = forbidden("X-Project-ID contradicts the token")

// contradicts reports whether a role that was sent is not the token's. The role
// comes from the token; the header is for clients that send it anyway.
func contradicts(sent string, role Role) bool { return sent != "" && sent != string(role) }

func (v *Verifier) projectOf(caller Caller, header string) (uuid.UUID, error) {
	named := uuid.Nil
	if header != "" {
		id, err := uuid.Parse(header)
		if err != nil {
			return id, billing.NewError(billing.Refused, "invalid_project_id", "Invalid X-Project-ID format. Must be a valid UUID.")
		}
		named = id
	}
	switch {
	case caller.Project != uuid.Nil && named != uuid.Nil && named != caller.Project:
		return uuid.Nil, errOtherProject
	case caller.Project != uuid.Nil:
		return caller.Project, nil
	case named != uuid.Nil:
		return named, nil
	case v.project != uuid.Nil:
		return v.project, nil
	}
	return uuid.Nil, billing.NewError(billing.Refused, "project_required", "The token names no project: send X-Project-ID")
}

// MustOwn refuses a project that is another tenant's.
func (c Caller) MustOwn(p billing.Project) error {
	if p.Owner != c.Tenant {
		return forbidden("You do not have permission to access this resource")
	}
	return nil
}

func forbidden(message string) error {
	return billing.NewError(billing.PermissionDenied, "permission_denied", message)
}
