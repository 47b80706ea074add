package api_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// Who sends a list with a mistake in one of its items is told which member it
// is.
func TestMembersOfMembers(t *testing.T) {
	t.Parallel()
	const urls = `"mode": "payment", "success_url": "https://app.example.com/1", "cancel_url": "https://app.example.com/2"`
	for name, c := range map[string]struct{ lines, msg string }{
		"a text for a number":  {`[{"price": "price_1", "quantity": "2"}]`, "Input should be a valid list (quantity is of type string)"},
		"a number for a text":  {`[{"price": 7}]`, "Input should be a valid list (price is of type number)"},
		"an object for a list": {`{"price": "price_1"}`, "Input should be a valid list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r api.ServerSessionRequest
			err := json.Unmarshal([]byte(`{`+urls+`, "line_items": `+c.lines+`}`), &r)
			var known *billing.Error
			if !errors.As(err, &known) {
				t.Fatalf("error %v", err)
			}
			want := []billing.FieldError{{Loc: []any{"body", "line_items"}, Msg: c.msg, Type: "list_type"}}
			if diff := cmp.Diff(want, known.Fields); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
