package form_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/infra/local/stripebox/form"
)

type paging struct {
	Limit *int64 `form:"limit"`
}

type item struct {
	Price    string `form:"price"`
	Quantity *int64 `form:"quantity"`
}

type request struct {
	paging
	Customer string   `form:"customer,required"`
	Mode     string   `form:"mode" enum:"payment subscription"`
	Items    []item   `form:"items"`
	Events   []string `form:"events"`
	Trial    *struct {
		Days int64 `form:"days"`
	} `form:"trial"`
	Active *bool   `form:"active"`
	Share  float64 `form:"share"`
	Reason *string `form:"reason" enum:"moved other"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	type want struct {
		request request
		err     *form.Error
	}
	tests := map[string]struct {
		query string
		want  want
	}{
		"indexed lists": {
			"customer=c&items[0][price]=a&items[0][quantity]=2&items[1][price]=b",
			want{request: request{Customer: "c", Items: []item{{Price: "a", Quantity: new(int64(2))}, {Price: "b"}}}},
		},
		"ten and more list elements keep their order": {
			"customer=c&events[10]=k&events[2]=b&events[1]=a",
			want{request: request{Customer: "c", Events: []string{"a", "b", "k"}}},
		},
		"lists without indexes": {
			"customer=c&events[]=a&events[]=b",
			want{request: request{Customer: "c", Events: []string{"a", "b"}}},
		},
		"hashes in lists without indexes": {
			"customer=c&items[][price]=a&items[][quantity]=1&items[][price]=b&items[][quantity]=2",
			want{request: request{Customer: "c", Items: []item{{"a", new(int64(1))}, {"b", new(int64(2))}}}},
		},
		"an empty text unsets a list": {
			"customer=c&events=",
			want{request: request{Customer: "c", Events: []string{}}},
		},
		"embedded and nested": {
			"customer=c&limit=3&trial[days]=14&active=false",
			want{request: request{
				paging: paging{Limit: new(int64(3))}, Customer: "c", Active: new(false),
				Trial: &struct {
					Days int64 `form:"days"`
				}{14},
			}},
		},
		"missing": {"", want{err: &form.Error{Code: form.CodeMissing, Param: "customer", Message: "Missing required param: customer."}}},
		"unknown": {"customer=c&foo=1", want{
			request: request{Customer: "c"},
			err:     &form.Error{Code: form.CodeUnknown, Param: "foo", Message: "Received unknown parameter: foo"},
		}},
		"unknown below": {"customer=c&trial[foo]=1", want{
			err: &form.Error{Code: form.CodeUnknown, Param: "trial[foo]", Message: "Received unknown parameter: trial[foo]"},
		}},
		"not an integer": {"customer=c&items[0][quantity]=x", want{
			err: &form.Error{Code: form.CodeInvalidInteger, Param: "items[0][quantity]", Message: "Invalid integer: x"},
		}},
		"a decimal":              {"customer=c&share=12.5", want{request: request{Customer: "c", Share: 12.5}}},
		"not a decimal":          {"customer=c&share=half", want{err: &form.Error{Param: "share", Message: "Invalid decimal: half"}}},
		"not a boolean":          {"customer=c&active=perhaps", want{err: &form.Error{Param: "active", Message: "Invalid boolean: perhaps"}}},
		"not in enum":            {"customer=c&mode=x", want{err: &form.Error{Param: "mode", Message: "Invalid mode: must be one of payment, subscription"}}},
		"not in a nullable enum": {"customer=c&reason=x", want{err: &form.Error{Param: "reason", Message: "Invalid reason: must be one of moved, other"}}},
		"enum unset":             {"customer=c&reason=", want{request: request{Customer: "c", Reason: new("")}}},
		"text for array":         {"customer=c&items=x", want{err: &form.Error{Param: "items", Message: "Invalid array"}}},
		"text for hash":          {"customer=c&trial=x", want{err: &form.Error{Param: "trial", Message: "Invalid object"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got want
			err := parse(t, test.query).Decode(&got.request)
			if err != nil && !errors.As(err, &got.err) {
				t.Fatalf("Decode: %v, want a *form.Error", err)
			}
			if test.want.err != nil {
				got.request, test.want.request = request{}, request{}
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(want{}, request{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMetadataApply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query string
		want  map[string]string
	}{
		"merge":      {"m[b]=2", map[string]string{"a": "1", "b": "2"}},
		"remove key": {"m[a]=", map[string]string{}},
		"clear":      {"m=", map[string]string{}},
		"absent":     {"", map[string]string{"a": "1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var params struct {
				Metadata form.Metadata `form:"m"`
			}
			if err := parse(t, test.query).Decode(&params); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, params.Metadata.Apply(map[string]string{"a": "1"})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	var params struct {
		Created form.Range `form:"created"`
	}
	if err := parse(t, "created[gte]=10&created[lt]=20").Decode(&params); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[int64]bool{9: false, 10: true, 19: true, 20: false} {
		if got := params.Created.Contains(value); got != want {
			t.Errorf("Contains(%d) = %v, want %v", value, got, want)
		}
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	values := parse(t, "expand[0]=a&expand[1]=b&limit=1")
	if diff := cmp.Diff([]string{"a", "b"}, values.Take("expand")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var rest paging
	if err := values.Decode(&rest); err != nil {
		t.Errorf("Decode after Take: %v", err)
	}
}

// Any list of texts survives being sent with indexes or without.
func TestListsSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringN(1, 8, -1), 1, 15).Draw(t, "texts")
		indexed := rapid.Bool().Draw(t, "indexed")
		var encoded []string
		for i, text := range texts {
			name := "events[]"
			if indexed {
				name = fmt.Sprintf("events[%d]", i)
			}
			encoded = append(encoded, url.QueryEscape(name)+"="+url.QueryEscape(text))
		}
		values, err := form.Parse(strings.Join(encoded, "&"))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Events []string `form:"events"`
		}
		if err := values.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(texts, got.Events); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func parse(t *testing.T, encoded string) form.Values {
	t.Helper()
	values, err := form.Parse(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestParseRefusesBadEscapes(t *testing.T) {
	t.Parallel()
	for _, encoded := range []string{"a=%zz", "%zz=a"} {
		if _, err := form.Parse(encoded); err == nil {
			t.Errorf("Parse(%q) gave no error", encoded)
		}
	}
}
