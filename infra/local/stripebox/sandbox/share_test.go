package sandbox_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// charge confirms a payment intent with a Visa card.
func (b *box) charge(amount int64, change ...func(*stripe.PaymentIntentParams)) (*stripe.PaymentIntent, error) {
	b.t.Helper()
	params := &stripe.PaymentIntentParams{
		Amount: &amount, Currency: stripe.String("usd"), Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_visa"),
	}
	params.AddExpand("latest_charge.balance_transaction")
	for _, apply := range change {
		apply(params)
	}
	return b.api.PaymentIntents.New(params)
}

// available is an account's balance in dollars' cents; "" is the platform.
func (b *box) available(account string) int64 {
	b.t.Helper()
	params := &stripe.BalanceParams{}
	if account != "" {
		params.SetStripeAccount(account)
	}
	balance, err := b.api.Balance.Get(params)
	b.must(err)
	return balance.Available[0].Amount
}

// feesOf are the application fees on a charge, or all of them.
func (b *box) feesOf(charge string) ([]*stripe.ApplicationFee, error) {
	b.t.Helper()
	params := &stripe.ApplicationFeeListParams{}
	if charge != "" {
		params.Charge = &charge
	}
	list := b.api.ApplicationFees.List(params)
	var fees []*stripe.ApplicationFee
	for list.Next() {
		fees = append(fees, list.ApplicationFee())
	}
	return fees, list.Err()
}

func TestDirectCharge(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	h := b.listen()
	pi, err := b.charge(5000, func(p *stripe.PaymentIntentParams) {
		p.SetStripeAccount(seller)
		p.ApplicationFeeAmount = stripe.Int64(700)
	})
	b.must(err)
	charge := pi.LatestCharge
	if transaction := charge.BalanceTransaction; transaction.Amount != 5000 || transaction.Fee != 700 || transaction.Net != 4300 {
		t.Errorf("transaction = %+v", transaction)
	}
	fees, err := b.feesOf(charge.ID)
	b.must(err)
	if len(fees) != 1 || fees[0].ID != charge.ApplicationFee.ID || fees[0].Amount != 700 || fees[0].Account.ID != seller {
		t.Fatalf("fees = %+v", fees)
	}
	if platform, connected := b.available(""), b.available(seller); platform != 700 || connected != 4300 {
		t.Errorf("balances = %d and %d, want 700 and 4300", platform, connected)
	}
	refund := &stripe.RefundParams{PaymentIntent: &pi.ID, Amount: stripe.Int64(2500), RefundApplicationFee: stripe.Bool(true)}
	refund.SetStripeAccount(seller)
	_, err = b.api.Refunds.New(refund)
	b.must(err)
	if platform, connected := b.available(""), b.available(seller); platform != 350 || connected != 2150 {
		t.Errorf("balances after half was refunded = %d and %d, want 350 and 2150", platform, connected)
	}
	_, err = b.api.FeeRefunds.New(&stripe.FeeRefundParams{ID: &fees[0].ID})
	b.must(err)
	if platform, connected := b.available(""), b.available(seller); platform != 0 || connected != 2500 {
		t.Errorf("balances after the fee was refunded = %d and %d, want 0 and 2500", platform, connected)
	}
	b.settle()
	want := []string{"application_fee.created", "application_fee.refunded", "application_fee.refunded"}
	if diff := cmp.Diff(want, h.types()); diff != "" {
		t.Errorf("the platform's webhooks (-want +got)\n%s", diff)
	}
}

