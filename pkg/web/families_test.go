package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// Every family tells the same errors in a form of its own.
func TestFamilies(t *testing.T) {
	t.Parallel()
	wrong := billing.InvalidFields(billing.FieldError{Loc: []any{"body", "amount_cents"}, Msg: "Input should be at least 500", Type: "value_error"})
	unknown := billing.NewError(billing.NotFound, "plan_not_found", "Plan not found")
	for name, c := range map[string]struct {
		answer func(*slog.Logger) *Errors
		err    error
		status int
		body   string
	}{
		"plans, invalid": {NewPlansErrors, wrong, 400, `{"statusCode": 400, "message": "invalid_input", "error": "invalid_input",
			"detail": "amount_cents: Input should be at least 500", "request_id": "",
			"invalid": [{"loc": ["body", "amount_cents"], "msg": "Input should be at least 500", "type": "value_error"}]}`},
		"plans, an input": {NewPlansErrors, billing.NewError(billing.Conflict, "price_taken", "Another plan has it").About("stripePriceMonthlyId"), 409,
			`{"statusCode": 409, "message": "price_taken", "error": "price_taken", "detail": "Another plan has it (stripePriceMonthlyId)", "request_id": "",
			"invalid": [{"loc": ["body", "stripePriceMonthlyId"], "msg": "Another plan has it", "type": "price_taken"}]}`},
		"plans, unknown": {NewPlansErrors, unknown, 404, `{"statusCode": 404, "message": "plan_not_found", "error": "plan_not_found", "detail": "Plan not found", "request_id": ""}`},
		"plans, a fault": {NewPlansErrors, errors.New("secret detail"), 500,
			`{"statusCode": 500, "message": "internal_error", "error": "internal_error", "detail": "Internal server error", "request_id": ""}`},
		"plans, Stripe's": {NewPlansErrors, billing.NewError(billing.Refused, "", "It cannot be changed."), 400,
			`{"statusCode": 400, "message": "stripe_refused", "error": "stripe_refused", "detail": "It cannot be changed.", "request_id": ""}`},
		"account, invalid": {NewAccountErrors, wrong, 400, `{"error": {"code": "invalid_input", "message": "amount_cents: Input should be at least 500"}, "request_id": ""}`},
		"account, unknown": {NewAccountErrors, unknown, 404, `{"error": {"code": "plan_not_found", "message": "Plan not found"}, "request_id": ""}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			c.answer(slog.New(slog.DiscardHandler)).Write(w, httptest.NewRequest(http.MethodGet, "/", nil), c.err)
			var got, want any
			if err := errors.Join(json.Unmarshal(w.Body.Bytes(), &got), json.Unmarshal([]byte(c.body), &want)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" || w.Code != c.status {
				t.Errorf("%d, want %d; (-want +got):\n%s", w.Code, c.status, diff)
			}
		})
	}
}
