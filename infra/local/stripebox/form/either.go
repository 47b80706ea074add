package form

import "reflect"

// Either is a parameter that is a text, such as a token, or a hash.
type Either[T any] struct {
	Text string
	Hash *T // nil when it is a text, or absent
}

func (e *Either[T]) decode(n *node, path string) error {
	if n.text != nil {
		e.Text = *n.text
		return nil
	}
	e.Hash = new(T)
	return decodeStruct(n, reflect.ValueOf(e.Hash).Elem(), path)
}
