package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"billhook/pkg/billing"
)

// fields reads the members of a JSON object one by one and collects what is
// wrong with them, so that an answer can name every mistake at once. Members
// that nobody asks for are ignored.
type fields struct {
	members map[string]json.RawMessage
	wrong   []billing.FieldError
}

func readFields(b []byte) *fields {
	f := &fields{}
	if err := json.Unmarshal(b, &f.members); err != nil || f.members == nil {
		f.members = nil
		f.wrong = []billing.FieldError{{
			Loc: []any{"body"}, Msg: "Input should be a valid dictionary or object to extract fields from", Type: "model_attributes_type",
		}}
	}
	return f
}

// err is nil when nothing is wrong.
func (f *fields) err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return billing.InvalidFields(f.wrong...)
}

func (f *fields) refuse(name, kind, msg string) {
	f.wrong = append(f.wrong, billing.FieldError{Loc: []any{"body", name}, Msg: msg, Type: kind})
}

// optional reads a member that may be missing or null, which both give nil.
func optional[T any](f *fields, name string) *T {
	raw, ok := f.members[name]
	if !ok || string(raw) == "null" {
		return nil
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		kind, noun := typeName(v)
		f.refuse(name, kind+"_type", "Input should be a valid "+noun+inner(err))
		return nil
	}
	return &v
}

// inner names the member within a member that has another type than it should.
func inner(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return fmt.Sprintf(" (%s is of type %s)", wrong.Field, wrong.Value)
	}
	return ""
}

// required reads a member that must be there.
func required[T any](f *fields, name string) T {
	var zero T
	if f.members == nil {
		return zero // refused as a whole
	}
	raw, ok := f.members[name]
	if !ok {
		f.refuse(name, "missing", "Field required")
		return zero
	}
	if string(raw) == "null" {
		kind, noun := typeName(zero)
		f.refuse(name, kind+"_type", "Input should be a valid "+noun)
		return zero
	}
	if v := optional[T](f, name); v != nil {
		return *v
	}
	return zero
}

func typeName(v any) (kind, noun string) {
	switch v.(type) {
	case string:
		return "string", "string"
	case int64:
		return "int", "integer"
	case bool:
		return "bool", "boolean"
	case []any, []LineItem:
		return "list", "list"
	default:
		return "dict", "dictionary"
	}
}

// length refuses a text that is too short or too long, in characters. A member
// that is already refused is not refused twice.
func (f *fields) length(name string, s *string, least, most int) {
	if s == nil || f.refused(name) {
		return
	}
	switch n := utf8.RuneCountInString(*s); {
	case n < least:
		f.refuse(name, "string_too_short", fmt.Sprintf("String should have at least %d %s", least, characters(least)))
	case n > most:
		f.refuse(name, "string_too_long", fmt.Sprintf("String should have at most %d %s", most, characters(most)))
	}
}

func (f *fields) refused(name string) bool {
	for _, w := range f.wrong {
		if len(w.Loc) == 2 && w.Loc[1] == name {
			return true
		}
	}
	return f.members == nil
}

func characters(n int) string {
	if n == 1 {
		return "character"
	}
	return "characters"
}

// oneOf is a choice in words: 'a', 'b' or 'c'.
func oneOf[S ~string](known []S) string {
	var text strings.Builder
	for i, word := range known {
		switch {
		case i == 0:
		case i == len(known)-1:
			text.WriteString(" or ")
		default:
			text.WriteString(", ")
		}
		text.WriteString("'" + string(word) + "'")
	}
	return text.String()
}
