package projector

import (
	"reflect"
	"testing"
	"time"

	"billhook/pkg/billing"
)

// The second of the rows in these tests, and those beside it.
const (
	earlier = int64(9)
	second  = int64(10)
	later   = int64(11)
)

// rowAt is a row whose state comes from an event of the given second; before
// is what that event found, nil where that is unknown.
func rowAt(asOf int64, state billing.SubscriptionState) *billing.Subscription {
	row := &billing.Subscription{ID: "sub_1", Customer: "cus_1", SubscriptionState: state, AsOf: billing.At(asOf)}
	row.Overdue(row.AsOf)
	return row
}

// asCreated makes a row one that is as it was created.
func asCreated(row *billing.Subscription) *billing.Subscription {
	row.AsCreated = true
	return row
}

func TestMerge(t *testing.T) {
	t.Parallel()
	a, b, c := sub(quantity(1)), sub(quantity(2)), sub(quantity(3))
	incomplete, canceled, expired := sub(status(billing.StatusIncomplete)), sub(status(billing.StatusCanceled)), sub(status(billing.StatusIncompleteExpired))
	update := func(before, after billing.SubscriptionState) billing.SubscriptionFact {
		return snapshot(billing.Updated, before, after)
	}
	created, deleted := snapshot(billing.Created, a, a), snapshot(billing.Deleted, canceled, canceled)
	tests := map[string]struct {
		row  *billing.Subscription
		fact billing.SubscriptionFact
		at   int64
		want verdict
	}{
		"no row, created":                         {nil, created, second, apply},
		"no row, updated":                         {nil, update(a, b), second, apply},
		"no row, deleted":                         {nil, deleted, second, apply},
		"deleted":                                 {rowAt(second, b), deleted, later, apply},
		"deleted, same second":                    {rowAt(second, b), deleted, second, apply},
		"deleted, whatever its time":              {rowAt(second, b), deleted, earlier, apply},
		"deleted, before not known":               {rowAt(second, b), deleted, second, apply},
		"deleted again, told differently":         {rowAt(second, sub(status(billing.StatusCanceled), quantity(2))), deleted, second, apply},
		"deleted again":                           {rowAt(second, canceled), deleted, later, stale},
		"expired":                                 {rowAt(second, incomplete), update(incomplete, expired), later, apply},
		"expired, whatever its time":              {rowAt(second, incomplete), update(incomplete, expired), earlier, apply},
		"a canceled row is final":                 {rowAt(second, canceled), update(a, b), later, stale},
		"an expired row is final":                 {rowAt(second, expired), update(a, b), later, stale},
		"nothing is created after its end":        {rowAt(second, canceled), created, later, stale},
		"created after an update":                 {rowAt(second, b), created, second, stale},
		"created later than the row, by its time": {rowAt(second, b), created, later, stale},
		"later":                                        {rowAt(second, b), update(b, c), later, apply},
		"later, whatever it found":                     {rowAt(second, b), update(c, a), later, apply},
		"later, before not known":                      {rowAt(second, b), update(c, a), later, apply},
		"earlier":                                      {rowAt(second, b), update(b, c), earlier, stale},
		"same second: after the creation":              {asCreated(rowAt(second, a)), update(a, b), second, apply},
		"same second: long after the creation":         {asCreated(rowAt(second, a)), update(b, c), second, apply},
		"same second: it found the row":                {rowAt(second, b), update(b, c), second, refetch},
		"same second: it left what the row found":      {rowAt(second, c), update(a, b), second, refetch},
		"same second: neither":                         {rowAt(second, b), update(c, sub(quantity(4))), second, refetch},
		"same second: both, one takes the other back":  {rowAt(second, b), update(b, a), second, refetch},
		"same second: before not known":                {rowAt(second, b), update(b, c), second, refetch},
		"same second: it changed nothing, elsewhere":   {rowAt(second, b), update(c, c), second, refetch},
		"same second: it changed nothing, just before": {rowAt(second, b), update(a, a), second, refetch},
		"same state: the same step":                    {rowAt(second, b), update(a, b), second, stale},
		"same state: it changed nothing":               {rowAt(second, b), update(b, b), second, stale},
		"same state: before not known":                 {rowAt(second, b), update(a, b), second, stale},
		"same state: changed back to the creation's":   {asCreated(rowAt(second, a)), update(b, a), second, apply},
		"same state: the row's event changed nothing":  {rowAt(second, b), update(a, b), second, stale},
		"same state: reached in two ways":              {rowAt(second, b), update(a, b), second, stale},
		// What the update changed was changed back meanwhile, and more changed:
		// the row is as the update found it only in part.
		"same second: equal only in what it changed": {
			rowAt(second, sub(plan("Gold"), price("price_2"))),
			update(sub(quantity(1)), sub(quantity(2))), second, refetch,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := merge(test.row, test.fact, billing.At(test.at)); got != test.want {
				t.Errorf("merge = %d, want %d", got, test.want)
			}
		})
	}
}

// A field that states gain must take part in ordering events.
func TestMergeSeesEveryFieldOfAState(t *testing.T) {
	t.Parallel()
	state := reflect.TypeFor[billing.SubscriptionState]()
	for i := range state.NumField() {
		t.Run(state.Field(i).Name, func(t *testing.T) {
			t.Parallel()
			found, left := sub(), sub()
			change(t, reflect.ValueOf(&left).Elem().Field(i))
			update := snapshot(billing.Updated, found, left)
			if got := merge(rowAt(second, found), update, billing.At(second)); got != refetch {
				t.Errorf("an update of the row's second: merge = %d, want refetch", got)
			}
			if got := merge(rowAt(second, left), update, billing.At(second)); got != stale {
				t.Errorf("an update to the row's state: merge = %d, want stale", got)
			}
		})
	}
}

// change gives a field another value.
func change(t *testing.T, field reflect.Value) {
	t.Helper()
	switch v := field.Addr().Interface().(type) {
	case *billing.SubscriptionStatus:
		*v = billing.StatusPastDue
	case *billing.Interval:
		*v = billing.Year
	case *string:
		*v += " changed"
	case *int64:
		*v++
	case *time.Time:
		*v = billing.At(12345)
	default:
		t.Fatalf("a field of type %s: teach this test to change it", field.Type())
	}
}
