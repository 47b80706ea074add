package sandbox

import (
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

const modeSetup = "setup"

// setupParams is what the setup intent of a session will be given.
type setupParams struct {
	Description string        `form:"description"`
	Metadata    form.Metadata `form:"metadata"`
}

// startSetup turns a new session into one that saves a card: it sells nothing,
// and its setup intent is there from the start.
func (p *createSessionParams) startSetup(a *account, s *session) {
	s.Currency, s.AmountSubtotal, s.AmountTotal = object.Text(p.Currency), nil, nil
	s.PaymentMethodCollection, s.PaymentStatus, s.InvoiceCreation = "always", "no_payment_required", nil
	si := a.newSetupIntent(p.Customer)
	if p.SetupIntentData != nil {
		si.Description, si.Metadata = object.Text(p.SetupIntentData.Description), p.SetupIntentData.Metadata.Apply(nil)
	}
	s.SetupIntent = object.To(si.ID)
	a.emit("setup_intent.created", si)
}

// paySetup saves the buyer's card. What is to be paid with it, the seller
// decides.
func (a *account) paySetup(s *session, b buyer) *decline {
	si := a.SetupIntents.get(s.SetupIntent.ID)
	if s.Customer.ID == "" && s.CustomerCreation == "always" && b.card.onAttach == nil {
		s.Customer = object.To(a.customerOf(s, b).ID)
	}
	si.Customer = s.Customer
	return a.setUp(si, a.methodOfBuyer(b), "")
}

// total is what the session costs, in minor units.
func (s *session) total() int64 {
	if s.AmountTotal == nil {
		return 0
	}
	return *s.AmountTotal
}
