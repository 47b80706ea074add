package form_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/stripebox/form"
)

func TestEither(t *testing.T) {
	t.Parallel()
	type bank struct {
		Number string `form:"number,required"`
	}
	type request struct {
		Account form.Either[bank] `form:"account"`
	}
	for name, test := range map[string]struct {
		query string
		want  form.Either[bank]
		param string // that is refused
	}{
		"absent":            {"", form.Either[bank]{}, ""},
		"a text":            {"account=btok_1", form.Either[bank]{Text: "btok_1"}, ""},
		"a hash":            {"account[number]=1", form.Either[bank]{Hash: &bank{"1"}}, ""},
		"missing in a hash": {"account[number]=", form.Either[bank]{Hash: &bank{}}, "account[number]"},
		"unknown in a hash": {"account[number]=1&account[color]=red", form.Either[bank]{Hash: &bank{"1"}}, "account[color]"},
		"a list is no hash": {"account[]=1", form.Either[bank]{Hash: &bank{}}, "account[number]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values, err := form.Parse(test.query)
			if err != nil {
				t.Fatal(err)
			}
			var got request
			err = values.Decode(&got)
			refused, _ := errors.AsType[*form.Error](err)
			if (refused == nil) != (test.param == "") || refused != nil && refused.Param != test.param {
				t.Errorf("error = %v, want one about %q", err, test.param)
			}
			if diff := cmp.Diff(test.want, got.Account); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
