package sandbox

import (
	"fmt"
	"strconv"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

const (
	modePayment      = "payment"
	modeSubscription = "subscription"

	sessionExpired  = "expired"
	sessionComplete = "complete"
)

// session is a checkout session with what paying it will make.
type session struct {
	object.CheckoutSession
	Lines            []*object.LineItem `json:"lines"`
	SubscriptionData subscriptionData   `json:"subscription_data"`
	PaymentData      paymentData        `json:"payment_intent_data"`
	// Intent collects a payment-mode session; declined attempts leave it there.
	Intent string `json:"intent"`
	// Pending is who has to authenticate before the session is paid.
	Pending *pendingBuyer `json:"pending"`
	// Discount is the id of the discount that was chosen for this session.
	Discount string `json:"discount"`
}

func (s *session) shown() any { return &s.CheckoutSession }

// subscriptionData is what the subscription of a session will be given.
type subscriptionData struct {
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`
	TrialEnd    int64             `json:"trial_end"`
	TrialDays   int64             `json:"trial_days"`
	Share       subscriptionShare `json:"share"`
	Flexible    bool              `json:"flexible"` // the billing mode
	// TrialSettings are those of the subscription that they are given to.
	TrialSettings trialSettingsParams `json:"trial_settings"`
}

// paymentData is what the payment intent of a session will be given.
type paymentData struct {
	Description      string            `json:"description"`
	Metadata         map[string]string `json:"metadata"`
	ReceiptEmail     string            `json:"receipt_email"`
	SetupFutureUsage string            `json:"setup_future_usage"`
	Share            paymentShare      `json:"share"`
}

type createSessionParams struct {
	AllowPromotionCodes      *bool         `form:"allow_promotion_codes"`
	AutomaticTax             enabledParams `form:"automatic_tax"`
	BillingAddressCollection string        `form:"billing_address_collection" enum:"auto required"`
	CancelURL                string        `form:"cancel_url"`
	ClientReferenceID        string        `form:"client_reference_id"`
	Currency                 string        `form:"currency"`
	Customer                 string        `form:"customer"`
	CustomerCreation         string        `form:"customer_creation" enum:"always if_required"`
	CustomerEmail            string        `form:"customer_email"`
	CustomerUpdate           struct {
		Address string `form:"address" enum:"auto never"`
		Name    string `form:"name" enum:"auto never"`
	} `form:"customer_update"`
	Discounts          []discountParams `form:"discounts"`
	ExpiresAt          *int64           `form:"expires_at"`
	LineItems          []lineParams     `form:"line_items"`
	Locale             string           `form:"locale"`
	Metadata           form.Metadata    `form:"metadata"`
	Mode               string           `form:"mode,required" enum:"payment setup subscription"`
	PaymentCollection  string           `form:"payment_method_collection" enum:"always if_required"`
	PaymentMethodTypes []string         `form:"payment_method_types"`
	PhoneNumber        enabledParams    `form:"phone_number_collection"`
	SubmitType         string           `form:"submit_type" enum:"auto book donate pay"`
	SuccessURL         string           `form:"success_url,required"`
	TaxIDCollection    enabledParams    `form:"tax_id_collection"`
	SetupIntentData    *setupParams     `form:"setup_intent_data"`
	UIMode             string           `form:"ui_mode" enum:"hosted"`
	SubscriptionData   *struct {
		subscriptionShareParams
		BillingMode     billingModeParams   `form:"billing_mode"`
		Description     string              `form:"description"`
		Metadata        form.Metadata       `form:"metadata"`
		TrialEnd        string              `form:"trial_end"`
		TrialPeriodDays *int64              `form:"trial_period_days"`
		TrialSettings   trialSettingsParams `form:"trial_settings"`
	} `form:"subscription_data"`
	PaymentIntentData *struct {
		shareParams
		CaptureMethod    string        `form:"capture_method" enum:"automatic automatic_async"`
		Description      string        `form:"description"`
		Metadata         form.Metadata `form:"metadata"`
		ReceiptEmail     string        `form:"receipt_email"`
		SetupFutureUsage string        `form:"setup_future_usage" enum:"off_session on_session"`
	} `form:"payment_intent_data"`
}

type enabledParams struct {
	Enabled bool `form:"enabled"`
}

type lineParams struct {
	Price     string       `form:"price"`
	PriceData *priceParams `form:"price_data"`
	Quantity  *int64       `form:"quantity"`
}

func createCheckoutSession(c *call, p createSessionParams) (any, error) {
	if err := p.check(c.account); err != nil {
		return nil, err
	}
	s := &session{}
	if err := p.readDetails(c.account, s); err != nil {
		return nil, err
	}
	lines, err := p.lines(c.account)
	if err != nil {
		return nil, err
	}
	s.Lines = lines
	id := "cs_" + c.modeName() + "_" + c.token("session", 58)
	s.CheckoutSession = object.CheckoutSession{
		ID: id, Object: "checkout.session", AllowPromotionCodes: p.AllowPromotionCodes,
		BillingAddressCollection: object.Text(p.BillingAddressCollection), CancelURL: object.Text(p.CancelURL),
		ClientReferenceID: object.Text(p.ClientReferenceID), Created: c.now,
		Customer: object.To(p.Customer), CustomerEmail: object.Text(p.CustomerEmail), ExpiresAt: c.now + sessionLifetime,
		Livemode: c.Livemode, Locale: object.Text(p.Locale), Metadata: p.Metadata.Apply(nil), Mode: p.Mode,
		PaymentMethodCollection: "always", PaymentMethodTypes: object.Strings{"card"}, PaymentStatus: "unpaid",
		PhoneNumberCollection: object.Enabled{Enabled: p.PhoneNumber.Enabled}, Status: statusOpen,
		SubmitType: object.Text(p.SubmitType), SuccessURL: object.Text(p.SuccessURL), UIMode: "hosted",
		URL: object.Text(c.origin + "/c/pay/" + id),
	}
	p.applyMode(s)
	s.SubscriptionData.Flexible = p.flexible(c.version)
	if p.Mode == modeSetup {
		p.startSetup(c.account, s)
	} else {
		s.Currency = object.Text(lines[0].Currency)
		if err := p.discount(c.account, s); err != nil {
			return nil, err
		}
		c.price(s)
		if err := p.readShare(c.account, s); err != nil {
			return nil, err
		}
	}
	if p.ExpiresAt != nil {
		s.ExpiresAt = *p.ExpiresAt
	}
	if p.AutomaticTax.Enabled {
		s.AutomaticTax = object.StatusTax{Enabled: true, Liability: &object.Issuer{Type: "self"}, Status: "requires_location_inputs"}
	}
	if email := s.knownEmail(c.account); email != "" {
		s.CustomerDetails = &object.CustomerDetails{Email: object.Text(email), TaxExempt: "none"}
	}
	return c.Sessions.add(s).shown(), nil
}

// applyMode sets what depends on the mode alone.
func (p *createSessionParams) applyMode(s *session) {
	if p.Customer == "" {
		s.CustomerCreation = "always"
	}
	if p.Mode == modeSubscription {
		if p.PaymentCollection != "" {
			s.PaymentMethodCollection = object.Text(p.PaymentCollection)
		}
		return
	}
	s.PaymentMethodCollection = "if_required"
	s.InvoiceCreation = &object.InvoiceCreation{}
	if p.Customer == "" {
		s.CustomerCreation = "if_required"
		if p.CustomerCreation != "" {
			s.CustomerCreation = object.Text(p.CustomerCreation)
		}
	}
}

func (p *createSessionParams) check(a *account) error {
	if p.Customer != "" && p.CustomerEmail != "" {
		return invalid("customer_email", "", "You may only specify one of these parameters: customer, customer_email.")
	}
	if p.Customer != "" {
		if _, err := a.Customers.ref(p.Customer, "customer"); err != nil {
			return err
		}
	}
	if err := p.checkURLs(); err != nil {
		return err
	}
	if err := p.checkDiscounts(); err != nil {
		return err
	}
	if at := p.ExpiresAt; at != nil && (*at < a.now+30*60 || *at > a.now+sessionLifetime) {
		return invalid("expires_at", "", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.")
	}
	return p.checkMode()
}

// checkMode refuses what belongs to the other mode.
func (p *createSessionParams) checkMode() error {
	for _, param := range []struct {
		name, mode string
		given      bool
	}{
		{"subscription_data", modePayment, p.SubscriptionData != nil},
		{"payment_method_collection", modePayment, p.PaymentCollection != ""},
		{"payment_intent_data", modeSubscription, p.PaymentIntentData != nil},
		{"setup_intent_data", modePayment, p.SetupIntentData != nil},
		{"setup_intent_data", modeSubscription, p.SetupIntentData != nil},
		{"line_items", modeSetup, len(p.LineItems) > 0},
		{"discounts", modeSetup, len(p.Discounts) > 0},
		{"subscription_data", modeSetup, p.SubscriptionData != nil},
		{"payment_intent_data", modeSetup, p.PaymentIntentData != nil},
	} {
		if param.given && p.Mode == param.mode {
			return invalid(param.name, "", "You can not pass `%s` in `%s` mode.", param.name, param.mode)
		}
	}
	return nil
}

func (p *createSessionParams) checkURLs() error {
	if err := checkURL("success_url", p.SuccessURL); err != nil || p.CancelURL == "" {
		return err
	}
	return checkURL("cancel_url", p.CancelURL)
}

// readDetails keeps what the session's subscription or payment will be given.
func (p *createSessionParams) readDetails(a *account, s *session) error {
	if d := p.SubscriptionData; d != nil {
		const path = "subscription_data"
		if _, err := a.trialEnd(path, d.TrialEnd, d.TrialPeriodDays); err != nil {
			return err
		}
		s.SubscriptionData = subscriptionData{Description: d.Description, Metadata: d.Metadata.Apply(nil), TrialSettings: d.TrialSettings}
		if d.TrialPeriodDays != nil {
			s.SubscriptionData.TrialDays = *d.TrialPeriodDays
		}
		if d.TrialEnd != "" && d.TrialEnd != "now" {
			s.SubscriptionData.TrialEnd, _ = strconv.ParseInt(d.TrialEnd, 10, 64) // checked by trialEnd
		}
	}
	if d := p.PaymentIntentData; d != nil {
		s.PaymentData = paymentData{
			Description: d.Description, Metadata: d.Metadata.Apply(nil), ReceiptEmail: d.ReceiptEmail, SetupFutureUsage: d.SetupFutureUsage,
		}
	}
	return nil
}

// readShare keeps how the session's payments will be shared.
func (p *createSessionParams) readShare(a *account, s *session) (err error) {
	if d := p.SubscriptionData; d != nil {
		s.SubscriptionData.Share, err = d.share(a, "subscription_data", nil)
	}
	if d := p.PaymentIntentData; d != nil {
		s.PaymentData.Share, err = d.share(a, "payment_intent_data", s.total())
	}
	return err
}

// lines are the session's line items; their prices must suit the mode and have
// one currency.
func (p *createSessionParams) lines(a *account) ([]*object.LineItem, error) {
	if p.Mode == modeSetup {
		return nil, nil
	}
	var lines []*object.LineItem
	var recurring []itemSpec
	for i, line := range p.LineItems {
		path := fmt.Sprintf("line_items[%d]", i)
		if line.Quantity == nil || *line.Quantity < 1 {
			return nil, invalid(under(path, "quantity"), "", "Quantity is required. Add `quantity` to `%s`", path)
		}
		price, err := a.linePrice(line.Price, line.PriceData, path)
		if err != nil {
			return nil, err
		}
		if price.Recurring != nil && p.Mode == modePayment {
			return nil, invalid(under(path, "price"), "", "You specified `payment` mode but passed a recurring price. "+
				"Either switch to `subscription` mode or use only one-time prices.")
		}
		if price.Recurring != nil {
			recurring = append(recurring, itemSpec{price: price})
		}
		amount := price.UnitAmount * *line.Quantity
		lines = append(lines, &object.LineItem{
			ID: a.newID("li_"), Object: "item", AmountSubtotal: amount, AmountTotal: amount, Currency: price.Currency,
			Description: a.productName(price), Price: price, Quantity: *line.Quantity,
		})
		if lines[0].Currency != price.Currency {
			return nil, invalid("line_items", "", "All line items of a Checkout Session must have the same currency.")
		}
	}
	if len(lines) == 0 {
		return nil, missingParam("line_items")
	}
	if p.Mode == modePayment {
		return lines, nil
	}
	if len(recurring) == 0 {
		return nil, invalid("mode", "", "You must provide at least one recurring price in `subscription` mode when using prices.")
	}
	return lines, sameCycle(recurring)
}

// knownEmail is the buyer's address if it is known without asking.
func (s *session) knownEmail(a *account) string {
	if customer := a.Customers.get(s.Customer.ID); customer != nil {
		return string(customer.Email)
	}
	return string(s.CustomerEmail)
}

func retrieveCheckoutSession(c *call, _ struct{}) (any, error) {
	s, err := c.Sessions.at(c.id)
	if err != nil {
		return nil, err
	}
	return s.shown(), nil
}

func expireCheckoutSession(c *call, _ struct{}) (any, error) {
	s, err := c.Sessions.at(c.id)
	if err != nil {
		return nil, err
	}
	if s.Status != statusOpen {
		return nil, invalid("", "", "Only Checkout Sessions with a status in [\"open\"] can be expired. "+
			"This Checkout Session has a status of `%s`.", s.Status)
	}
	c.expireSession(s)
	return s.shown(), nil
}

func (a *account) expireSession(s *session) {
	s.Status, s.URL = sessionExpired, ""
	if si := a.SetupIntents.get(s.SetupIntent.ID); si != nil && !setupFinished(si) {
		a.cancelSetup(si, "abandoned")
	}
	a.emit("checkout.session.expired", s.shown())
}

func listCheckoutLines(c *call, p listParams) (any, error) {
	s, err := c.Sessions.at(c.id)
	if err != nil {
		return nil, err
	}
	return listInOrder(c, p, s.Lines)
}

type listSessionsParams struct {
	listParams
	Created       form.Range `form:"created"`
	Customer      string     `form:"customer"`
	PaymentIntent string     `form:"payment_intent"`
	Status        string     `form:"status" enum:"complete expired open"`
	Subscription  string     `form:"subscription"`
}

func listCheckoutSessions(c *call, p listSessionsParams) (any, error) {
	return list(c, &c.Sessions, p.listParams, func(s *session) bool {
		return matches(p.Customer, s.Customer.ID) && matches(p.PaymentIntent, s.PaymentIntent.ID) && matches(p.Status, s.Status) &&
			matches(p.Subscription, s.Subscription.ID) && p.Created.Contains(s.Created)
	})
}
