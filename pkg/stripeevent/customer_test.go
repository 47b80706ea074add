package stripeevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func customerObject() object {
	return object{
		"id": "cus_1", "object": "customer", "created": start, "email": "nora@example.com", "metadata": object{"user_id": "user-1", "project_id": "project-1"},
	}
}

func TestDecodeCustomer(t *testing.T) {
	t.Parallel()
	whole := billing.CustomerFact{ID: "cus_1", User: "user-1", Project: "project-1", Email: "nora@example.com"}
	gone := whole
	gone.Deleted = true
	tests := map[string]struct {
		kind   string
		object object
		want   billing.CustomerFact
	}{
		"created":           {"customer.created", customerObject(), whole},
		"updated":           {"customer.updated", customerObject(), whole},
		"no address":        {"customer.updated", withNull(customerObject(), "email"), billing.CustomerFact{ID: "cus_1", User: "user-1", Project: "project-1"}},
		"nobody's":          {"customer.created", with(customerObject(), object{"metadata": object{}}), billing.CustomerFact{ID: "cus_1", Email: "nora@example.com"}},
		"deleted":           {"customer.deleted", customerObject(), gone},
		"deleted, bare":     {"customer.deleted", object{"id": "cus_1", "object": "customer", "deleted": true}, billing.CustomerFact{ID: "cus_1", Deleted: true}},
		"updated, but gone": {"customer.updated", object{"id": "cus_1", "object": "customer", "deleted": true}, billing.CustomerFact{ID: "cus_1", Deleted: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decodeAs[billing.CustomerFact](t, test.kind, test.object)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fact (-want +got):\n%s", diff)
			}
		})
	}
}