func TestDestinationCharge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fee, transfer       *int64
		platform, connected int64 // after the charge of 5000
		rest, kept          int64 // the same after a refund of half
	}{
		"all of it":          {nil, nil, 0, 5000, 0, 2500},
		"less a fee":         {stripe.Int64(1000), nil, 1000, 4000, 500, 2000},
		"a part of it":       {nil, stripe.Int64(3000), 2000, 3000, 1000, 1500},
		"nearly all as fees": {stripe.Int64(5000), nil, 5000, 0, 2500, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			seller := b.seller()
			pi, err := b.charge(5000, func(p *stripe.PaymentIntentParams) {
				p.ApplicationFeeAmount = test.fee
				p.TransferData = &stripe.PaymentIntentTransferDataParams{Destination: &seller, Amount: test.transfer}
			})
			b.must(err)
			if platform, connected := b.available(""), b.available(seller); platform != test.platform || connected != test.connected {
				t.Errorf("balances = %d and %d, want %d and %d", platform, connected, test.platform, test.connected)
			}
			if pi.TransferGroup != "group_"+pi.ID || pi.LatestCharge.TransferData.Destination.ID != seller || pi.LatestCharge.Transfer == nil {
				t.Errorf("payment intent = %+v, charge = %+v", pi.TransferGroup, pi.LatestCharge)
			}
			params := &stripe.RefundParams{PaymentIntent: &pi.ID, Amount: stripe.Int64(2500), ReverseTransfer: stripe.Bool(true)}
			if test.fee != nil {
				params.RefundApplicationFee = stripe.Bool(true)
			}
			_, err = b.api.Refunds.New(params)
			b.must(err)
			if platform, connected := b.available(""), b.available(seller); platform != test.rest || connected != test.kept {
				t.Errorf("balances after the refund = %d and %d, want %d and %d", platform, connected, test.rest, test.kept)
			}
		})
	}
}

func TestSharingRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	young, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
	b.must(err)
	to := func(account string) *stripe.PaymentIntentTransferDataParams {
		return &stripe.PaymentIntentTransferDataParams{Destination: &account}
	}
	for name, test := range map[string]struct {
		change func(*stripe.PaymentIntentParams)
		param  string
		code   stripe.ErrorCode
	}{
		"a fee of its own charge": {func(p *stripe.PaymentIntentParams) { p.ApplicationFeeAmount = stripe.Int64(1) }, "application_fee_amount", ""},
		"a fee above the amount": {func(p *stripe.PaymentIntentParams) {
			p.ApplicationFeeAmount, p.TransferData = stripe.Int64(1001), to(seller)
		}, "application_fee_amount", ""},
		"unknown destination": {func(p *stripe.PaymentIntentParams) { p.TransferData = to("acct_x") }, "transfer_data[destination]", stripe.ErrorCodeResourceMissing},
		"destination without transfers": {func(p *stripe.PaymentIntentParams) { p.TransferData = to(young.ID) }, "transfer_data[destination]",
			"insufficient_capabilities_for_transfer"},
		"fee and amount": {func(p *stripe.PaymentIntentParams) {
			p.ApplicationFeeAmount, p.TransferData = stripe.Int64(1), to(seller)
			p.TransferData.Amount = stripe.Int64(5)
		}, "application_fee_amount", ""},
		"unknown on_behalf_of": {func(p *stripe.PaymentIntentParams) { p.OnBehalfOf = stripe.String("acct_x") }, "on_behalf_of", stripe.ErrorCodeResourceMissing},
	} {
		_, err := b.charge(1000, test.change)
		if refused := b.stripeError(err); refused.Param != test.param || refused.Code != test.code {
			t.Errorf("%s: %+v", name, refused)
		}
	}
	if got := b.available(""); got != 0 {
		t.Errorf("the balance is %d after refusals", got)
	}
}

// The hosted page of a connected account's session is paid like any other, and
// every invoice of the subscription gives the platform its share.
func TestSubscriptionOfAConnectedAccount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	connect := b.listenConnect()
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", func(p *stripe.CheckoutSessionParams) {
		p.SetStripeAccount(seller)
		p.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{ApplicationFeePercent: stripe.Float64(12.5)}
	})
	if got := b.pay(session, "4242424242424242"); got.status != http.StatusSeeOther {
		t.Fatalf("paying = %d %s", got.status, got.body)
	}
	get := &stripe.CheckoutSessionParams{}
	get.SetStripeAccount(seller)
	get.AddExpand("subscription.latest_invoice")
	paid, err := b.api.CheckoutSessions.Get(session.ID, get)
	b.must(err)
	sub := paid.Subscription
	if sub.ApplicationFeePercent != 12.5 || sub.Application.ID == "" || sub.LatestInvoice.ApplicationFeeAmount != 363 { // of 2900
		t.Errorf("percent = %v, application = %v, fee = %d", sub.ApplicationFeePercent, sub.Application, sub.LatestInvoice.ApplicationFeeAmount)
	}
	if got := b.available(""); got != 363 {
		t.Errorf("the platform has %d, want 363", got)
	}
	b.advance(`{"days":31}`)
	if got := b.available(""); got != 2*363 {
		t.Errorf("the platform has %d after a renewal, want %d", got, 2*363)
	}
	b.settle()
	if types := connect.types(); !slices.Contains(types, "checkout.session.completed") || !slices.Contains(types, "invoice.paid") {
		t.Errorf("webhooks = %v", types)
	}
}

