package contract_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// family is how a family of the API tells errors.
type family struct {
	invalid      int      // the status of input that can never be right
	unconfigured int      // the status of a project without Stripe keys in the mode
	listed       bool     // wrong inputs are a list in place of the sentence
	sentences    []string // the members that hold the sentence
	codes        []string // the members that hold the code, for programs
}

// families are by the schema of their errors.
var families = map[string]family{
	"Error": {
		invalid: http.StatusUnprocessableEntity, unconfigured: http.StatusNotFound, listed: true,
		sentences: []string{"detail"},
	},
	"ServerError": {
		invalid: http.StatusBadRequest, unconfigured: http.StatusForbidden,
		sentences: []string{"error", "message"}, codes: []string{"code"},
	},
	"PlansError": {
		invalid: http.StatusBadRequest, unconfigured: http.StatusNotFound,
		sentences: []string{"detail"}, codes: []string{"message", "error"},
	},
	"AccountError": {
		invalid: http.StatusBadRequest, unconfigured: http.StatusNotFound,
		sentences: []string{"error.message"}, codes: []string{"error.code"},
	},
}

// family is the one that the operation belongs to, by what it answers to a
// fault.
func (o operation) family(t *testing.T) family {
	t.Helper()
	fault := o.spec.Responses.Status(http.StatusInternalServerError)
	if fault == nil {
		t.Fatalf("%s: the document says nothing of a fault", o.id)
	}
	schema := path.Base(fault.Value.Content.Get("application/json").Schema.Ref)
	f, ok := families[schema]
	if !ok {
		t.Fatalf("%s: no family is known that tells errors as %s", o.id, schema)
	}
	return f
}

// refuses fails the test unless the answer has the status and tells a sentence
// or, with a place, which is given as JSON, that this input is wrong and no
// other. The status of wrong input is the family's own.
func (a answer) refuses(t *testing.T, status int, loc string) {
	t.Helper()
	if loc == "" {
		a.is(t, status)
		a.sentence(t)
		return
	}
	a.is(t, a.family.invalid)
	var place []any
	if err := json.Unmarshal([]byte(loc), &place); err != nil {
		t.Fatal(err)
	}
	if a.family.listed {
		a.lists(t, place)
		return
	}
	// The first step only tells the body from the query, unless it is all.
	steps := place[min(1, len(place)-1):]
	var name strings.Builder
	for i, step := range steps {
		if i > 0 {
			name.WriteByte('.')
		}
		fmt.Fprint(&name, step)
	}
	if text := a.sentence(t); !strings.HasPrefix(text, name.String()+": ") || strings.Contains(text, "; ") {
		t.Errorf("%v, want one mistake at %s", a, name.String())
	}
}

// lists fails the test unless the answer is a list of one mistake at a place.
func (a answer) lists(t *testing.T, place []any) {
	t.Helper()
	value, err := lookUp(a.decode(t), a.family.sentences[0])
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	mistakes, _ := value.([]any)
	var locs []any
	for _, m := range mistakes {
		mistake, _ := m.(map[string]any)
		locs = append(locs, mistake["loc"])
	}
	if diff := cmp.Diff([]any{place}, locs); diff != "" {
		t.Errorf("%v: places of the mistakes (-want +got):\n%s", a, diff)
	}
}

// says fails the test unless a refusal says this.
func (a answer) says(t *testing.T, status int, sentence string) {
	t.Helper()
	a.is(t, status)
	if said := a.sentence(t); said != sentence {
		t.Errorf("%v, want the sentence %q", a, sentence)
	}
}

// sentence is what a refusal says, the same in all places for it. Its code is
// the same in all places, too.
func (a answer) sentence(t *testing.T) string {
	t.Helper()
	a.same(t, a.family.codes)
	return a.same(t, a.family.sentences)
}

// same is the text that members of a refusal hold; empty for no members.
func (a answer) same(t *testing.T, members []string) string {
	t.Helper()
	var texts []string
	for _, name := range members {
		value, err := lookUp(a.decode(t), name)
		text, _ := value.(string)
		if err != nil || text == "" {
			t.Errorf("%v has no text for %s", a, name)
		}
		texts = append(texts, text)
	}
	texts = slices.Compact(texts)
	switch len(texts) {
	case 0:
		return ""
	case 1:
	default:
		t.Errorf("%v: %v differ", a, members)
	}
	return texts[0]
}

// told is all that an answer tells, but for the id of the request.
func (a answer) told(t *testing.T) any {
	t.Helper()
	value := a.decode(t)
	if members, ok := value.(map[string]any); ok {
		delete(members, "request_id")
	}
	return value
}
