package api

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"billhook/pkg/billing"
)

var (
	planKeys    = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)
	featureKeys = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)
)

// The limits of plans. The longest trial is Stripe's.
const (
	mostTrialDays = 730
	mostFeatures  = 100
	mostSortOrder = 1_000_000
	mostSeats     = 999_999
)

// UnmarshalJSON reads and validates the request.
func (r *CreatePlanRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Key = required[string](f, "key")
	if !f.refused("key") && !planKeys.MatchString(r.Key) {
		f.refuse("key", "string_pattern_mismatch", "String should match pattern '"+planKeys.String()+"'")
	}
	r.Name = required[string](f, "name")
	f.length("name", &r.Name, 1, 255)
	var rest UpdatePlanRequest
	f.plan(&rest)
	r.Description, r.Currency = rest.Description, rest.Currency
	r.PriceMonthlyCents, r.PriceYearlyCents = rest.PriceMonthlyCents, rest.PriceYearlyCents
	r.StripePriceMonthlyID, r.StripePriceYearlyID = rest.StripePriceMonthlyID, rest.StripePriceYearlyID
	r.TrialDays, r.IsDefault, r.SortOrder = rest.TrialDays, rest.IsDefault, rest.SortOrder
	r.Visible, r.Features = orDefault(rest.Visible, true), rest.Features
	return f.err()
}

// UnmarshalJSON reads and validates the request. Missing values leave what is
// stored unchanged, as do nulls, except that of the description: it clears it,
// and reads as an empty text.
func (r *UpdatePlanRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Name = optional[string](f, "name")
	f.length("name", r.Name, 1, 255)
	f.plan(r)
	if _, sent := f.members["description"]; sent {
		r.Description = orDefault(r.Description, "")
	}
	r.Archived = optional[bool](f, "archived")
	return f.err()
}

// plan reads what new and changed plans have in common.
func (f *fields) plan(r *UpdatePlanRequest) {
	r.Description = optional[string](f, "description")
	f.length("description", r.Description, 0, 1000)
	r.Currency = f.currency("currency")
	r.PriceMonthlyCents, r.StripePriceMonthlyID = f.price("priceMonthlyCents", "stripePriceMonthlyId")
	r.PriceYearlyCents, r.StripePriceYearlyID = f.price("priceYearlyCents", "stripePriceYearlyId")
	r.TrialDays = f.between("trialDays", 0, mostTrialDays)
	r.IsDefault = optional[bool](f, "isDefault")
	r.SortOrder = f.between("sortOrder", -mostSortOrder, mostSortOrder)
	r.Visible = optional[bool](f, "visible")
	r.Features = f.features("features")
}

func (f *fields) currency(name string) *string {
	s := optional[string](f, name)
	if s == nil {
		return nil
	}
	lower := strings.ToLower(*s)
	if _, charged := billing.AmountLimitOf(lower); !charged {
		f.refuse(name, "enum", "Input "+noCurrency)
	}
	return &lower
}

// largestAmount is the limit of the currency that takes the largest amounts.
const largestAmount = 999_999_999_999

// price reads an amount, or the id of a price in its place. The currency, which
// may be the plan's from before, has closer limits.
func (f *fields) price(amount, id string) (*int64, *string) {
	cents, price := f.between(amount, 0, largestAmount), optional[string](f, id)
	f.length(id, price, 1, 255)
	if cents != nil && price != nil && !f.refused(id) {
		f.refuse(id, "value_error", "Input should be either this or "+amount)
	}
	return cents, price
}

// between reads a number within bounds, if it is there.
func (f *fields) between(name string, least, most int64) *int64 {
	n := optional[int64](f, name)
	if n != nil && (*n < least || *n > most) {
		f.refuse(name, "value_error", fmt.Sprintf("Input should be between %d and %d", least, most))
	}
	return n
}

// featureRefused refuses an item of a list of features for its key, which the
// items before have not, or its limit.
func (f *fields) featureRefused(list string, i int, key string, limit *int64, seen map[string]bool) bool {
	wrong := ""
	switch {
	case !featureKeys.MatchString(key):
		wrong = "key should match pattern '" + featureKeys.String() + "'"
	case seen[key]:
		wrong = "key should be another than those before"
	case limit != nil && *limit < 0:
		wrong = "limit should be greater than or equal to 0"
	}
	seen[key] = true
	if wrong != "" {
		f.refuseItem(list, i, "value_error", wrong)
	}
	return wrong != ""
}

