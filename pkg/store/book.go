package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"billhook/pkg/billing"
)

type bookItem struct {
	Wallet    int64 `dynamodbav:"wallet"`
	Held      int64 `dynamodbav:"held"`
	Creator   int64 `dynamodbav:"creator"`
	Transit   int64 `dynamodbav:"transit"`
	Fees      int64 `dynamodbav:"fees"`
	Clearing  int64 `dynamodbav:"stripe"`
	Deposited int64 `dynamodbav:"deposited"`
	Spent     int64 `dynamodbav:"spent"`
	Postings  int64 `dynamodbav:"postings"`

	User     string     `dynamodbav:"user"`     // with a reload only
	Currency string     `dynamodbav:"currency"` // with a reload only
	Reload   reloadItem `dynamodbav:"reload"`
}

// balances are those of the accounts that the book has.
func (i bookItem) balances(b billing.Book) billing.Balances {
	all := billing.Balances{}
	for kind, balance := range map[billing.AccountKind]int64{
		billing.WalletAccount: i.Wallet, billing.HeldAccount: i.Held, billing.CreatorAccount: i.Creator,
		billing.TransitAccount: i.Transit, billing.FeesAccount: i.Fees, billing.ClearingAccount: i.Clearing,
	} {
		if balance != 0 {
			all[billing.Account{Kind: kind, Owner: b.Owner}] = balance
		}
	}
	return all
}

// Wallet reads a user's wallet; one that was never used is empty.
func (t *Table) Wallet(ctx context.Context, s billing.Scope, currency, user string) (billing.Wallet, error) {
	k := bookKey(s, currency, billing.WalletBook(user))
	found, err := t.get(ctx, k)
	if err != nil {
		return billing.Wallet{}, fmt.Errorf("wallet of %s: %w", user, err)
	}
	i, err := decode[bookItem](found[k])
	return billing.Wallet{
		User: user, Currency: currency, Balance: i.Wallet, Held: i.Held,
		Deposited: i.Deposited, Spent: i.Spent, Postings: i.Postings, Reload: i.Reload.value(),
	}, err
}

// Balances reads those of books; the platform's are those of its shards, summed.
func (t *Table) Balances(ctx context.Context, s billing.Scope, currency string, books ...billing.Book) (billing.Balances, error) {
	of := map[key]billing.Book{}
	for _, b := range books {
		if b != (billing.Book{}) {
			of[bookKey(s, currency, b)] = b
			continue
		}
		for shard := range ledgerShards {
			of[key{journalPartition(s, currency, shard), balanceSort}] = b
		}
	}
	found, err := t.get(ctx, slices.Collect(maps.Keys(of))...)
	if err != nil {
		return nil, fmt.Errorf("balances: %w", err)
	}
	sum := billing.Balances{}
	for k, it := range found {
		i, err := decode[bookItem](it)
		if err != nil {
			return nil, err
		}
		for account, balance := range i.balances(of[k]) {
			sum[account] += balance
		}
	}
	maps.DeleteFunc(sum, func(_ billing.Account, balance int64) bool { return balance == 0 })
	return sum, nil
}

// Postings reads a book's history, newest first, after skip of them.
func (t *Table) Postings(ctx context.Context, s billing.Scope, currency string, b billing.Book, skip, limit int) ([]billing.Posting, error) {
	items, err := t.newest(ctx, bookPartition(s, currency, b), postingPrefix, skip, limit)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", b.Owner, err)
	}
	return decodeAll[postingItem](items)
}

// Recount reads all postings of a ledger and answers the balances that differ
// from their sum, by how much: none, while nothing is written.
func (t *Table) Recount(ctx context.Context, s billing.Scope, currency string) (billing.Balances, error) {
	books := map[billing.Book]bool{{}: true}
	var postings []billing.Posting
	for shard := range ledgerShards {
		items, err := t.query(ctx, journalPartition(s, currency, shard), postingPrefix)
		if err != nil {
			return nil, fmt.Errorf("recount: %w", err)
		}
		some, err := decodeAll[postingItem](items)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			for _, b := range p.Books() {
				books[b] = true
			}
		}
		postings = append(postings, some...)
	}
	balances, err := t.Balances(ctx, s, currency, slices.Collect(maps.Keys(books))...)
	if err != nil {
		return nil, err
	}
	return balances.Recount(postings), nil
}
