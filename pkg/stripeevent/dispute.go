package stripeevent

import "billhook/pkg/billing"

type disputeJSON struct {
	ID      string `json:"id"`
	Charge  ref    `json:"charge"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Amount  *int64 `json:"amount"`
	Created int64  `json:"created"`
}

func dispute() kind {
	return of(func(d *disputeJSON, told telling) (billing.Fact, error) {
		switch {
		case d.ID == "" || d.Charge == "" || d.Created <= 0:
			return nil, missing("id, charge or created")
		case d.Status == "" || d.Reason == "" || d.Amount == nil:
			return nil, missing("status, reason or amount")
		}
		return billing.ChargeFact{
			Charge: string(d.Charge),
			Dispute: &billing.Dispute{
				ID:        d.ID,
				Status:    billing.DisputeStatus(d.Status),
				Reason:    d.Reason,
				Amount:    *d.Amount,
				CreatedAt: billing.At(d.Created),
				AsOf:      told.asOf,
			},
		}, nil
	})
}

func (d *disputeJSON) id() string { return d.ID }

type refundJSON struct {
	ID     string  `json:"id"`
	Charge ref     `json:"charge"`
	Status *string `json:"status"`
}

// refund tells of a refund that came to nothing, as the event's type says or
// the refund's status does; charge.refunded tells of the others. How much is
// refunded now, only the charge says.
func refund(failed bool) kind {
	return of(func(r *refundJSON, _ telling) (billing.Fact, error) {
		if r.ID == "" {
			return nil, missing("id")
		}
		status := text(r.Status)
		if r.Charge == "" || !failed && status != "failed" && status != "canceled" {
			return nil, nil
		}
		return billing.ChargeFact{Charge: string(r.Charge)}, nil
	})
}

func (r *refundJSON) id() string { return r.ID }
