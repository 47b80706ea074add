package api

import (
	"fmt"
	"slices"
	"strings"

	"billhook/pkg/billing"
)

// UnmarshalJSON reads and validates the request; quantities are filled in.
func (r *ServerSessionRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	modes := []string{"payment", "subscription", "setup"}
	r.Mode = required[string](f, "mode")
	if !f.refused("mode") && !slices.Contains(modes, r.Mode) {
		f.refuse("mode", "enum", "Input should be "+oneOf(modes))
	}
	r.SuccessURL = f.redirect("success_url")
	r.CancelURL = f.redirect("cancel_url")
	r.Customer = optional[string](f, "customer")
	f.length("customer", r.Customer, 1, 255)
	r.CustomerEmail = optional[string](f, "customer_email")
	f.email("customer_email", r.CustomerEmail)
	r.Metadata = f.metadataOf("metadata", serverMetadata)
	r.LineItems = optional[[]LineItem](f, "line_items")
	if !f.refused("line_items") && !f.refused("mode") {
		f.lines(r.Mode, r.LineItems)
	}
	return f.err()
}

// mostLines is Stripe's limit for subscriptions.
const mostLines = 20

func (f *fields) lines(mode string, lines *[]LineItem) {
	none := lines == nil || len(*lines) == 0
	switch {
	case mode == "setup" && !none:
		f.refuse("line_items", "value_error", "Nothing is sold in setup mode")
	case mode != "setup" && none:
		f.refuse("line_items", "missing", "Field required")
	case !none && len(*lines) > mostLines:
		f.refuse("line_items", "too_long", fmt.Sprintf("List should have at most %d items", mostLines))
	case !none:
		for i := range *lines {
			f.line(i, &(*lines)[i], mode == "subscription")
		}
		if len(f.wrong) == 0 {
			f.total(*lines)
		}
	}
}

// total refuses a sum that Stripe would not charge. It is known if all prices
// are in the request.
func (f *fields) total(lines []LineItem) {
	if slices.ContainsFunc(lines, func(l LineItem) bool { return l.PriceData == nil }) {
		return
	}
	currency := lines[0].PriceData.Currency
	limit, _ := billing.AmountLimitOf(currency)
	var sum int64
	for _, l := range lines {
		if l.PriceData.Currency != currency {
			f.refuse("line_items", "value_error", "Prices should have one currency")
			return
		}
		sum = min(sum+l.PriceData.UnitAmount**l.Quantity, limit.Most+1) // 20 lines could be more than an int64
	}
	if refusal := limit.Refusal(sum); refusal != "" {
		f.refuse("line_items", "value_error", "The sum "+refusal)
	}
}

func (f *fields) line(i int, l *LineItem, recurring bool) {
	l.Quantity = orDefault(l.Quantity, 1)
	if *l.Quantity < 1 || *l.Quantity > 999_999 {
		f.refuseItem("line_items", i, "value_error", "quantity should be between 1 and 999999")
	}
	switch {
	case (l.Price == nil) == (l.PriceData == nil) || l.Price != nil && *l.Price == "":
		f.refuseItem("line_items", i, "value_error", "Input should have either price or price_data")
	case l.PriceData != nil:
		l.PriceData.Currency = strings.ToLower(l.PriceData.Currency)
		if mistake := l.PriceData.mistake(recurring); mistake != "" {
			f.refuseItem("line_items", i, "value_error", mistake)
		}
	}
}

// mistake is what is wrong with a price; empty if nothing is.
func (d *PriceData) mistake(recurring bool) string {
	limit, known := billing.AmountLimitOf(d.Currency)
	limit.Least = 1 // what is least is asked of the sum
	switch {
	case !known:
		return "currency " + noCurrency
	case limit.Refusal(d.UnitAmount) != "":
		return "unit_amount " + limit.Refusal(d.UnitAmount)
	case (d.Product == nil) == (d.ProductData == nil) || d.ProductData != nil && d.ProductData.Name == "":
		return "price_data should have either product or product_data with a name"
	case d.Recurring != nil && !slices.Contains([]string{"day", "week", "month", "year"}, d.Recurring.Interval):
		return "interval should be day, week, month or year"
	case d.Recurring == nil && recurring:
		return "A subscription needs a recurring price"
	case d.Recurring != nil && !recurring:
		return "A payment needs a price that is paid once"
	default:
		return ""
	}
}
