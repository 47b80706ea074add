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
	Refunded      int64                     `dynamodbav:"refunded,omitempty"`
	Currency      string                    `dynamodbav:"currency"`
	Description   string                    `dynamodbav:"description,omitempty"`
	CreatedAt     millis                    `dynamodbav:"created_at"`
	Revision      int64                     `dynamodbav:"revision"`
}

func transactionItemOf(s billing.Scope, x billing.Transaction) transactionItem {
	return transactionItem{
		key:           transactionKey(s, x.Owner, x.ID),
		listing:       listed(s, transactionList, string(x.Status), x.CreatedAt, x.ID),
		ID:            x.ID,
		Owner:         x.Owner,
		User:          x.User,
		Subscription:  x.Subscription,
		PaymentIntent: x.PaymentIntent,
		Status:        x.Status,
		Amount:        x.Amount,
		Refunded:      x.Refunded,
		Currency:      x.Currency,
		Description:   x.Description,
		CreatedAt:     toMillis(x.CreatedAt),
		Revision:      x.Revision + 1,
	}
}

func (i transactionItem) value() billing.Transaction {
	return billing.Transaction{
		ID:            i.ID,
		Owner:         i.Owner,
		User:          i.User,
		Subscription:  i.Subscription,
		PaymentIntent: i.PaymentIntent,
		Status:        i.Status,
		Amount:        i.Amount,
		Refunded:      i.Refunded,
		Currency:      i.Currency,
		Description:   i.Description,
		CreatedAt:     i.CreatedAt.time(),
		Revision:      i.Revision,
	}
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
