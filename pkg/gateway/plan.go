package gateway

import (
	"context"
	"strconv"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/price"
	"github.com/stripe/stripe-go/v79/product"

	"billhook/pkg/billing"
)

// metadataOfPlan is on the products and prices that billhook makes for a plan.
const metadataOfPlan = metadataPrefix + "plan"

// KeepProduct makes the product of a plan at Stripe, or renames the one that an
// earlier call has made, and answers its id. The id follows from the plan's, so
// a plan never has two.
func (a *Account) KeepProduct(ctx context.Context, p billing.Plan) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id := "billhook_" + p.ID
	products := product.Client{B: a.backend, Key: a.key.Reveal()}
	params := &stripe.ProductParams{ID: stripe.String(id), Name: stripe.String(p.Name), Description: text(p.Description)}
	params.Metadata = map[string]string{metadataOfPlan: p.ID, metadataProject: a.scope.Project.String()}
	params.Context = ctx
	_, err := products.New(params)
	if isCode(err, stripe.ErrorCodeResourceAlreadyExists) {
		renamed := &stripe.ProductParams{Name: stripe.String(p.Name), Description: stripe.String(p.Description), Active: stripe.Bool(true)}
		renamed.Context = ctx
		_, err = products.Update(id, renamed)
	}
	if err != nil {
		return "", stripeError("keep product", err)
	}
	return id, nil
}

// SellPrice answers the price of an amount that the plan, whose product is in
// the account, is to be sold at there: the one that it was sold at before, or a
// new one.
func (a *Account) SellPrice(ctx context.Context, p billing.Plan, i billing.Interval, amount int64) (billing.PlanPrice, error) {
	before := p.Made(i, amount, a.route)
	if before == nil {
		return a.MakePrice(ctx, p, i, amount)
	}
	if err := a.ActivatePrice(ctx, before.ID, true); err != nil {
		return billing.PlanPrice{}, err
	}
	before.Account = a.route.String()
	return *before, nil
}

// MakePrice makes a price of a plan at Stripe. Made again, as after a failure,
// it is the same price for at least a day.
func (a *Account) MakePrice(ctx context.Context, p billing.Plan, i billing.Interval, amount int64) (billing.PlanPrice, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PriceParams{
		Product: stripe.String(p.Product), Currency: stripe.String(p.Currency), UnitAmount: stripe.Int64(amount),
		Recurring: &stripe.PriceRecurringParams{Interval: stripe.String(string(i))},
	}
	params.Metadata = map[string]string{metadataOfPlan: p.ID, metadataProject: a.scope.Project.String()}
	params.IdempotencyKey = a.idempotencyKey("plan price", p.ID, string(i), strconv.FormatInt(amount, 10), p.Currency, a.route.String())
	params.Context = ctx
	made, err := price.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return billing.PlanPrice{}, stripeError("make price", err)
	}
	return billing.PlanPrice{ID: made.ID, Interval: i, Amount: amount, Made: true, Account: a.route.String()}, nil
}

// ActivatePrice says whether something can be bought at a price.
func (a *Account) ActivatePrice(ctx context.Context, id string, active bool) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PriceParams{Active: stripe.Bool(active)}
	params.Context = ctx
	if _, err := (price.Client{B: a.backend, Key: a.key.Reveal()}).Update(id, params); err != nil {
		return stripeError("activate price", err)
	}
	return nil
}

// PlanPrice reads a price that a plan is to be sold at, and its currency. One
// that does not exist or does not fit is billing.Refused, with blame for the
// input param.
func (a *Account) PlanPrice(ctx context.Context, id string, i billing.Interval, param string) (billing.PlanPrice, string, error) {
	p, err := a.readPrice(ctx, id, param)
	if err != nil {
		return billing.PlanPrice{}, "", err
	}
	refused := unfit(p, true)
	if refused == nil {
		refused = unfitForPlan(p, i)
	}
	if refused != nil {
		return billing.PlanPrice{}, "", refused.About(param)
	}
	return billing.PlanPrice{ID: p.ID, Interval: i, Amount: p.UnitAmount, Account: a.route.String()}, string(p.Currency), nil
}

// unfitForPlan is why a recurring price cannot be a plan's; nil if it can.
func unfitForPlan(p *stripe.Price, i billing.Interval) *billing.Error {
	switch {
	case string(p.Recurring.Interval) != string(i) || p.Recurring.IntervalCount != 1:
		return billing.NewError(billing.Refused, "price_interval_mismatch", "The price is not paid every "+string(i))
	case p.Recurring.UsageType == stripe.PriceRecurringUsageTypeMetered || p.BillingScheme == stripe.PriceBillingSchemeTiered:
		return billing.NewError(billing.Refused, "price_not_fixed", "The price depends on use; a plan needs a fixed amount")
	case p.UnitAmountDecimal != float64(p.UnitAmount):
		return billing.NewError(billing.Refused, "price_not_fixed", "The price has fractions of the smallest unit; a plan needs a whole amount")
	}
	return nil
}
