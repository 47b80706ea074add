package sandbox

import (
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// promotionCode is a promotion code with what its owner wants of it: it is
// active only while its coupon is valid, too.
type promotionCode struct {
	object.PromotionCode
	Enabled bool `json:"enabled"`
}

func (p *promotionCode) shown() any { return &p.PromotionCode }

type createPromotionCodeParams struct {
	Active         *bool         `form:"active"`
	Code           string        `form:"code"`
	Coupon         string        `form:"coupon,required"`
	Customer       string        `form:"customer"`
	ExpiresAt      *int64        `form:"expires_at"`
	MaxRedemptions *int64        `form:"max_redemptions"`
	Metadata       form.Metadata `form:"metadata"`
	Restrictions   struct {
		FirstTimeTransaction  bool   `form:"first_time_transaction"`
		MinimumAmount         *int64 `form:"minimum_amount"`
		MinimumAmountCurrency string `form:"minimum_amount_currency"`
	} `form:"restrictions"`
}

func createPromotionCode(c *call, p createPromotionCodeParams) (any, error) {
	of, err := c.Coupons.ref(p.Coupon, "coupon")
	if err != nil {
		return nil, err
	}
	if err := p.check(c.account, of); err != nil {
		return nil, err
	}
	if p.Code == "" {
		p.Code = strings.ToUpper(c.token("promotion code", 8))
	}
	code := &promotionCode{Enabled: p.Active == nil || *p.Active, PromotionCode: object.PromotionCode{
		ID: c.newID("promo_"), Object: "promotion_code", Code: p.Code, Coupon: &of.Coupon, Created: c.now, Customer: object.To(p.Customer),
		Livemode: c.Livemode, MaxRedemptions: p.MaxRedemptions, Metadata: p.Metadata.Apply(nil),
		Restrictions: object.PromotionRestrictions{
			FirstTimeTransaction: p.Restrictions.FirstTimeTransaction, MinimumAmount: p.Restrictions.MinimumAmount,
			MinimumAmountCurrency: object.Text(strings.ToLower(p.Restrictions.MinimumAmountCurrency)),
		},
	}}
	if p.ExpiresAt != nil {
		code.ExpiresAt = object.Unix(*p.ExpiresAt)
	}
	c.PromotionCodes.add(code)
	c.refreshOffers()
	c.emit("promotion_code.created", code.shown())
	return code.shown(), nil
}

func (p *createPromotionCodeParams) check(a *account, of *coupon) error {
	switch {
	case !of.Valid:
		return couponExpired("coupon")
	case p.ExpiresAt != nil && *p.ExpiresAt <= a.now:
		return invalid("expires_at", "", "The expires_at timestamp must be in the future.")
	case p.MaxRedemptions != nil && *p.MaxRedemptions < 1:
		return invalid("max_redemptions", codeInvalidInteger, "This value must be greater than or equal to 1.")
	case p.Restrictions.MinimumAmount != nil && *p.Restrictions.MinimumAmount < 1:
		return invalid("restrictions[minimum_amount]", codeInvalidInteger, "This value must be greater than or equal to 1.")
	case (p.Restrictions.MinimumAmount != nil) != (p.Restrictions.MinimumAmountCurrency != ""):
		return missingParam("restrictions[minimum_amount_currency]")
	}
	if other := a.activeCode(p.Code); p.Code != "" && other != nil {
		return invalid("code", "resource_already_exists", "An active promotion code with `code: %s` already exists.", p.Code)
	}
	if p.Customer == "" {
		return nil
	}
	_, err := a.Customers.ref(p.Customer, "customer")
	return err
}

// activeCode is the active promotion code that a customer would type, or nil.
func (a *account) activeCode(typed string) *promotionCode {
	for code := range a.PromotionCodes.all {
		if code.Active && strings.EqualFold(code.Code, typed) {
			return code
		}
	}
	return nil
}

func retrievePromotionCode(c *call, _ struct{}) (any, error) {
	code, err := c.PromotionCodes.at(c.id)
	if err != nil {
		return nil, err
	}
	return code.shown(), nil
}

type updatePromotionCodeParams struct {
	Active   *bool         `form:"active"`
	Metadata form.Metadata `form:"metadata"`
}

func updatePromotionCode(c *call, p updatePromotionCodeParams) (any, error) {
	code, err := c.PromotionCodes.at(c.id)
	if err != nil {
		return nil, err
	}
	if p.Active != nil && *p.Active && !code.Active {
		if !code.Coupon.Valid || passed(code.ExpiresAt, c.now) || usedUp(code.TimesRedeemed, code.MaxRedemptions) {
			return nil, invalid("active", "", "This promotion code cannot be activated: it has expired, is used up or its coupon is not valid.")
		}
		if other := c.activeCode(code.Code); other != nil {
			return nil, invalid("active", "", "An active promotion code with `code: %s` already exists.", code.Code)
		}
	}
	c.update("promotion_code.updated", code.shown(), func() {
		if p.Active != nil {
			code.Enabled = *p.Active
		}
		code.Metadata = p.Metadata.Apply(code.Metadata)
		c.refreshOffers()
	})
	return code.shown(), nil
}

type listPromotionCodesParams struct {
	listParams
	Active   *bool      `form:"active"`
	Code     string     `form:"code"`
	Coupon   string     `form:"coupon"`
	Created  form.Range `form:"created"`
	Customer string     `form:"customer"`
}

func listPromotionCodes(c *call, p listPromotionCodesParams) (any, error) {
	return list(c, &c.PromotionCodes, p.listParams, func(code *promotionCode) bool {
		return (p.Active == nil || *p.Active == code.Active) && (p.Code == "" || strings.EqualFold(p.Code, code.Code)) &&
			matches(p.Coupon, code.Coupon.ID) && matches(p.Customer, code.Customer.ID) && p.Created.Contains(code.Created)
	})
}
