package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// sample is a value for a member of a request body.
type sample struct {
	name  string
	value any
	at    string // of a wrong value: where in the member the mistake stands, if not all over
}

// samples are right values at the bounds of a member's schema, and wrong ones
// just outside of them. A schema without bounds is a mistake of the document.
func (k known) samples(t *testing.T, name string, s *openapi3.Schema) (right, wrong []sample) {
	t.Helper()
	switch {
	case s.Type.Is("string"):
		right, wrong = k.strings(t, name, s)
		return right, append(wrong, ofTypes("number", "boolean", "array", "object")...)
	case s.Type.Is("integer"):
		right, wrong = k.integers(t, name, s)
		return right, append(wrong, ofTypes("string", "boolean", "array", "object")...)
	case s.Type.Is("boolean"):
		right = []sample{{name: "true", value: true}, {name: "false", value: false}}
		return right, ofTypes("string", "number", "array", "object")
	case s.Type.Is("array"):
		right, wrong = k.arrays(t, name, s)
		return right, append(wrong, ofTypes("string", "number", "boolean", "object")...)
	case s.Type.Is("object"):
		right, wrong = objects(t, name, s)
		return right, append(wrong, ofTypes("string", "number", "boolean", "array")...)
	}
	t.Errorf("%s: no samples are known for the type of %s", k.id, name)
	return nil, nil
}

// ofTypes are values of JSON's types.
func ofTypes(names ...string) []sample {
	values := map[string]any{
		"string": "true", "number": 1, "boolean": true, "array": []any{"a"}, "object": map[string]any{"a": []any{}},
	}
	var samples []sample
	for _, name := range names {
		samples = append(samples, sample{name: "of type " + name, value: values[name]})
	}
	return samples
}

func (k known) strings(t *testing.T, name string, s *openapi3.Schema) (right, wrong []sample) {
	t.Helper()
	if choices := wordsOf(s); len(choices) > 0 {
		for _, word := range choices {
			right = append(right, sample{name: word, value: word})
		}
		return right, []sample{{name: "another word", value: "nonsense"}, {name: "empty", value: ""}}
	}
	if s.Format == "date-time" {
		return instants()
	}
	bounds := lengths(s)
	if len(bounds) == 0 {
		t.Errorf("%s: the document says nothing of the length of %s", k.id, name)
		return nil, nil
	}
	for _, n := range bounds {
		if text := k.text(name, n); text != "" {
			right = append(right, sample{name: fmt.Sprintf("%d characters", n), value: text})
		}
	}
	if bounds[0] > 0 {
		wrong = append(wrong, sample{name: "too short", value: ""})
	}
	if s.Pattern != "" {
		wrong = append(wrong, sample{name: "of another form", value: strings.Repeat("!", max(bounds[0], 1))})
	}
	return right, append(wrong, sample{name: "too long", value: k.text(name, bounds[len(bounds)-1]+1)})
}

// repeated is the end of a pattern that says how many characters there are.
var repeated = regexp.MustCompile(`\{(\d+)(?:,(\d+))?\}\$$`)

// lengths are the least and the greatest length of a text; none if the document
// does not say.
func lengths(s *openapi3.Schema) []int {
	if s.MaxLength != nil {
		return slices.Compact([]int{int(s.MinLength), int(*s.MaxLength)})
	}
	var bounds []int
	if m := repeated.FindStringSubmatch(s.Pattern); m != nil {
		for _, text := range m[1:] {
			if n, err := strconv.Atoi(text); err == nil {
				bounds = append(bounds, n)
			}
		}
	}
	return bounds
}

// instants are times, the right ones in the future.
func instants() (right, wrong []sample) {
	return []sample{{name: "in UTC", value: "2099-03-01T12:00:00Z"}, {name: "elsewhere", value: "2099-03-01T12:00:00.5+01:00"}},
		[]sample{
			{name: "of no form", value: "nonsense"}, {name: "empty", value: ""}, {name: "that is no day", value: "2099-02-30T12:00:00Z"},
			{name: "in the past", value: "2020-01-01T00:00:00Z"},
		}
}

// text is a text of some length, in characters, that a member may have.
func (k known) text(name string, n int) string {
	if form := k.texts[name]; form != nil {
		return form(n)
	}
	return strings.Repeat("é", n)
}

// choice is a pattern that lists words.
var choice = regexp.MustCompile(`^\^\(([a-z_|]+)\)\$$`)

