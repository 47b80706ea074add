package object

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// APIVersion is the version whose shapes this package renders.
const APIVersion = "2024-06-20"

var null = []byte("null")

// Encode is the compact JSON of v with <, > and & left as they are, which is
// how Stripe writes them.
func Encode(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buffer.Bytes(), "\n"), nil
}

// Null is a field that is null in every object the sandbox makes.
type Null struct{}

// MarshalJSON writes null.
func (Null) MarshalJSON() ([]byte, error) { return null, nil }

// UnmarshalJSON ignores what it reads.
func (*Null) UnmarshalJSON([]byte) error { return nil }

// EmptyList is a list field that is empty in every object the sandbox makes.
type EmptyList struct{}

// MarshalJSON writes [].
func (EmptyList) MarshalJSON() ([]byte, error) { return []byte("[]"), nil }

// UnmarshalJSON ignores what it reads.
func (*EmptyList) UnmarshalJSON([]byte) error { return nil }

// EmptyHash is a hash field that is empty in every object the sandbox makes.
type EmptyHash struct{}

// Text is a nullable string: empty is null, because Stripe unsets a string
// that is sent empty.
type Text string

// MarshalJSON writes null for the empty string.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return null, nil
	}
	return Encode(string(t))
}

// Unix is a nullable time in seconds since the epoch: zero is null.
type Unix int64

// MarshalJSON writes null for zero.
func (u Unix) MarshalJSON() ([]byte, error) {
	if u == 0 {
		return null, nil
	}
	return json.Marshal(int64(u))
}

// Metadata is a resource's key-value data; it is {} when empty, never null.
type Metadata map[string]string

// MarshalJSON writes {} for nil.
func (m Metadata) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("{}"), nil
	}
	return Encode(map[string]string(m))
}

// Strings is a list of strings; it is [] when empty, never null.
type Strings []string

// MarshalJSON writes [] for nil.
func (s Strings) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("[]"), nil
	}
	return Encode([]string(s))
}

// Many is a list of hashes or references; it is [] when empty, never null.
type Many[T any] []T

// MarshalJSON writes [] for nil.
func (m Many[T]) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("[]"), nil
	}
	return Encode([]T(m))
}

// Ref is a reference to another resource: null, its id, or, once expanded, the
// resource itself.
type Ref struct {
	ID string
	// Object is a pointer to a resource when the reference is expanded.
	Object any
}

// To is an unexpanded reference.
func To(id string) Ref { return Ref{ID: id} }

// MarshalJSON writes the expanded resource, the id or null.
func (r Ref) MarshalJSON() ([]byte, error) {
	switch {
	case r.Object != nil:
		return Encode(r.Object)
	case r.ID == "":
		return null, nil
	default:
		return json.Marshal(r.ID)
	}
}

// UnmarshalJSON reads an id or null; stored resources are never expanded.
func (r *Ref) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, null) {
		*r = Ref{}
		return nil
	}
	var id string
	if err := json.Unmarshal(data, &id); err != nil {
		return fmt.Errorf("reading a reference: %w", err)
	}
	*r = Ref{ID: id}
	return nil
}

// List is Stripe's list envelope.
type List[T any] struct {
	Object  string `json:"object"`
	Data    []T    `json:"data"`
	HasMore bool   `json:"has_more"`
	URL     string `json:"url"`
}

// NewList is a list of everything in data, found at url.
func NewList[T any](url string, data []T) List[T] {
	if data == nil {
		data = []T{}
	}
	return List[T]{Object: "list", Data: data, URL: url}
}

// Deleted is what remains of a deleted resource.
type Deleted struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}
