package api

import "billhook/pkg/billing"

// UnmarshalJSON reads and validates the request.
func (r *ConnectPayoutsRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.ReturnURL = f.redirect("return_url")
	r.RefreshURL = f.redirect("refresh_url")
	return f.err()
}

// UnmarshalJSON reads and validates the request.
func (r *PayoutSettingsRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Frequency = billing.PayoutFrequency(required[string](f, "frequency"))
	switch r.Frequency {
	case billing.PayoutsManual, billing.PayoutsWeekly, billing.PayoutsMonthly:
	default:
		if !f.refused("frequency") {
			f.refuse("frequency", "enum", "Input should be 'manual', 'weekly' or 'monthly'")
		}
	}
	return f.err()
}

// UnmarshalJSON reads and validates the request. Whether an amount can be paid
// is for the answer to judge.
func (r *PayoutRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.AmountCents = optional[int64](f, "amount_cents")
	return f.err()
}