// features reads a list of features, each key once.
func (f *fields) features(name string) *[]NewPlanFeature {
	sent := optional[[]NewPlanFeature](f, name)
	if sent == nil {
		return nil
	}
	if len(*sent) > mostFeatures {
		f.refuse(name, "too_long", fmt.Sprintf("List should have at most %d items", mostFeatures))
	}
	seen := map[string]bool{}
	for i, feature := range *sent {
		switch {
		case f.featureRefused(name, i, feature.Key, feature.Limit, seen):
		case feature.Name == "" || utf8.RuneCountInString(feature.Name) > 255:
			f.refuseItem(name, i, "value_error", "name should have 1 to 255 characters")
		case feature.Description != nil && utf8.RuneCountInString(*feature.Description) > 1000:
			f.refuseItem(name, i, "value_error", "description should have at most 1000 characters")
		}
	}
	return sent
}

// UnmarshalJSON reads and validates the request.
func (r *PlanFeatureRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Name = required[string](f, "name")
	f.length("name", &r.Name, 1, 255)
	r.Description = optional[string](f, "description")
	f.length("description", r.Description, 0, 1000)
	r.Limit = optional[int64](f, "limit")
	if r.Limit != nil && *r.Limit < 0 {
		f.refuse("limit", "greater_than_equal", "Input should be greater than or equal to 0")
	}
	return f.err()
}

// NamedFeature is the key of a feature in the path.
func NamedFeature(s string) (string, error) {
	if !featureKeys.MatchString(s) {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"path", "key"}, Msg: "String should match pattern '" + featureKeys.String() + "'", Type: "string_pattern_mismatch",
		})
	}
	return s, nil
}

// UnmarshalJSON reads and validates the request; the quantity is filled in.
func (r *PlanCheckoutRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.PlanKey, r.PlanID = f.planName()
	if f.members != nil && r.PlanKey == nil && r.PlanID == nil && !f.refused("planKey") && !f.refused("planId") {
		f.refuse("planKey", "missing", "Field required, or planId")
	}
	r.Interval = f.interval("interval")
	r.Quantity = orDefault(f.between("quantity", 1, mostSeats), 1)
	r.SuccessURL = f.redirect("successUrl")
	r.CancelURL = f.redirect("cancelUrl")
	return f.err()
}

// UnmarshalJSON reads and validates the request.
func (r *PlanChangeRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.PlanKey, r.PlanID = f.planName()
	r.Interval = f.interval("interval")
	r.Quantity = f.between("quantity", 1, mostSeats)
	if when := optional[string](f, "when"); when != nil {
		w := billing.When(*when)
		if r.When = &w; w != billing.Now && w != billing.PeriodEnd {
			f.refuse("when", "enum", "Input should be 'now' or 'period_end'")
		}
	}
	if len(f.wrong) == 0 && r.PlanKey == nil && r.PlanID == nil && r.Interval == nil && r.Quantity == nil {
		f.refuse("planKey", "missing", "Field required, or planId, interval or quantity")
	}
	return f.err()
}

// planName reads what names a plan, one of the two at most.
func (f *fields) planName() (key, id *string) {
	key, id = optional[string](f, "planKey"), optional[string](f, "planId")
	f.length("planKey", key, 1, 64)
	f.length("planId", id, 1, 64)
	if key != nil && id != nil && !f.refused("planId") {
		f.refuse("planId", "value_error", "Input should be either this or planKey")
	}
	return key, id
}

func (f *fields) interval(name string) *billing.Interval {
	s := optional[string](f, name)
	if s == nil {
		return nil
	}
	i := billing.Interval(*s)
	if !i.Valid() {
		f.refuse(name, "enum", "Input should be 'month' or 'year'")
	}
	return &i
}

// UnmarshalJSON reads and validates the request; the default is filled in.
func (r *PlanCancelRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Immediately = orDefault(optional[bool](f, "immediately"), false)
	return f.err()
}
