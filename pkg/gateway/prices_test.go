package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// A list of prices has those that the account's owner made and those of the
// project's plans, and none of another project's.
func TestPrices(t *testing.T) {
	t.Parallel()
	const other = "6f1d3b58-0a92-4e7c-b4d1-93c58e20a7f6"
	var data []string
	for id, project := range map[string]string{"price_1": "", "price_2": other, "price_3": scope.Project.String(), "price_4": other, "price_5": ""} {
		data = append(data, fmt.Sprintf(`{"id": %q, "object": "price", "metadata": {"project_id": %q}}`, id, project))
	}
	slices.Sort(data)
	for name, c := range map[string]struct {
		limit int
		want  []string
		next  string
	}{
		"all of them":          {10, []string{"price_1", "price_3", "price_5"}, ""},
		"as many as there are": {3, []string{"price_1", "price_3", "price_5"}, ""},
		"another's in between": {1, []string{"price_1"}, "price_1"},
		"another's behind":     {2, []string{"price_1", "price_3"}, "price_3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var queries []url.Values
			stripe := functiontest.NewStripe(t, queried(&queries, "none", `{"object": "list", "has_more": false, "data": [`+strings.Join(data, ",")+`]}`))
			page, err := account(t, stripe.URL).Prices(t.Context(), gateway.PriceQuery{Type: "recurring", After: "price_0", Limit: c.limit})
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, p := range page.Prices {
				ids = append(ids, p.ID)
			}
			if diff := cmp.Diff(c.want, ids); diff != "" || page.Next != c.next {
				t.Errorf("then %q, want %q (-want +got):\n%s", page.Next, c.next, diff)
			}
			asked := url.Values{"expand[0]": {"data.product"}, "limit": {"100"}, "starting_after": {"price_0"}, "type": {"recurring"}}
			if diff := cmp.Diff([]url.Values{asked}, queries); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusUnauthorized, `{"error": {"type": "invalid_request_error"}}`))
	if _, err := account(t, stripe.URL).Prices(t.Context(), gateway.PriceQuery{Limit: 1}); billing.KindOf(err) != billing.PermissionDenied {
		t.Errorf("with a rejected key: %v", err)
	}
}