// wordsOf are all values of a text that has only a few.
func wordsOf(s *openapi3.Schema) []string {
	var words []string
	for _, value := range s.Enum {
		if word, ok := value.(string); ok {
			words = append(words, word)
		}
	}
	if m := choice.FindStringSubmatch(s.Pattern); m != nil {
		words = strings.Split(m[1], "|")
	}
	return words
}

func (k known) integers(t *testing.T, name string, s *openapi3.Schema) (right, wrong []sample) {
	t.Helper()
	wrong = []sample{{name: "a fraction", value: 1.5}, {name: "of 65 bits", value: json.Number("18446744073709551616")}}
	if slices.Contains(k.judged, name) {
		return nil, wrong
	}
	if s.Min == nil {
		t.Errorf("the document says nothing of the least %s", name)
		return nil, wrong
	}
	least := int(*s.Min)
	right, wrong = []sample{{name: "the least", value: least}}, append(wrong, sample{name: "too small", value: least - 1})
	if s.Max != nil {
		most := int(*s.Max)
		right, wrong = append(right, sample{name: "the most", value: most}), append(wrong, sample{name: "too large", value: most + 1})
	}
	return right, wrong
}

func (k known) arrays(t *testing.T, name string, s *openapi3.Schema) (right, wrong []sample) {
	t.Helper()
	item := s.Items.Value
	if s.MaxItems != nil && item.Type.Is("object") {
		return k.objectArrays(name, s)
	}
	if s.MaxItems == nil || item.MaxLength == nil {
		t.Errorf("%s: the document says nothing of the size of %s", k.id, name)
		return nil, nil
	}
	items := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = k.text(name, 40+i)
		}
		return list
	}
	most, longest := int(*s.MaxItems), int(*item.MaxLength)
	right = []sample{
		{name: "empty", value: []string{}},
		{name: "full", value: items(most)},
		{name: "with a long item", value: []string{k.text(name, longest)}},
	}
	return right, []sample{
		{name: "too many items", value: items(most + 1)},
		{name: "with an item too long", value: []string{k.text(name, longest+1)}, at: ",0"},
		{name: "with a number", value: []any{items(1)[0], 7}, at: ",1"},
		{name: "with a null", value: []any{nil}, at: ",0"},
	}
}

// objectArrays are made of the item in the document's example, with keys that
// differ.
func (k known) objectArrays(name string, s *openapi3.Schema) (right, wrong []sample) {
	_, example := k.body()
	list, _ := example[name].([]any)
	if len(list) == 0 {
		list, _ = s.Example.([]any)
	}
	items := func(n int) []any {
		items := make([]any, n)
		for i := range items {
			item := maps.Clone(list[0].(map[string]any))
			if _, keyed := item["key"]; keyed {
				item["key"] = fmt.Sprintf("key_%d", i)
			}
			items[i] = item
		}
		return items
	}
	most := int(*s.MaxItems)
	right = []sample{{name: "full", value: items(most)}}
	wrong = []sample{
		{name: "too many items", value: items(most + 1)},
		{name: "with a number", value: []any{list[0], 7}},
		{name: "with an empty item", value: []any{list[0], map[string]any{}}, at: ",1"},
	}
	if s.MinItems > 0 || slices.Contains(k.needed, name) {
		wrong = append(wrong, sample{name: "empty", value: []any{}})
	}
	return right, wrong
}

func objects(t *testing.T, name string, s *openapi3.Schema) (right, wrong []sample) {
	t.Helper()
	value := s.AdditionalProperties.Schema
	if s.MaxProps == nil || value == nil || value.Value.MaxLength == nil {
		t.Errorf("the document says nothing of the size of %s", name)
		return nil, nil
	}
	entries := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("key_%d", i)] = "value"
		}
		return m
	}
	most, longest := int(*s.MaxProps), int(*value.Value.MaxLength)
	right = []sample{
		{name: "empty", value: entries(0)},
		{name: "full", value: entries(most)},
		{name: "with a long value", value: map[string]string{"a": strings.Repeat("a", longest)}},
	}
	return right, []sample{
		{name: "too many entries", value: entries(most + 1)},
		{name: "with a value too long", value: map[string]string{"a": strings.Repeat("a", longest+1)}},
		{name: "with a number", value: map[string]any{"a": 1}},
	}
}