func TestPaymentSessionWithShares(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	b.paid(b.session(stripe.CheckoutSessionModePayment, "price_credits_once", func(p *stripe.CheckoutSessionParams) {
		p.PaymentIntentData = &stripe.CheckoutSessionPaymentIntentDataParams{
			ApplicationFeeAmount: stripe.Int64(100),
			TransferData:         &stripe.CheckoutSessionPaymentIntentDataTransferDataParams{Destination: &seller},
		}
	}), "4242424242424242")
	if platform, connected := b.available(""), b.available(seller); platform != 100 || connected != 1400 {
		t.Errorf("balances = %d and %d, want 100 and 1400", platform, connected)
	}
}

func TestSubscriptionThatTransfers(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	customer, err := b.api.Customers.New(nil)
	b.must(err)
	method, err := b.api.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID})
	b.must(err)
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, DefaultPaymentMethod: &method.ID,
		Items:        []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
		TransferData: &stripe.SubscriptionTransferDataParams{Destination: &seller, AmountPercent: stripe.Float64(80)},
	})
	b.must(err)
	if sub.TransferData.AmountPercent != 80 || sub.TransferData.Destination.ID != seller {
		t.Errorf("transfer_data = %+v", sub.TransferData)
	}
	if platform, connected := b.available(""), b.available(seller); platform != 580 || connected != 2320 {
		t.Errorf("balances = %d and %d, want 580 and 2320", platform, connected)
	}
	_, err = b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{ApplicationFeePercent: stripe.Float64(200)})
	if refused := b.stripeError(err); refused.Param != "application_fee_percent" {
		t.Errorf("200 percent: %+v", refused)
	}
}

func TestFeeOfAnIntentCanChange(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	params := &stripe.PaymentIntentParams{Amount: stripe.Int64(1000), Currency: stripe.String("usd"), ApplicationFeeAmount: stripe.Int64(500)}
	params.SetStripeAccount(seller)
	pi, err := b.api.PaymentIntents.New(params)
	b.must(err)
	update := func(change stripe.PaymentIntentParams) error {
		change.SetStripeAccount(seller)
		_, err := b.api.PaymentIntents.Update(pi.ID, &change)
		return err
	}
	if refused := b.stripeError(update(stripe.PaymentIntentParams{Amount: stripe.Int64(499)})); refused.Param != "application_fee_amount" {
		t.Errorf("an amount below the fee: %+v", refused)
	}
	b.must(update(stripe.PaymentIntentParams{ApplicationFeeAmount: stripe.Int64(100), TransferGroup: stripe.String("order_7")}))
	confirm := &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")}
	confirm.SetStripeAccount(seller)
	confirmed, err := b.api.PaymentIntents.Confirm(pi.ID, confirm)
	b.must(err)
	if confirmed.TransferGroup != "order_7" || b.available("") != 100 || b.available(seller) != 900 {
		t.Errorf("group = %s, balances = %d and %d", confirmed.TransferGroup, b.available(""), b.available(seller))
	}
	if refused := b.stripeError(update(stripe.PaymentIntentParams{ApplicationFeeAmount: stripe.Int64(1)})); refused.Code != stripe.ErrorCodePaymentIntentUnexpectedState {
		t.Errorf("after it was paid: %+v", refused)
	}
}
