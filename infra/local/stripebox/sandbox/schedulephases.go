package sandbox

import (
	"cmp"
	"fmt"
	"strconv"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type phaseParams struct {
	Currency             string            `form:"currency"`
	DefaultPaymentMethod string            `form:"default_payment_method"`
	Description          string            `form:"description"`
	EndDate              string            `form:"end_date"`
	Items                []phaseItemParams `form:"items,required"`
	Iterations           *int64            `form:"iterations"`
	Metadata             form.Metadata     `form:"metadata"`
	ProrationBehavior    string            `form:"proration_behavior" enum:"always_invoice create_prorations none"`
	StartDate            string            `form:"start_date"`
	Trial                bool              `form:"trial"`
	TrialEnd             string            `form:"trial_end"`
}

type phaseItemParams struct {
	Metadata  form.Metadata `form:"metadata"`
	Plan      string        `form:"plan"` // the price's older name
	Price     string        `form:"price"`
	PriceData *priceParams  `form:"price_data"`
	Quantity  *int64        `form:"quantity"`
}

// buildPhases are the phases that the parameters describe. Each begins where
// the one before ends, the first at the given time if it does not say otherwise.
func (a *account) buildPhases(params []phaseParams, start int64) ([]*object.SchedulePhase, error) {
	if len(params) == 0 {
		return nil, missingParam("phases")
	}
	var phases []*object.SchedulePhase
	for i, p := range params {
		path := fmt.Sprintf("phases[%d]", i)
		begins, err := a.phaseTime(p.StartDate, under(path, "start_date"), start)
		if err != nil {
			return nil, err
		}
		if i > 0 && begins != start {
			return nil, invalid(under(path, "start_date"), "", "The start_date of a phase must be the end_date of the one before it.")
		}
		phase, err := p.build(a, path, begins, i == len(params)-1)
		if err != nil {
			return nil, err
		}
		if len(phases) > 0 && phase.Currency != phases[0].Currency {
			return nil, invalid(under(path, "currency"), "", "All phases of a schedule must have the same currency.")
		}
		phases, start = append(phases, phase), phase.EndDate
	}
	return phases, nil
}

// phaseTime reads a time in seconds since the epoch, or now.
func (a *account) phaseTime(text, param string, otherwise int64) (int64, error) {
	switch text {
	case "":
		return otherwise, nil
	case "now":
		return a.now, nil
	}
	at, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, invalid(param, codeInvalidInteger, "Invalid timestamp: must be an integer Unix timestamp or `now`")
	}
	return at, nil
}

func newPhase(start int64, currency string) *object.SchedulePhase {
	return &object.SchedulePhase{Currency: currency, ProrationBehavior: "create_prorations", StartDate: start}
}

func phaseItem(price *object.Price, quantity int64, metadata map[string]string) *object.SchedulePhaseItem {
	return &object.SchedulePhaseItem{Metadata: metadata, Plan: object.To(price.ID), Price: object.To(price.ID), Quantity: quantity}
}

func (p *phaseParams) build(a *account, path string, start int64, last bool) (*object.SchedulePhase, error) {
	var specs []itemSpec
	for i, params := range p.Items {
		item := itemParams{Metadata: params.Metadata, Plan: params.Plan, Price: params.Price, PriceData: params.PriceData, Quantity: params.Quantity}
		built, err := item.build(a, fmt.Sprintf("%s[items][%d]", path, i))
		if err != nil {
			return nil, err
		}
		specs = append(specs, built)
	}
	if err := sameCycle(specs); err != nil {
		return nil, err
	}
	phase := newPhase(start, specs[0].price.Currency)
	for _, spec := range specs {
		phase.Items = append(phase.Items, phaseItem(spec.price, spec.quantity, spec.metadata))
	}
	if p.DefaultPaymentMethod != "" {
		if _, err := a.PaymentMethods.ref(p.DefaultPaymentMethod, under(path, "default_payment_method")); err != nil {
			return nil, err
		}
	}
	phase.DefaultPaymentMethod, phase.Description = object.To(p.DefaultPaymentMethod), object.Text(p.Description)
	phase.Metadata = p.Metadata.Apply(nil)
	phase.ProrationBehavior = cmp.Or(p.ProrationBehavior, phase.ProrationBehavior)
	end, err := p.end(a, path, phase, specs[0].price.Recurring, last)
	if err != nil {
		return nil, err
	}
	phase.EndDate = end
	return phase, p.trial(a, path, phase)
}

// end is when a phase ends: at a given time or after a number of billing
// intervals, which is one for the last phase that does not say.
func (p *phaseParams) end(a *account, path string, phase *object.SchedulePhase, r *object.Recurring, last bool) (int64, error) {
	switch {
	case p.EndDate != "" && p.Iterations != nil:
		return 0, invalid(under(path, "end_date"), "", "You may only specify one of these parameters: end_date, iterations.")
	case p.EndDate != "":
		end, err := a.phaseTime(p.EndDate, under(path, "end_date"), 0)
		if err == nil && end <= phase.StartDate {
			err = invalid(under(path, "end_date"), "", "The end_date of a phase must be after its start_date.")
		}
		return end, err
	case p.Iterations == nil && !last:
		return 0, invalid(under(path, "end_date"), "", "You must specify `end_date` or `iterations` for every phase but the last.")
	}
	iterations := int64(1)
	if p.Iterations != nil {
		iterations = *p.Iterations
	}
	if iterations < 1 {
		return 0, invalid(under(path, "iterations"), codeInvalidInteger, "This value must be greater than or equal to 1.")
	}
	return addIntervals(utc(phase.StartDate), r.Interval, iterations*r.IntervalCount).Unix(), nil
}

// trial makes the whole phase a trial, or its beginning.
func (p *phaseParams) trial(a *account, path string, phase *object.SchedulePhase) error {
	if p.Trial {
		phase.TrialEnd = object.Unix(phase.EndDate)
		return nil
	}
	if p.TrialEnd == "" || p.TrialEnd == "now" {
		return nil
	}
	end, err := a.phaseTime(p.TrialEnd, under(path, "trial_end"), 0)
	if err != nil {
		return err
	}
	if end < phase.StartDate || end > phase.EndDate {
		return invalid(under(path, "trial_end"), "", "The trial_end of a phase must be within the phase.")
	}
	phase.TrialEnd = object.Unix(end)
	return nil
}
