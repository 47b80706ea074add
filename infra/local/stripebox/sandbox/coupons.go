package sandbox

import (
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Durations of coupons.
const (
	durationOnce      = "once"
	durationRepeating = "repeating"
)

// coupon is a coupon with the products it is for; none stands for all.
type coupon struct {
	object.Coupon
	Products []string `json:"products"`
}

func (c *coupon) shown() any { return &c.Coupon }

type createCouponParams struct {
	AmountOff *int64 `form:"amount_off"`
	AppliesTo struct {
		Products []string `form:"products"`
	} `form:"applies_to"`
	Currency         string        `form:"currency"`
	Duration         string        `form:"duration" enum:"forever once repeating"`
	DurationInMonths *int64        `form:"duration_in_months"`
	ID               string        `form:"id"`
	MaxRedemptions   *int64        `form:"max_redemptions"`
	Metadata         form.Metadata `form:"metadata"`
	Name             string        `form:"name"`
	PercentOff       *float64      `form:"percent_off"`
	RedeemBy         *int64        `form:"redeem_by"`
}

func createCoupon(c *call, p createCouponParams) (any, error) {
	if err := p.check(c.account); err != nil {
		return nil, err
	}
	id := p.ID
	if id == "" {
		id = c.token("coupon", 8)
	}
	if p.Duration == "" {
		p.Duration = durationOnce
	}
	made := &coupon{Products: p.AppliesTo.Products, Coupon: object.Coupon{
		ID: id, Object: "coupon", AmountOff: p.AmountOff, Created: c.now, Duration: p.Duration, DurationInMonths: p.DurationInMonths,
		Livemode: c.Livemode, MaxRedemptions: p.MaxRedemptions, Metadata: p.Metadata.Apply(nil), Name: object.Text(p.Name),
		PercentOff: p.PercentOff, Valid: true,
	}}
	if p.AmountOff != nil {
		made.Currency = object.Text(strings.ToLower(p.Currency))
	}
	if p.RedeemBy != nil {
		made.RedeemBy = object.Unix(*p.RedeemBy)
	}
	c.emit("coupon.created", c.Coupons.add(made).shown())
	return made.shown(), nil
}

func (p *createCouponParams) check(a *account) error {
	if err := p.checkReduction(); err != nil {
		return err
	}
	if err := p.checkLimits(a.now); err != nil {
		return err
	}
	if a.Coupons.get(p.ID) != nil {
		return invalid("id", "resource_already_exists", "Coupon already exists.")
	}
	for _, id := range p.AppliesTo.Products {
		if _, err := a.Products.ref(id, "applies_to[products]"); err != nil {
			return err
		}
	}
	return nil
}

// checkReduction refuses what is neither a percentage nor an amount.
func (p *createCouponParams) checkReduction() error {
	switch {
	case p.AmountOff == nil && p.PercentOff == nil:
		return invalid("", form.CodeMissing, "You must pass either percent_off or amount_off.")
	case p.AmountOff != nil && p.PercentOff != nil:
		return invalid("percent_off", "", "You may only specify one of these parameters: amount_off, percent_off.")
	case p.AmountOff != nil && *p.AmountOff < 1:
		return invalid("amount_off", codeInvalidInteger, "This value must be greater than or equal to 1.")
	case p.AmountOff != nil && len(p.Currency) != 3:
		return missingParam("currency")
	case p.PercentOff != nil && (!(*p.PercentOff > 0) || *p.PercentOff > 100): // not a number is not above 0
		return invalid("percent_off", "", "Invalid percent_off: must be greater than 0 and less than or equal to 100.")
	}
	return nil
}

// checkLimits refuses times and numbers of redemptions that cannot be.
func (p *createCouponParams) checkLimits(now int64) error {
	switch {
	case (p.Duration == durationRepeating) != (p.DurationInMonths != nil):
		return invalid("duration_in_months", "", "The duration_in_months parameter is for coupons with a repeating duration, which need it.")
	case p.DurationInMonths != nil && *p.DurationInMonths < 1:
		return invalid("duration_in_months", codeInvalidInteger, "This value must be greater than or equal to 1.")
	case p.MaxRedemptions != nil && *p.MaxRedemptions < 1:
		return invalid("max_redemptions", codeInvalidInteger, "This value must be greater than or equal to 1.")
	case p.RedeemBy != nil && *p.RedeemBy <= now:
		return invalid("redeem_by", "", "The redeem_by timestamp must be in the future.")
	}
	return nil
}

func retrieveCoupon(c *call, _ struct{}) (any, error) {
	found, err := c.Coupons.at(c.id)
	if err != nil {
		return nil, err
	}
	return found.shown(), nil
}

type updateCouponParams struct {
	Metadata form.Metadata `form:"metadata"`
	Name     *string       `form:"name"`
}

func updateCoupon(c *call, p updateCouponParams) (any, error) {
	found, err := c.Coupons.at(c.id)
	if err != nil {
		return nil, err
	}
	c.update("coupon.updated", found.shown(), func() {
		setText(&found.Name, p.Name)
		found.Metadata = p.Metadata.Apply(found.Metadata)
	})
	return found.shown(), nil
}

// deleteCoupon leaves the discounts that were made of the coupon as they are.
func deleteCoupon(c *call, _ struct{}) (any, error) {
	found, err := c.Coupons.at(c.id)
	if err != nil {
		return nil, err
	}
	c.Coupons.remove(c.id)
	found.Valid = false
	c.refreshOffers()
	c.emit("coupon.deleted", found.shown())
	return &object.Deleted{ID: c.id, Object: "coupon", Deleted: true}, nil
}

type listCouponsParams struct {
	listParams
	Created form.Range `form:"created"`
}

func listCoupons(c *call, p listCouponsParams) (any, error) {
	return list(c, &c.Coupons, p.listParams, func(row *coupon) bool { return p.Created.Contains(row.Created) })
}

// refreshOffers decides anew which coupons and promotion codes can be redeemed:
// the time passes, and redemptions are counted.
func (a *account) refreshOffers() {
	for row := range a.Coupons.all {
		row.Valid = !passed(row.RedeemBy, a.ownTime()) && !usedUp(row.TimesRedeemed, row.MaxRedemptions)
	}
	for code := range a.PromotionCodes.all {
		code.Active = code.Enabled && code.Coupon.Valid && !passed(code.ExpiresAt, a.ownTime()) && !usedUp(code.TimesRedeemed, code.MaxRedemptions)
	}
}

// passed reports whether a time, if there is one, is over.
func passed(at object.Unix, now int64) bool { return at != 0 && int64(at) <= now }

func usedUp(times int64, limit *int64) bool { return limit != nil && times >= *limit }
