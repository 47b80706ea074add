package billing

import (
	"fmt"
	"time"
)

// ListQuery asks for a part of the rows of scopes, newest first.
type ListQuery struct {
	Scopes []Scope
	Status string // empty: of any status
	Period Period // of their creation
	After  string // the Next of the page before; empty: from the start
	Skip   int    // rows to pass over; the cost grows with it
	Limit  int
}

// Period is from one time until before another; a zero time is no bound.
type Period struct{ From, To time.Time }

// Contains reports whether a time is within the period.
func (p Period) Contains(at time.Time) bool {
	return !at.Before(p.From) && (p.To.IsZero() || at.Before(p.To))
}

// Listed is a row with the scope it is from.
type Listed[T any] struct {
	Scope Scope
	Row   T
}

// ListPage is a part of a list.
type ListPage[T any] struct {
	Rows []Listed[T]
	Next string // where the next page begins; empty on the last one
}

// ListOrder sorts rows by age, as text; it is what a page's Next is made of.
// Without an id it comes before all rows of its moment.
func ListOrder(created time.Time, id string) string {
	return fmt.Sprintf("%013d#%s", max(created.UnixMilli(), 0), id)
}
