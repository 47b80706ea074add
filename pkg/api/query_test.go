package api_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func TestModeOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		testMode    *bool
		environment *billing.Mode
		want        billing.Mode
		mistakes    []string
	}{
		"nothing said":           {nil, nil, billing.Test, nil},
		"test_mode":              {new(true), nil, billing.Test, nil},
		"test_mode off":          {new(false), nil, billing.Live, nil},
		"environment test":       {nil, new(billing.Test), billing.Test, nil},
		"environment live":       {nil, new(billing.Live), billing.Live, nil},
		"both test":              {new(true), new(billing.Test), billing.Test, nil},
		"both live":              {new(false), new(billing.Live), billing.Live, nil},
		"contradiction":          {new(true), new(billing.Live), "", []string{"query.environment: value_error"}},
		"the other one":          {new(false), new(billing.Test), "", []string{"query.environment: value_error"}},
		"unknown":                {nil, new(billing.Mode("sandbox")), "", []string{"query.environment: enum"}},
		"unknown with test_mode": {new(true), new(billing.Mode("")), "", []string{"query.environment: enum"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := api.ModeOf(test.testMode, test.environment)
			if got != test.want {
				t.Errorf("ModeOf = %q, want %q", got, test.want)
			}
			compare(t, test.mistakes, mistakes(t, err))
		})
	}
}

func TestPageOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		page, size     *int
		number, length int
		mistakes       []string
	}{
		"defaults":       {nil, nil, 1, 50, nil},
		"given":          {new(3), new(20), 3, 20, nil},
		"the bounds":     {new(1), new(1), 1, 1, nil},
		"the upper":      {new(math.MaxInt), new(100), math.MaxInt, 100, nil},
		"page 0":         {new(0), nil, 0, 50, []string{"query.page: greater_than_equal"}},
		"size 0":         {nil, new(0), 1, 0, []string{"query.page_size: greater_than_equal"}},
		"size 101":       {nil, new(101), 1, 101, []string{"query.page_size: less_than_equal"}},
		"both, negative": {new(-1), new(-1), -1, -1, []string{"query.page: greater_than_equal", "query.page_size: greater_than_equal"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			number, length, err := api.PageOf(test.page, test.size)
			if number != test.number || length != test.length {
				t.Errorf("PageOf = %d, %d, want %d, %d", number, length, test.number, test.length)
			}
			compare(t, test.mistakes, mistakes(t, err))
		})
	}
}

func TestSlice(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		list           []int
		number, length int
		want           []int
	}{
		"an empty list":          {nil, 1, 50, []int{}},
		"all on a page":          {[]int{1, 2, 3}, 1, 3, []int{1, 2, 3}},
		"the first page":         {[]int{1, 2, 3}, 1, 2, []int{1, 2}},
		"the last page":          {[]int{1, 2, 3}, 2, 2, []int{3}},
		"after the last":         {[]int{1, 2, 3}, 3, 2, []int{}},
		"after a full last page": {[]int{1, 2, 3, 4}, 3, 2, []int{}},
		"far after":              {[]int{1, 2, 3}, math.MaxInt, 2, []int{}},
		"far after, long pages":  {[]int{1, 2, 3}, math.MaxInt, 100, []int{}},
		"where products wrap":    {[]int{1, 2, 3}, math.MaxInt/100 + 2, 100, []int{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := api.Slice(test.list, test.number, test.length)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Slice (-want +got):\n%s", diff)
			}
		})
	}
}

// All pages together are the list.
func TestSlicesMakeUpTheList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int(), 0, 300).Draw(t, "list")
		length := rapid.IntRange(1, 100).Draw(t, "length")
		var all []int
		for number := 1; ; number++ {
			page := api.Slice(list, number, length)
			if len(page) > length {
				t.Fatalf("page %d has %d members, want %d at most", number, len(page), length)
			}
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
		}
		if diff := cmp.Diff(list, all, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the pages (-list +pages):\n%s", diff)
		}
	})
}

func TestNullableAnswers(t *testing.T) {
	t.Parallel()
	if got := api.Text(""); got != nil {
		t.Errorf("an empty text is %q, want null", *got)
	}
	if got := api.Text("a"); got == nil || *got != "a" {
		t.Error("a text is lost")
	}
	if got := api.Time(time.Time{}); got != nil {
		t.Errorf("no time is %s, want null", got)
	}
	now := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	if got := api.Time(now); got == nil || !got.Equal(now) {
		t.Error("a time is lost")
	}
}
