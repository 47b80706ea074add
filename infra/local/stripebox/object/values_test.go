package object_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/stripebox/object"
)

type sample struct {
	Null     object.Null      `json:"null"`
	List     object.EmptyList `json:"list"`
	Hash     object.EmptyHash `json:"hash"`
	Text     object.Text      `json:"text"`
	Time     object.Unix      `json:"time"`
	Metadata object.Metadata  `json:"metadata"`
	Strings  object.Strings   `json:"strings"`
	Ref      object.Ref       `json:"ref"`
}

func TestValues(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value sample
		want  string
	}{
		"empty": {
			sample{}, `{"null":null,"list":[],"hash":{},"text":null,"time":null,"metadata":{},"strings":[],"ref":null}`,
		},
		"filled": {
			sample{Text: "a & b", Time: 7, Metadata: object.Metadata{"k": "<v>"}, Strings: object.Strings{"x"}, Ref: object.To("cus_1")},
			`{"null":null,"list":[],"hash":{},"text":"a & b","time":7,"metadata":{"k":"<v>"},"strings":["x"],"ref":"cus_1"}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := object.Encode(test.value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var read sample
			if err := json.Unmarshal(got, &read); err != nil {
				t.Fatal(err)
			}
			again, err := object.Encode(read)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(got), string(again)); diff != "" {
				t.Errorf("read back (-first +again)\n%s", diff)
			}
		})
	}
}

func TestExpandedRef(t *testing.T) {
	t.Parallel()
	ref := object.Ref{ID: "cus_1", Object: &object.Deleted{ID: "cus_1", Object: "customer", Deleted: true}}
	got, err := object.Encode(ref)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"id":"cus_1","object":"customer","deleted":true}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var read object.Ref
	if err := json.Unmarshal(got, &read); err == nil {
		t.Error("an expanded reference is read as an id")
	}
}

func TestPlanOfAPrice(t *testing.T) {
	t.Parallel()
	once := &object.Price{ID: "price_1", UnitAmount: 100}
	if once.Plan() != nil {
		t.Error("a one-time price has a plan")
	}
	monthly := &object.Price{ID: "price_2", UnitAmount: 100, Recurring: &object.Recurring{Interval: "month", IntervalCount: 1}}
	if plan := monthly.Plan(); plan.ID != "price_2" || plan.AmountDecimal != "100" || plan.Interval != "month" {
		t.Errorf("plan = %+v", plan)
	}
}
