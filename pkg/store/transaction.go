package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"billhook/pkg/billing"
)

type transactionItem struct {
	key
	listing
	ID            string                    `dynamodbav:"id"`
	Owner         string                    `dynamodbav:"owner"`
	User          string                    `dynamodbav:"user,omitempty"`
	Subscription  string                    `dynamodbav:"subscription,omitempty"`
	PaymentIntent string                    `dynamodbav:"payment_intent,omitempty"`
	Status        billing.TransactionStatus `dynamodbav:"status"`
	Amount        int64                     `dynamodbav:"amount"`
	AsOf          millis                    `dynamodbav:"as_of,omitempty"`
	Refunded      int64                     `dynamodbav:"refunded,omitempty"`
	RefundsAsOf   millis                    `dynamodbav:"refunds_as_of,omitempty"`
	Currency      string                    `dynamodbav:"currency"`
	Description   string                    `dynamodbav:"description,omitempty"`
	Retry         *retryItem                `dynamodbav:"retry,omitempty"`
	Failure       *failureItem              `dynamodbav:"failure,omitempty"`
	Dispute       *disputeItem              `dynamodbav:"dispute,omitempty"`
	Earlier       *disputeItem              `dynamodbav:"earlier_dispute,omitempty"`
	Deposit       *depositItem              `dynamodbav:"deposit,omitempty"`
	CreatedAt     millis                    `dynamodbav:"created_at"`
	LastEvent     refItem                   `dynamodbav:"last_event,omitempty"`
	Revision      int64                     `dynamodbav:"revision"`
}

type retryItem struct {
	Attempts int    `dynamodbav:"attempts"`
	Next     millis `dynamodbav:"next,omitempty"`
	AsOf     millis `dynamodbav:"as_of"`
}

type failureItem struct {
	Code    string `dynamodbav:"code,omitempty"`
	Decline string `dynamodbav:"decline,omitempty"`
	Message string `dynamodbav:"message,omitempty"`
	AsOf    millis `dynamodbav:"as_of"`
}

type disputeItem struct {
	ID        string                `dynamodbav:"id"`
	Status    billing.DisputeStatus `dynamodbav:"status"`
	Reason    string                `dynamodbav:"reason,omitempty"`
	Amount    int64                 `dynamodbav:"amount"`
	CreatedAt millis                `dynamodbav:"created_at"`
	AsOf      millis                `dynamodbav:"as_of"`
}

func disputeItemOf(d billing.Dispute) *disputeItem {
	if d == (billing.Dispute{}) {
		return nil
	}
	return &disputeItem{d.ID, d.Status, d.Reason, d.Amount, toMillis(d.CreatedAt), toMillis(d.AsOf)}
}

func (i *disputeItem) value() billing.Dispute {
	if i == nil {
		return billing.Dispute{}
	}
	return billing.Dispute{
		ID: i.ID, Status: i.Status, Reason: i.Reason, Amount: i.Amount, CreatedAt: i.CreatedAt.time(), AsOf: i.AsOf.time(),
	}
}

type depositItem struct {
	User     string              `dynamodbav:"user"`
	Kind     billing.PostingKind `dynamodbav:"kind"`
	Worth    int64               `dynamodbav:"worth"`
	Postings int64               `dynamodbav:"postings"`
}

func transactionItemOf(s billing.Scope, x billing.Transaction) transactionItem {
	i := transactionItem{
		key:           transactionKey(s, x.Owner, x.ID),
		listing:       listed(s, transactionList, string(x.Status), x.CreatedAt, x.ID),
		ID:            x.ID,
		Owner:         x.Owner,
		User:          x.User,
		Subscription:  x.Subscription,
		PaymentIntent: x.PaymentIntent,
		Status:        x.Status,
		Amount:        x.Amount,
		AsOf:          toMillis(x.AsOf),
		Refunded:      x.Refunded,
		RefundsAsOf:   toMillis(x.RefundsAsOf),
		Currency:      x.Currency,
		Description:   x.Description,
		CreatedAt:     toMillis(x.CreatedAt),
		LastEvent:     refItemOf(x.LastEvent),
		Revision:      x.Revision + 1,
	}
	if r := x.Retry; r != (billing.Retry{}) {
		i.Retry = &retryItem{r.Attempts, toMillis(r.Next), toMillis(r.AsOf)}
	}
	if f := x.Failure; f != (billing.Failure{}) {
		i.Failure = &failureItem{f.Code, f.Decline, f.Message, toMillis(f.AsOf)}
	}
	i.Dispute, i.Earlier = disputeItemOf(x.Dispute), disputeItemOf(x.Earlier)
	if d := x.Deposit; d != (billing.WalletDeposit{}) {
		i.Deposit = &depositItem{d.User, d.Kind, d.Worth, d.Postings}
	}
	return i
}

func (i transactionItem) value() billing.Transaction {
	x := billing.Transaction{
		ID:            i.ID,
		Owner:         i.Owner,
		User:          i.User,
		Subscription:  i.Subscription,
		PaymentIntent: i.PaymentIntent,
		Status:        i.Status,
		Amount:        i.Amount,
		AsOf:          i.AsOf.time(),
		Refunded:      i.Refunded,
		RefundsAsOf:   i.RefundsAsOf.time(),
		Currency:      i.Currency,
		Description:   i.Description,
		CreatedAt:     i.CreatedAt.time(),
		LastEvent:     i.LastEvent.value(),
		Revision:      i.Revision,
	}
	if r := i.Retry; r != nil {
		x.Retry = billing.Retry{Attempts: r.Attempts, Next: r.Next.time(), AsOf: r.AsOf.time()}
	}
	if f := i.Failure; f != nil {
		x.Failure = billing.Failure{Code: f.Code, Decline: f.Decline, Message: f.Message, AsOf: f.AsOf.time()}
	}
	x.Dispute, x.Earlier = i.Dispute.value(), i.Earlier.value()
	if d := i.Deposit; d != nil {
		x.Deposit = billing.WalletDeposit{User: d.User, Kind: d.Kind, Worth: d.Worth, Postings: d.Postings}
	}
	return x
}

// Transactions lists a customer's transactions, newest first.
func (t *Table) Transactions(ctx context.Context, s billing.Scope, customer string) ([]billing.Transaction, error) {
	items, err := t.query(ctx, customerPartition(s, customer), transactionPrefix)
	if err != nil {
		return nil, fmt.Errorf("transactions of %s: %w", customer, err)
	}
	transactions, err := decodeAll[transactionItem](items)
	slices.SortFunc(transactions, func(a, b billing.Transaction) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return transactions, err
}
