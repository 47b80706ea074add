package sandbox

import (
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// Page sizes, as Stripe's.
const (
	defaultLimit = 10
	maxLimit     = 100
)

// listParams are the parameters of every list.
type listParams struct {
	Limit         *int64 `form:"limit"`
	StartingAfter string `form:"starting_after"`
	EndingBefore  string `form:"ending_before"`
}

func (p listParams) limit() (int, error) {
	switch {
	case p.Limit == nil:
		return defaultLimit, nil
	case *p.Limit < 1:
		return 0, invalid("limit", codeInvalidInteger, "This value must be greater than or equal to 1.")
	case *p.Limit > maxLimit:
		return 0, invalid("limit", codeInvalidInteger, "This value must be less than or equal to %d.", maxLimit)
	}
	return int(*p.Limit), nil
}

// shown is implemented by rows that keep more than the API shows.
type shown interface{ shown() any }

// show is the part of a row that the API shows.
func show(row any) any {
	if hidden, ok := row.(shown); ok {
		return hidden.shown()
	}
	return row
}

// list answers one page of the rows that keep lets through, newest first.
func list[T resource](c *call, t *table[T], p listParams, keep func(T) bool) (*object.List[any], error) {
	limit, err := p.limit()
	if err != nil {
		return nil, err
	}
	rows := make([]T, 0, len(t.order))
	for row := range t.all {
		rows = append(rows, row)
	}
	slices.Reverse(rows)
	cursor, backwards := p.StartingAfter, false
	if p.EndingBefore != "" {
		cursor, backwards = p.EndingBefore, true
		slices.Reverse(rows)
	}
	if cursor != "" {
		at := slices.IndexFunc(rows, func(row T) bool { return row.ResourceID() == cursor })
		if at < 0 {
			return nil, noSuch(http.StatusBadRequest, t.kind, cursor, cursorParam(backwards))
		}
		rows = rows[at+1:]
	}
	rows = slices.DeleteFunc(rows, func(row T) bool { return !keep(row) })
	page := object.NewList(c.path, make([]any, 0, limit))
	page.HasMore = len(rows) > limit
	for _, row := range rows[:min(limit, len(rows))] {
		page.Data = append(page.Data, show(row))
	}
	if backwards {
		slices.Reverse(page.Data)
	}
	return &page, nil
}

func cursorParam(backwards bool) string {
	if backwards {
		return "ending_before"
	}
	return "starting_after"
}

// matches reports whether a filter is unset or equals the value.
func matches(filter, value string) bool { return filter == "" || filter == value }

// listInOrder answers one page of the parts of a resource, first one first.
func listInOrder[T resource](c *call, p listParams, parts []T) (any, error) {
	reversed := newTable[T]("line item", "id")
	for _, part := range slices.Backward(parts) { // list answers the last one first
		reversed.add(part)
	}
	return list(c, &reversed, p, func(T) bool { return true })
}
