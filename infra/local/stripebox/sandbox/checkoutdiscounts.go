package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// fieldPromotion is the name of the field for promotion codes.
const fieldPromotion = "promotion_code"

// discount is what the session is discounted by, or nil: its own discount, or
// else the one that its customer's subscriptions have.
func (a *account) sessionDiscount(s *session) *object.Discount {
	if own := a.Discounts.get(s.Discount); own != nil {
		return own
	}
	customer := a.Customers.get(s.Customer.ID)
	if s.Mode == modeSubscription && customer != nil && customer.Discount != nil && !passed(customer.Discount.End, a.now) {
		return customer.Discount
	}
	return nil
}

// price works out what the session's lines and the session itself cost. What a
// trial covers is not due, and nothing is taken off it.
func (a *account) price(s *session) {
	trial := s.Mode == modeSubscription && s.trialUntil(a.now) > 0
	parts := make([]reducible, len(s.Lines))
	var subtotal int64
	for i, line := range s.Lines {
		line.AmountDiscount, line.AmountTotal = 0, line.AmountSubtotal
		if !trial || line.Price.Recurring == nil {
			parts[i] = reducible{line.AmountSubtotal, line.Price.Product.ID}
			subtotal += line.AmountSubtotal
		}
	}
	total := subtotal
	s.AmountSubtotal, s.AmountTotal, s.TotalDetails.AmountDiscount = &subtotal, &total, 0
	discount := a.sessionDiscount(s)
	if discount == nil {
		return
	}
	for _, reduction := range a.reduceBy([]*object.Discount{discount}, string(s.Currency), parts) {
		for i, line := range s.Lines {
			line.AmountDiscount = reduction.off[i]
			line.AmountTotal -= reduction.off[i]
		}
		s.TotalDetails.AmountDiscount = reduction.sum()
		total -= reduction.sum()
	}
}

// purchase is what the session sells.
func (s *session) purchase(a *account) purchase {
	var amount int64
	for _, line := range s.Lines {
		amount += line.AmountSubtotal
	}
	return purchase{a.Customers.get(s.Customer.ID), amount, string(s.Currency)}
}

// checkDiscounts refuses more than one discount, or one that is chosen for the
// customer and left to it at once.
func (p *createSessionParams) checkDiscounts() error {
	switch {
	case len(p.Discounts) > 1:
		return invalid("discounts", "", "You may only specify one discount.")
	case len(p.Discounts) == 1 && p.AllowPromotionCodes != nil:
		return invalid("allow_promotion_codes", "", "You may only specify one of these parameters: allow_promotion_codes, discounts.")
	case len(p.Discounts) == 1 && (p.Discounts[0].Coupon == "") == (p.Discounts[0].PromotionCode == ""):
		return invalid("discounts[0]", "", "You must specify either `coupon` or `promotion_code`.")
	}
	return nil
}

// discount gives a new session the discount that the parameters name, if any.
func (p *createSessionParams) discount(a *account, s *session) error {
	if len(p.Discounts) == 0 {
		return nil
	}
	of, err := a.offerOf(p.Discounts[0], "discounts[0]", s.purchase(a))
	if err != nil {
		return err
	}
	a.discountSession(s, of)
	return nil
}

func (a *account) discountSession(s *session, of offer) {
	discount := a.newDiscount(of.coupon, of.code)
	discount.CheckoutSession = object.Text(s.ID)
	s.Discount = discount.ID
}

// withdrawDiscount takes a discount away that can no longer be redeemed when the
// session is to be paid; the buyer then decides anew.
func (a *account) withdrawDiscount(s *session) *decline {
	own := a.Discounts.get(s.Discount)
	if own == nil {
		return nil
	}
	code := a.PromotionCodes.get(own.PromotionCode.ID)
	if own.Coupon.Valid && (code == nil || code.Active) {
		return nil
	}
	s.Discount = ""
	a.price(s)
	return refusal("coupon_expired", "", "The discount can no longer be redeemed. Look at the new price before you pay.")
}

// sessionDiscounts are the discounts that the session's subscription is made
// with.
func (a *account) sessionDiscounts(s *session) []*object.Discount {
	if own := a.Discounts.get(s.Discount); own != nil {
		return []*object.Discount{own}
	}
	return nil
}

// redeemAll counts the discount of a session that makes no subscription: it is
// the session's and not its customer's.
func (a *account) redeemAll(s *session) {
	for _, discount := range a.sessionDiscounts(s) {
		a.redeem(discount, "", "")
	}
}

// breakdown is the discount's part of a session's total.
func (a *account) breakdown(s *session) *object.CheckoutAmounts {
	amounts := &object.CheckoutAmounts{}
	if discount := a.sessionDiscount(s); discount != nil {
		amounts.Discounts = append(amounts.Discounts, object.CheckoutDiscount{Amount: s.TotalDetails.AmountDiscount, Discount: discount})
	}
	return amounts
}

