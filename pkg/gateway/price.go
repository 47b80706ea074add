package gateway

import (
	"context"
	"errors"
	"strconv"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/price"

	"billhook/pkg/billing"
)

// Price is what buying at it means.
type Price struct {
	ID        string
	Plan      string // its name for people; empty: none
	TrialDays int64  // 0: none
	Amount    int64  // of one, in minor units; 0 where the buyer names it
}

// Price reads a price that something is to be bought at, as a subscription or
// once. One that does not exist or cannot be bought so is billing.Refused, with
// blame for the input param.
func (a *Account) Price(ctx context.Context, id string, recurring bool, param string) (Price, error) {
	p, err := a.readPrice(ctx, id, param)
	if err != nil {
		return Price{}, err
	}
	if refused := unfit(p, recurring); refused != nil {
		return Price{}, refused.About(param)
	}
	read := Price{ID: p.ID, Plan: planName(p), Amount: p.UnitAmount}
	if recurring {
		read.TrialDays = trialDays(p)
	}
	return read, nil
}

// readPrice reads a price with its product. One that does not exist, or that
// billhook made for another project, is billing.Refused, with blame for the
// input param.
func (a *Account) readPrice(ctx context.Context, id, param string) (*stripe.Price, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PriceParams{}
	params.Context = ctx
	params.AddExpand("product")
	p, err := price.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	if err != nil {
		err = stripeError("read price", err)
		if refused, known := errors.AsType[*billing.Error](err); known && refused.Kind == billing.Refused {
			return nil, refused.About(param)
		}
		return nil, err
	}
	if refused := a.foreign(p); refused != nil {
		return nil, refused.About(param)
	}
	return p, nil
}

// foreign refuses a price that billhook made for another project, which shares
// the account, as if it were not there.
func (a *Account) foreign(p *stripe.Price) *billing.Error {
	if project := p.Metadata[metadataProject]; project == "" || project == a.scope.Project.String() {
		return nil
	}
	return billing.NewError(billing.Refused, string(stripe.ErrorCodeResourceMissing), "No such price: '"+p.ID+"'")
}

// unfit is why nothing can be bought at a price so; nil if it can.
func unfit(p *stripe.Price, recurring bool) *billing.Error {
	switch {
	case !p.Active:
		return billing.NewError(billing.Refused, "price_inactive", "The price is inactive")
	case recurring && p.Recurring == nil:
		return billing.NewError(billing.Refused, "price_not_recurring", "The price is paid once; a subscription needs a recurring one")
	case !recurring && p.Recurring != nil:
		return billing.NewError(billing.Refused, "price_recurring", "The price is recurring; a payment needs one that is paid once")
	}
	return nil
}

// planName is the name that people know a price by, cut to what fits into
// Stripe's metadata.
func planName(p *stripe.Price) string {
	name := p.Nickname
	if name == "" && p.Product != nil {
		name = p.Product.Name
	}
	const limit = 500 // characters
	if runes := []rune(name); len(runes) > limit {
		name = string(runes[:limit])
	}
	return name
}

// mostTrialDays is Stripe's limit.
const mostTrialDays = 730

// trialDays is the trial that a price comes with: its own, or the one that its
// or its product's metadata names, since Stripe does not offer new prices one.
// What is no number of days is none.
func trialDays(p *stripe.Price) int64 {
	if days := p.Recurring.TrialPeriodDays; days > 0 {
		return min(days, mostTrialDays)
	}
	named := []map[string]string{p.Metadata}
	if p.Product != nil {
		named = append(named, p.Product.Metadata)
	}
	for _, metadata := range named {
		if days, err := strconv.ParseInt(metadata["trial_days"], 10, 64); err == nil && days > 0 && days <= mostTrialDays {
			return days
		}
	}
	return 0
}
