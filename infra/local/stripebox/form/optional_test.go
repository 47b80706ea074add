package form_test

import (
	"errors"
	"testing"

	"billhook/infra/local/stripebox/form"
)

func TestOptional(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		encoded  string
		given    bool
		behavior string // empty: no value
		param    string // of the error; empty: none
	}{
		"absent":       {"", false, "", ""},
		"unset":        {"pause=", true, "", ""},
		"a hash":       {"pause[behavior]=void", true, "void", ""},
		"of another":   {"pause[behavior]=void&pause[color]=red", true, "", "pause[color]"},
		"not complete": {"pause[until]=5", true, "", "pause[behavior]"},
		"a text":       {"pause=void", true, "", "pause"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values, err := form.Parse(test.encoded)
			if err != nil {
				t.Fatal(err)
			}
			var params struct {
				Pause form.Optional[struct {
					Behavior string `form:"behavior,required"`
					Until    int64  `form:"until"`
				}] `form:"pause"`
			}
			err = values.Decode(&params)
			if test.param != "" {
				if refused, ok := errors.AsType[*form.Error](err); !ok || refused.Param != test.param {
					t.Errorf("error = %v, want one about %s", err, test.param)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			value := params.Pause.Value
			if params.Pause.Given != test.given || (value != nil) != (test.behavior != "") || value != nil && value.Behavior != test.behavior {
				t.Errorf("%+v, value %+v", params.Pause, value)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	values, err := form.Parse("customer=cus_1&items[0][price]=price_1")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"customer": "cus_1", "items": "", "invoice": ""} {
		if got := values.Text(name); got != want {
			t.Errorf("Text(%q) = %q, want %q", name, got, want)
		}
	}
}
