package form

import (
	"fmt"
	"strconv"
)

// Metadata is a change of a resource's metadata: a key with an empty value is
// removed, and an empty metadata parameter removes all keys.
type Metadata struct {
	clear  bool
	values map[string]string
}

func (m *Metadata) decode(n *node, path string) error {
	if n.text != nil {
		if *n.text != "" {
			return &Error{Param: path, Message: "Invalid object"}
		}
		m.clear = true
		return nil
	}
	m.values = make(map[string]string, len(n.keys))
	for _, key := range n.keys {
		child := n.children[key]
		if child.text == nil {
			return &Error{Param: join(path, key), Message: "Metadata values must be strings"}
		}
		m.values[key] = *child.text
	}
	return nil
}

// Apply returns the metadata after the change; it never modifies current.
func (m Metadata) Apply(current map[string]string) map[string]string {
	next := make(map[string]string, len(current)+len(m.values))
	if !m.clear {
		for key, value := range current {
			next[key] = value
		}
	}
	for key, value := range m.values {
		if value == "" {
			delete(next, key)
			continue
		}
		next[key] = value
	}
	return next
}

// Range is a filter on a time in seconds since the epoch: an exact value, or
// bounds under gt, gte, lt and lte.
type Range struct {
	bounds []bound
}

type bound struct {
	operator string
	value    int64
}

func (r *Range) decode(n *node, path string) error {
	if n.text != nil {
		return r.add("", *n.text, path)
	}
	for _, key := range n.keys {
		child := n.children[key]
		if child.text == nil {
			return &Error{Param: join(path, key), Message: "Invalid integer"}
		}
		if err := r.add(key, *child.text, join(path, key)); err != nil {
			return err
		}
	}
	return nil
}

func (r *Range) add(operator, text, path string) error {
	switch operator {
	case "", "gt", "gte", "lt", "lte":
	default:
		return &Error{Code: CodeUnknown, Param: path, Message: fmt.Sprintf("Received unknown parameter: %s", path)}
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return &Error{Code: CodeInvalidInteger, Param: path, Message: fmt.Sprintf("Invalid integer: %s", text)}
	}
	r.bounds = append(r.bounds, bound{operator, value})
	return nil
}

// Contains reports whether t lies within every bound.
func (r Range) Contains(t int64) bool {
	for _, b := range r.bounds {
		var within bool
		switch b.operator {
		case "gt":
			within = t > b.value
		case "gte":
			within = t >= b.value
		case "lt":
			within = t < b.value
		case "lte":
			within = t <= b.value
		default:
			within = t == b.value
		}
		if !within {
			return false
		}
	}
	return true
}
