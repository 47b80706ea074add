package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// resource is anything a table can hold.
type resource interface {
	comparable
	ResourceID() string
}

// table holds the resources of one kind in the order of their creation.
type table[T resource] struct {
	kind  string // as in "No such customer"
	param string // what Stripe calls the id in the path
	rows  map[string]T
	order []string
}

func newTable[T resource](kind, param string) table[T] {
	return table[T]{kind: kind, param: param, rows: map[string]T{}}
}

func (t *table[T]) add(row T) T {
	id := row.ResourceID()
	if _, exists := t.rows[id]; !exists {
		t.order = append(t.order, id)
	}
	t.rows[id] = row
	return row
}

func (t *table[T]) remove(id string) {
	delete(t.rows, id)
	t.order = slices.DeleteFunc(t.order, func(other string) bool { return other == id })
}

// get is the resource with the id, or nil.
func (t *table[T]) get(id string) T { return t.rows[id] }

// at is the resource that a request's path names.
func (t *table[T]) at(id string) (T, error) { return t.find(http.StatusNotFound, id, t.param) }

// ref is the resource that a request's parameter names.
func (t *table[T]) ref(id, param string) (T, error) { return t.find(http.StatusBadRequest, id, param) }

func (t *table[T]) find(status int, id, param string) (T, error) {
	row, exists := t.rows[id]
	if !exists {
		return row, noSuch(status, t.kind, id, param)
	}
	return row, nil
}

// all yields the resources, oldest first.
func (t *table[T]) all(yield func(T) bool) {
	for _, id := range t.order {
		if !yield(t.rows[id]) {
			return
		}
	}
}

// MarshalJSON writes the rows in their order.
func (t table[T]) MarshalJSON() ([]byte, error) {
	rows := make([]T, 0, len(t.order))
	for _, id := range t.order {
		rows = append(rows, t.rows[id])
	}
	return object.Encode(rows) // not json.Marshal: events keep their bytes
}

// UnmarshalJSON replaces the rows.
func (t *table[T]) UnmarshalJSON(data []byte) error {
	var rows []T
	if err := json.Unmarshal(data, &rows); err != nil {
		return fmt.Errorf("reading the table of %ss: %w", t.kind, err)
	}
	t.rows, t.order = map[string]T{}, nil
	for _, row := range rows {
		t.add(row)
	}
	return nil
}
