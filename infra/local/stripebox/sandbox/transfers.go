package sandbox

import (
	"net/http"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// transferSpec is what a transfer is made of; amounts are in minor units.
type transferSpec struct {
	destination    *account
	amount         int64
	currency       string
	source         string // the platform's charge that it is taken from, if any
	group          string
	description    string
	metadata       map[string]string
	applicationFee int64 // that the platform keeps of a destination charge
}

// transfer moves money to a connected account, where it arrives as a payment,
// which is answered, too.
func (a *account) transfer(spec transferSpec) (*object.Transfer, *object.Charge) {
	id := a.newID("tr_")
	payment := spec.destination.receive(id, spec)
	t := a.Transfers.add(&object.Transfer{
		ID: id, Object: "transfer", Amount: spec.amount, Created: a.now, Currency: spec.currency, Description: object.Text(spec.description),
		Destination: object.To(spec.destination.id), DestinationPayment: payment.ID, Livemode: a.Livemode, Metadata: spec.metadata,
		Reversals:         object.NewList[*object.TransferReversal]("/v1/transfers/"+id+"/reversals", nil),
		SourceTransaction: object.To(spec.source), SourceType: "card", TransferGroup: object.Text(spec.group),
	})
	t.BalanceTransaction = a.book(entry{
		kind: typeTransfer, currency: spec.currency, source: id, amount: -spec.amount, description: spec.description,
	})
	a.emit("transfer.created", t)
	if spec.applicationFee > 0 {
		payment.ApplicationFee = object.To(a.takeFee(spec.destination, payment, spec.applicationFee, spec.source).ID)
	}
	return t, payment
}

// receive stores the payment that a transfer is for the connected account.
func (a *account) receive(transferID string, spec transferSpec) *object.Charge {
	payment := a.Charges.add(&object.Charge{
		ID: a.newID("py_"), Object: "charge", Amount: spec.amount, AmountCaptured: spec.amount, Application: a.application(), Captured: true,
		CalculatedStatementDescriptor: "STRIPEBOX", Created: a.now, Currency: spec.currency, Livemode: a.Livemode, Paid: true,
		Outcome: object.Outcome{
			NetworkStatus: "approved_by_network", RiskLevel: "not_assessed", SellerMessage: "Payment complete.", Type: "authorized",
		},
		PaymentMethodDetails: object.PaymentMethodDetails{StripeAccount: &object.EmptyHash{}, Type: "stripe_account"},
		SourceTransfer:       object.To(transferID), Status: statusSucceeded, TransferGroup: object.Text(spec.group),
	})
	if spec.applicationFee > 0 {
		payment.ApplicationFeeAmount = new(spec.applicationFee)
	}
	payment.BalanceTransaction = a.book(entry{
		kind: typePayment, currency: spec.currency, source: payment.ID, amount: spec.amount, applicationFee: spec.applicationFee,
	})
	return payment
}

type createTransferParams struct {
	Amount            *int64        `form:"amount"`
	Currency          string        `form:"currency,required"`
	Description       string        `form:"description"`
	Destination       string        `form:"destination,required"`
	Metadata          form.Metadata `form:"metadata"`
	SourceTransaction string        `form:"source_transaction"`
	SourceType        string        `form:"source_type" enum:"card"`
	TransferGroup     string        `form:"transfer_group"`
}

func createTransfer(c *call, p createTransferParams) (any, error) {
	destination, err := c.destination(p.Destination, "destination")
	if err != nil {
		return nil, err
	}
	spec := transferSpec{
		destination: destination, currency: strings.ToLower(p.Currency), source: p.SourceTransaction, group: p.TransferGroup,
		description: p.Description, metadata: p.Metadata.Apply(nil),
	}
	if p.SourceTransaction != "" {
		if spec.amount, err = c.fromCharge(p, &spec); err != nil {
			return nil, err
		}
		transfer, _ := c.transfer(spec)
		return transfer, nil
	}
	if p.Amount == nil {
		return nil, missingParam("amount")
	}
	if spec.amount = *p.Amount; spec.amount < 1 {
		return nil, invalid("amount", codeInvalidInteger, "This value must be greater than or equal to 1.")
	}
	if spec.amount > c.available(spec.currency) {
		return nil, insufficient("You have insufficient available funds in your Stripe account. Try adding funds directly to your " +
			"available balance by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance")
	}
	transfer, _ := c.transfer(spec)
	return transfer, nil
}

// destination is the connected account that may receive money.
func (a *account) destination(id, param string) (*account, error) {
	member := a.member(id)
	if member == nil || a.isConnected() {
		return nil, noSuch(http.StatusBadRequest, "destination", id, param)
	}
	if member.Profile.Capabilities["transfers"] != statusActive {
		return nil, invalid(param, "insufficient_capabilities_for_transfer", "Your destination account needs to have at least one of the "+
			"following capabilities enabled: transfers, crypto_transfers, legacy_payments")
	}
	return member, nil
}

// fromCharge is the amount of a transfer that is taken from a charge; it
// belongs to the charge's group.
func (a *account) fromCharge(p createTransferParams, spec *transferSpec) (int64, error) {
	charge, err := a.Charges.ref(p.SourceTransaction, "source_transaction")
	if err != nil {
		return 0, err
	}
	if !charge.Paid || charge.Currency != spec.currency {
		return 0, invalid("source_transaction", "", "The source_transaction must be a successful charge in the currency of the transfer (%s).", spec.currency)
	}
	rest := charge.AmountCaptured
	for other := range a.Transfers.all {
		if other.SourceTransaction.ID == charge.ID {
			rest -= other.Amount - other.AmountReversed
		}
	}
	amount, err := part(p.Amount, rest, charge.Currency,
		"Transfers using this transaction as a source must not exceed the source amount: %s is more than the remaining %s.")
	if err != nil {
		return 0, err
	}
	if amount < 1 {
		return 0, invalid("amount", "", "Transfers using this transaction as a source must not exceed the source amount of %s.",
			formatMoney(charge.AmountCaptured, charge.Currency))
	}
	if charge.TransferGroup == "" {
		charge.TransferGroup = object.Text("group_" + charge.ID)
		if spec.group != "" {
			charge.TransferGroup = object.Text(spec.group)
		}
	}
	if spec.group == "" {
		spec.group = string(charge.TransferGroup)
	}
	return amount, nil
}

func retrieveTransfer(c *call, _ struct{}) (any, error) { return c.Transfers.at(c.id) }

type updateTransferParams struct {
	Description *string       `form:"description"`
	Metadata    form.Metadata `form:"metadata"`
}

func updateTransfer(c *call, p updateTransferParams) (any, error) {
	transfer, err := c.Transfers.at(c.id)
	if err != nil {
		return nil, err
	}
	c.update("transfer.updated", transfer, func() {
		setText(&transfer.Description, p.Description)
		transfer.Metadata = p.Metadata.Apply(transfer.Metadata)
	})
	return transfer, nil
}

type listTransfersParams struct {
	listParams
	Created       form.Range `form:"created"`
	Destination   string     `form:"destination"`
	TransferGroup string     `form:"transfer_group"`
}

func listTransfers(c *call, p listTransfersParams) (any, error) {
	return list(c, &c.Transfers, p.listParams, func(transfer *object.Transfer) bool {
		return matches(p.Destination, transfer.Destination.ID) && matches(p.TransferGroup, string(transfer.TransferGroup)) &&
			p.Created.Contains(transfer.Created)
	})
}
