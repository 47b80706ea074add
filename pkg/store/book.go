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

	// Of all books together, as far as the postings of a platform's shard go.
	Users     int64 `dynamodbav:"users"`
	Creators  int64 `dynamodbav:"creators"`
	InTransit int64 `dynamodbav:"in_transit"`

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
	return i.wallet(currency, user), err
}

func (i bookItem) wallet(currency, user string) billing.Wallet {
	return billing.Wallet{
		User: user, Currency: currency, Balance: i.Wallet, Held: i.Held,
		Deposited: i.Deposited, Spent: i.Spent, Postings: i.Postings, Reload: i.Reload.value(),
	}
}

// Wallets reads the wallets of a user that were ever used, by currency.
func (t *Table) Wallets(ctx context.Context, s billing.Scope, user string) (map[string]billing.Wallet, error) {
	at := map[key]string{}
	for _, currency := range billing.WalletCurrencies() {
		at[bookKey(s, currency, billing.WalletBook(user))] = currency
	}
	found, err := t.get(ctx, slices.Collect(maps.Keys(at))...)
	if err != nil {
		return nil, fmt.Errorf("wallets of %s: %w", user, err)
	}
	wallets := map[string]billing.Wallet{}
	for k, it := range found {
		i, err := decode[bookItem](it)
		if err != nil {
			return nil, err
		}
		if i.Postings > 0 {
			wallets[at[k]] = i.wallet(at[k], user)
		}
	}
	return wallets, nil
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

// Totals reads what a ledger's accounts hold, added up. A posting counts in one
// shard, with all that it does, so the sum is right whatever is posted while the
// shards are read.
func (t *Table) Totals(ctx context.Context, s billing.Scope, currency string) (billing.Totals, error) {
	shards := make([]key, ledgerShards)
	for shard := range shards {
		shards[shard] = key{journalPartition(s, currency, shard), balanceSort}
	}
	found, err := t.get(ctx, shards...)
	if err != nil {
		return billing.Totals{}, fmt.Errorf("totals in %s: %w", currency, err)
	}
	var sum billing.Totals
	for _, it := range found {
		i, err := decode[bookItem](it)
		if err != nil {
			return sum, err
		}
		sum = sum.Plus(billing.Totals{
			Users: i.Users, Creators: i.Creators, Transit: i.InTransit, Fees: i.Fees, Clearing: i.Clearing,
		})
	}
	return sum, nil
}

// glances bounds how often a history is read that grows meanwhile.
const glances = 5

var errGrowing = billing.NewError(billing.Unavailable, "history_busy", "The balance keeps moving; try again")

// WalletHistory reads a wallet and its newest postings, as they were at one moment:
// the wallet is the same before and after its history is read.
func (t *Table) WalletHistory(ctx context.Context, s billing.Scope, currency, user string, newest int) (billing.Wallet, []billing.Posting, error) {
	before, err := t.Wallet(ctx, s, currency, user)
	for range glances {
		if err != nil {
			return before, nil, err
		}
		postings, err := t.Postings(ctx, s, currency, billing.WalletBook(user), 0, newest)
		if err != nil {
			return before, nil, err
		}
		after, err := t.Wallet(ctx, s, currency, user)
		if err != nil || after.Postings == before.Postings {
			return after, postings, err
		}
		before = after
	}
	return before, nil, errGrowing
}

// Postings reads a book's history, newest first, after skip of them.
func (t *Table) Postings(ctx context.Context, s billing.Scope, currency string, b billing.Book, skip, limit int) ([]billing.Posting, error) {
	items, err := t.newest(ctx, bookPartition(s, currency, b), postingPrefix, skip, limit)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", b.Owner, err)
	}
	return decodeAll[postingItem](items)
}

// Recount reads all postings of a ledger and answers the balances, and the
// totals, that differ from their sum, by how much: none, while nothing is
// written.
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
	totals, err := t.Totals(ctx, s, currency)
	if err != nil {
		return nil, err
	}
	differ := balances.Recount(postings)
	maps.Copy(differ, totals.Recount(postings))
	return differ, nil
}
