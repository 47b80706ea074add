package sandbox

import (
	"fmt"
	"net/http"

	"billhook/infra/local/stripebox/object"
)

// offer is a coupon that somebody wants to redeem, or one of its promotion
// codes.
type offer struct {
	coupon *coupon
	code   *promotionCode // nil for the coupon itself
}

// purchase is what an offer would be used for. Its amount is in minor units; an
// empty currency stands for no purchase at all, such as a customer's discount.
type purchase struct {
	customer *object.Customer // nil while it is not known
	amount   int64
	currency string
}

// discountParams name one discount.
type discountParams struct {
	Coupon        string `form:"coupon"`
	Discount      string `form:"discount"`
	PromotionCode string `form:"promotion_code"`
}

// discountsParams are the parameters that change a subscription's discounts.
// Each is nil when it was not sent; empty ones remove the discounts.
type discountsParams struct {
	Coupon        *string          `form:"coupon"`
	Discounts     []discountParams `form:"discounts"`
	PromotionCode *string          `form:"promotion_code"`
}

// given reports whether the discounts are to change.
func (p discountsParams) given() bool {
	return p.Coupon != nil || p.PromotionCode != nil || p.Discounts != nil
}

// offers are what the parameters name; existing ones are among the discounts
// that the subscription has.
func (p discountsParams) offers(a *account, existing []object.Ref, what purchase) (offers []offer, kept []*object.Discount, err error) {
	named := p.Discounts
	if p.Coupon != nil && *p.Coupon != "" {
		named = append(named, discountParams{Coupon: *p.Coupon})
	}
	if p.PromotionCode != nil && *p.PromotionCode != "" {
		named = append(named, discountParams{PromotionCode: *p.PromotionCode})
	}
	for i, one := range named {
		path := ""
		if i < len(p.Discounts) {
			path = fmt.Sprintf("discounts[%d]", i)
		}
		if one.Discount != "" {
			discount, err := a.keptDiscount(existing, one.Discount, under(path, "discount"))
			if err != nil {
				return nil, nil, err
			}
			kept = append(kept, discount)
			continue
		}
		found, err := a.offerOf(one, path, what)
		if err != nil {
			return nil, nil, err
		}
		offers = append(offers, found)
	}
	return offers, kept, nil
}

func (a *account) keptDiscount(existing []object.Ref, id, param string) (*object.Discount, error) {
	for _, ref := range existing {
		if ref.ID == id {
			return a.Discounts.get(id), nil
		}
	}
	return nil, noSuch(http.StatusBadRequest, "discount", id, param)
}

// offerOf is the coupon or promotion code that a parameter names, if it can be
// redeemed for the purchase.
func (a *account) offerOf(p discountParams, path string, what purchase) (offer, error) {
	if p.PromotionCode == "" {
		of, err := a.Coupons.ref(p.Coupon, under(path, "coupon"))
		if err != nil {
			return offer{}, err
		}
		return offer{coupon: of}, a.checkCoupon(of, under(path, "coupon"), what)
	}
	param := under(path, "promotion_code")
	code, err := a.PromotionCodes.ref(p.PromotionCode, param)
	if err != nil {
		return offer{}, err
	}
	return a.codeOffer(code, param, what)
}

// codeOffer is a promotion code's offer, if it can be redeemed for the purchase.
func (a *account) codeOffer(code *promotionCode, param string, what purchase) (offer, error) {
	if !code.Active {
		return offer{}, invalid(param, "", "This promotion code is expired or inactive and cannot be redeemed.")
	}
	of := a.Coupons.get(code.Coupon.ID)
	if err := a.checkCoupon(of, param, what); err != nil {
		return offer{}, err
	}
	if owner := code.Customer.ID; owner != "" && (what.customer == nil || what.customer.ID != owner) {
		return offer{}, invalid(param, "", "This promotion code cannot be redeemed because it belongs to another customer.")
	}
	limits := code.Restrictions
	if limits.FirstTimeTransaction && what.customer != nil && a.hasPaid(what.customer.ID) {
		return offer{}, invalid(param, "", "This promotion code cannot be redeemed because the associated customer has prior transactions.")
	}
	if minimum := limits.MinimumAmount; minimum != nil && (what.currency != string(limits.MinimumAmountCurrency) || what.amount < *minimum) {
		return offer{}, invalid(param, "", "This promotion code cannot be redeemed because the purchase does not reach its minimum of %s.",
			formatMoney(*minimum, string(limits.MinimumAmountCurrency)))
	}
	return offer{coupon: of, code: code}, nil
}

func (a *account) checkCoupon(of *coupon, param string, what purchase) error {
	if !of.Valid {
		return couponExpired(param)
	}
	if of.AmountOff != nil && what.currency != "" && what.currency != string(of.Currency) {
		return invalid(param, "", "The coupon %s takes off an amount in %s and cannot be applied to a purchase in %s.", of.ID, of.Currency, what.currency)
	}
	return nil
}

func couponExpired(param string) *apiError {
	return invalid(param, "coupon_expired", "This coupon has expired, or has been redeemed as often as it can be.")
}

// hasPaid reports whether a customer has ever paid something.
func (a *account) hasPaid(customerID string) bool {
	for charge := range a.Charges.all {
		if charge.Customer.ID == customerID && charge.Paid {
			return true
		}
	}
	return false
}

// discounts makes discounts of offers, after those that are kept.
func (a *account) discounts(offers []offer, kept []*object.Discount) []*object.Discount {
	for _, one := range offers {
		kept = append(kept, a.newDiscount(one.coupon, one.code))
	}
	return kept
}
