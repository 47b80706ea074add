package gateway

import (
	"context"
	"slices"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/invoice"

	"billhook/pkg/billing"
)

// Preview is what a change of a subscription would cost.
type Preview struct {
	DueNow int64
	Next   *int64 // total of the next regular invoice; nil: there will be none
	Lines  []PreviewLine
}

// PreviewLine is a line of the invoice now, or of the next one where nothing is
// invoiced now.
type PreviewLine struct {
	Description string
	Amount      int64
	Proration   bool
}

// Preview asks Stripe what moving a subscription to an offer would cost, and
// changes nothing. Stripe is asked about the change without prorations, which
// gives a whole period at the new price, and, for a change now, with them.
func (a *Account) Preview(ctx context.Context, o Observed, to billing.Offer, when billing.When) (Preview, error) {
	next, err := a.preview(ctx, o, to, withoutProration)
	if err != nil {
		return Preview{}, err
	}
	var p Preview
	if next != nil {
		p.Next, p.Lines = stripe.Int64(next.Total), linesOf(next)
	}
	if when == billing.PeriodEnd || o.Fact.After.Status == billing.StatusTrialing {
		return p, nil
	}
	now, err := a.preview(ctx, o, to, invoiceNow)
	if err != nil || now == nil {
		return p, err
	}
	// Where nothing is to be invoiced at once, Stripe shows the next invoice.
	if to.Price.Interval != o.Interval || slices.ContainsFunc(now.Lines.Data, func(l *stripe.InvoiceLineItem) bool { return l.Proration }) {
		p.DueNow, p.Lines = now.AmountDue, linesOf(now)
	}
	return p, nil
}

// preview is the invoice that a change would make; nil for none.
func (a *Account) preview(ctx context.Context, o Observed, to billing.Offer, proration string) (*stripe.Invoice, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	item := &stripe.InvoiceCreatePreviewSubscriptionDetailsItemParams{ID: stripe.String(o.Item), Quantity: stripe.Int64(to.Quantity)}
	if to.Price.ID != o.Fact.After.Price {
		item.Price = stripe.String(to.Price.ID)
	}
	params := &stripe.InvoiceCreatePreviewParams{
		Subscription: stripe.String(o.Fact.ID),
		SubscriptionDetails: &stripe.InvoiceCreatePreviewSubscriptionDetailsParams{
			Items: []*stripe.InvoiceCreatePreviewSubscriptionDetailsItemParams{item}, ProrationBehavior: stripe.String(proration),
		},
	}
	params.Context = ctx
	found, err := invoice.Client{B: a.backend, Key: a.key.Reveal()}.CreatePreview(params)
	if isCode(err, stripe.ErrorCodeInvoiceUpcomingNone) {
		return nil, nil
	}
	if err != nil {
		return nil, stripeError("preview invoice", err)
	}
	return found, nil
}

func linesOf(i *stripe.Invoice) []PreviewLine {
	var lines []PreviewLine
	for _, l := range i.Lines.Data {
		lines = append(lines, PreviewLine{Description: l.Description, Amount: l.Amount, Proration: l.Proration})
	}
	return lines
}
