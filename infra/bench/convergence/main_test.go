package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"random histories":     {[]string{"-scenario", "random", "-runs", "2", "-seed", "4711"}, 0, []string{"scenario", "divergences", "random     2 ", "4711"}},
		"a lifecycle":          {[]string{"-scenario", "subscribe"}, 0, []string{"subscribe   720", "all orders"}},
		"no such scenario":     {[]string{"-scenario", "nonsense"}, 2, []string{`no scenario is named "nonsense"`}},
		"no such flag":         {[]string{"-nonsense"}, 2, []string{"flag provided but not defined"}},
		"a number that is not": {[]string{"-runs", "many"}, 2, []string{"invalid value"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			if code := run(t.Context(), c.args, &out, &out); code != c.code {
				t.Errorf("code %d, want %d", code, c.code)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, out.String())
				}
			}
		})
	}
}
