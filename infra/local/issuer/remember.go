package issuer

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The browser remembers who was new and has signed in, so that they find their
// projects again, also after the stack was started anew.
const (
	rememberedCookie = "issuer_developers"
	rememberedMost   = 4
	rememberedFor    = 90 * 24 * time.Hour
)

// newSubject is the form of the subjects that the page makes.
var newSubject = regexp.MustCompile(`^developer-[a-z0-9]{8}$`)

// remembered are the developers that the browser knows, the latest first.
func remembered(r *http.Request) []identity {
	var known []identity
	for _, subject := range rememberedSubjects(r) {
		known = append(known, identity{"Developer " + strings.TrimPrefix(subject, "developer-"), "Signed in here before", subject})
	}
	return known
}

func rememberedSubjects(r *http.Request) []string {
	cookie, err := r.Cookie(rememberedCookie)
	if err != nil {
		return nil
	}
	subjects := strings.Split(cookie.Value, ".")
	return slices.DeleteFunc(subjects, func(subject string) bool { return !newSubject.MatchString(subject) })
}

// remember has the browser know a developer whom nobody has offered.
func (i *Issuer) remember(w http.ResponseWriter, r *http.Request, subject string) {
	if !newSubject.MatchString(subject) {
		return
	}
	others := slices.DeleteFunc(rememberedSubjects(r), func(other string) bool { return other == subject })
	subjects := append([]string{subject}, others...)
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // plain HTTP on one machine: a secure cookie would not come back
		Name: rememberedCookie, Value: strings.Join(subjects[:min(len(subjects), rememberedMost)], "."), Path: "/authorize",
		MaxAge: int(rememberedFor / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
