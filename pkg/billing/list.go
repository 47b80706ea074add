package billing

// ListQuery asks for a part of the rows of scopes, newest first.
type ListQuery struct {
	Scopes []Scope
	Status string // empty: of any status
	After  string // the Next of the page before; empty: from the start
	Skip   int    // rows to pass over; the cost grows with it
	Limit  int
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