// lineDiscounts are what is taken off a session's line.
func (a *account) lineDiscounts(line *object.LineItem) (discounts object.Many[object.CheckoutDiscount]) {
	for s := range a.Sessions.all {
		ours := slices.ContainsFunc(s.Lines, func(other *object.LineItem) bool { return other.ID == line.ID })
		if discount := a.sessionDiscount(s); ours && discount != nil {
			discounts = append(discounts, object.CheckoutDiscount{Amount: line.AmountDiscount, Discount: discount})
		}
	}
	return discounts
}

// servePromotion takes the form with the promotion code: 303 back to the page
// with the reduced price, 422 when the code cannot be redeemed. An empty code
// takes the discount away.
func (s *Server) servePromotion(w http.ResponseWriter, r *http.Request) {
	a, current := s.postToSession(w, r)
	if a == nil {
		return
	}
	defer s.changed()
	defer a.mu.Unlock()
	typed := strings.TrimSpace(r.PostForm.Get(fieldPromotion))
	if current.AllowPromotionCodes == nil || !*current.AllowPromotionCodes {
		http.Error(w, "This checkout takes no promotion codes.", http.StatusBadRequest)
		return
	}
	if typed != "" {
		of, err := a.typedOffer(current, typed)
		if err != nil {
			page := a.page(current, pageInput{}, nil, "")
			page.Promotion.Value, page.Promotion.Error = typed, err.Error()
			a.writeCheckout(w, http.StatusUnprocessableEntity, current, page)
			return
		}
		a.discountSession(current, of)
	} else {
		current.Discount = ""
	}
	a.price(current)
	http.Redirect(w, r, "/c/pay/"+current.ID, http.StatusSeeOther)
}

func (a *account) typedOffer(s *session, typed string) (offer, error) {
	code := a.activeCode(typed)
	if code == nil {
		return offer{}, invalid("", "", "This code is invalid.")
	}
	return a.codeOffer(code, "", s.purchase(a))
}

// postToSession is the account and the open session that a form of the
// checkout page is sent to; without them the answer has been written. The
// caller unlocks the account.
func (s *Server) postToSession(w http.ResponseWriter, r *http.Request) (*account, *session) {
	id := r.PathValue("id")
	a := s.accountThat(func(a *account) bool { return a.Sessions.get(id) != nil })
	if a == nil {
		http.Error(w, "There is no such checkout session in this sandbox.", http.StatusNotFound)
		return nil, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form could not be read.", http.StatusBadRequest)
		return nil, nil
	}
	a.begin()
	current := a.Sessions.get(id)
	a.enterClockOf(current.Customer.ID)
	if current.Status != statusOpen {
		defer a.mu.Unlock()
		a.writeCheckout(w, http.StatusConflict, current, a.page(current, pageInput{}, nil, ""))
		return nil, nil
	}
	return a, current
}

// pageReduction describes the session's discount on its page.
func (a *account) pageReduction(s *session) *pageReduction {
	discount := a.sessionDiscount(s)
	if discount == nil {
		return nil
	}
	name := discount.Coupon.ID
	if discount.Coupon.Name != "" {
		name = string(discount.Coupon.Name)
	}
	if code := a.PromotionCodes.get(discount.PromotionCode.ID); code != nil {
		name = code.Code
	}
	return &pageReduction{
		Subtotal: formatMoney(*s.AmountSubtotal, string(s.Currency)), Name: name + " (" + terms(discount.Coupon) + ")",
		Amount: formatMoney(-s.TotalDetails.AmountDiscount, string(s.Currency)),
	}
}

// terms say what a coupon takes off, and for how long.
func terms(of *object.Coupon) string {
	var off string
	if of.PercentOff != nil {
		off = strconv.FormatFloat(*of.PercentOff, 'f', -1, 64) + "% off"
	} else {
		off = formatMoney(*of.AmountOff, string(of.Currency)) + " off"
	}
	switch {
	case of.Duration == durationOnce:
		return off + " once"
	case of.DurationInMonths != nil && *of.DurationInMonths == 1:
		return off + " for a month"
	case of.DurationInMonths != nil:
		return fmt.Sprintf("%s for %d months", off, *of.DurationInMonths)
	}
	return off
}

// payLabel is what the page's button says.
func (s *session) payLabel(now int64) string {
	switch {
	case s.Mode == modeSetup:
		return "Save the card"
	case s.total() > 0:
		return "Pay " + formatMoney(s.total(), string(s.Currency))
	case s.Mode == modeSubscription && s.trialUntil(now) > 0:
		return "Start trial"
	case s.Mode == modeSubscription:
		return "Subscribe"
	}
	return "Complete the order"
}
