package form

import "reflect"

// Optional is a hash that the empty string unsets.
type Optional[T any] struct {
	// Given says that the parameter was sent, be it empty.
	Given bool
	// Value is nil when the parameter was not sent, or sent empty.
	Value *T
}

func (o *Optional[T]) decode(n *node, path string) error {
	o.Given = true
	if n.text != nil && *n.text == "" {
		return nil
	}
	o.Value = new(T)
	return decodeValue(n, reflect.ValueOf(o.Value).Elem(), path)
}
