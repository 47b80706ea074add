package wallet_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

// step is what a worker does: something to one of a few users, payments, holds,
// charges and payouts, so that workers meet at them.
type step struct {
	Do     int
	User   int
	Thing  int
	Amount int64
	Second int // of an event
}

const (
	workers = 16
	users   = 3 // the first never has a deposit taken back
	things  = 6
)

func plans() *rapid.Generator[[][]step] {
	one := rapid.Custom(func(t *rapid.T) step {
		return step{
			Do:     rapid.IntRange(0, 9).Draw(t, "do"),
			User:   rapid.IntRange(0, users-1).Draw(t, "user"),
			Thing:  rapid.IntRange(0, things-1).Draw(t, "thing"),
			Amount: rapid.Int64Range(1, 400).Draw(t, "amount"),
			Second: rapid.IntRange(1, 60).Draw(t, "second"),
		}
	})
	return rapid.SliceOfN(rapid.SliceOfN(one, 8, 8), workers, workers)
}

// do takes a step. Every name can come from several workers, with other amounts.
func (w world) do(t *testing.T, s step) error {
	ctx, table := t.Context(), w.Function.Table
	user, creator := fmt.Sprint("user-", s.User), fmt.Sprint("creator-", s.Thing%2)
	name := func(what string) string { return fmt.Sprintf("%s-%d-%d", what, s.User, s.Thing) }
	var err error
	switch s.Do {
	case 0, 1:
		err = w.tell(t, s, billing.Transaction{})
	case 2:
		told := billing.Transaction{Refunded: s.Amount, RefundsAsOf: noon.Add(time.Duration(s.Second) * time.Second)}
		if s.User > 0 {
			err = w.tell(t, s, told)
		}
	case 3:
		status := []billing.DisputeStatus{billing.DisputeNeedsResponse, billing.DisputeWon, billing.DisputeLost}[s.Second%3]
		told := billing.Transaction{Dispute: billing.Dispute{ID: "dp_" + name("pi"), Status: status, Amount: 1000, CreatedAt: noon, AsOf: noon.Add(time.Second)}}
		if s.User > 0 {
			err = w.tell(t, s, told)
		}
	case 4:
		_, err = w.wallets.Spend(ctx, w.scope, w.cause(name("spend")+fmt.Sprint(s.Second)), user, s.Amount)
	case 5:
		_, err = w.wallets.Hold(ctx, w.scope, billing.Hold{
			ID: name("hold"), User: user, Currency: "usd", Amount: 300, CreatedAt: noon, ExpiresAt: w.Clock.Now().Add(time.Hour),
		})
	case 6:
		if s.Second%2 == 0 {
			_, err = w.wallets.Capture(ctx, w.scope, "usd", user, name("hold"), min(s.Amount, 300))
		} else {
			_, err = w.wallets.Release(ctx, w.scope, "usd", user, name("hold"))
		}
	case 7:
		_, err = w.wallets.Charge(ctx, w.scope, w.cause(name("charge")), user, creator, 100, 1000)
	case 8:
		_, err = w.wallets.Refund(ctx, w.scope, "usd", name("charge"), s.Amount%60, fmt.Sprint(s.Second%2))
	default:
		err = w.payout(t, table.Post, s, creator)
	}
	return err
}

// payout takes a creator's payout a step further.
func (w world) payout(t *testing.T, post poster, s step, creator string) error {
	id := fmt.Sprint("payout-", s.Thing)
	steps := []billing.Posting{
		billing.ReservePayout(w.cause(id), creator, 50),
		billing.PaidOut(w.cause(id+"#end"), creator, 50),
		billing.ReturnPayout(w.cause(id+"#end"), creator, 50),
	}
	_, _, err := post(t.Context(), w.scope, steps[s.Second%3])
	return err
}

// poster is store.Table.Post.
type poster = func(ctx context.Context, s billing.Scope, p billing.Posting) (billing.Posting, bool, error)

var noon = time.Date(2100, 2, 3, 12, 0, 0, 0, time.UTC)

// tell has an event tell of a user's payment of 10.00 for the wallet.
func (w world) tell(t *testing.T, s step, told billing.Transaction) error {
	user, id := fmt.Sprint("user-", s.User), fmt.Sprintf("pi_%d_%d", s.User, s.Thing)
	told.ID, told.PaymentIntent, told.Owner, told.User = id, id, "cus_"+user, user
	told.Status, told.Amount, told.Currency, told.AsOf, told.CreatedAt = billing.TransactionSucceeded, 1000, "usd", noon, noon
	_, err := w.projector.Apply(t.Context(), w.scope, billing.Event{
		ID: fmt.Sprintf("evt_%s_%d_%d_%d", id, s.Do, s.Second, s.Amount), Type: "charge.refunded", Object: id, Mode: billing.Test,
		Created: noon.Add(time.Duration(s.Second) * time.Second),
		Fact: billing.PaymentFact{Payment: told, Wallet: billing.WalletMark{
			Project: w.scope.Project.String(), User: user, Kind: billing.PostDeposit,
		}},
	})
	return err
}

// Sixteen work at once on a few wallets. At every moment all accounts sum to
// zero and no wallet is below it by spending; in the end every balance is the
// sum of its postings, and each cause has one.
func TestHistories(t *testing.T) {
	t.Parallel()
	for seed := range 4 {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			reloading := "user-0"
			w.saveCard(t, reloading)
			threshold, amount := int64(200), int64(500)
			if err := w.wallets.SetReload(t.Context(), w.scope, "usd", reloading, true, &threshold, &amount); err != nil {
				t.Fatal(err)
			}
			books := []billing.Book{billing.CreatorBook("creator-0"), billing.CreatorBook("creator-1")}
			for i := range users {
				books = append(books, billing.WalletBook(fmt.Sprint("user-", i)))
			}
			stop := w.watch(t, books)
			var all sync.WaitGroup
			for _, plan := range plans().Example(seed) {
				all.Go(func() {
					for _, s := range plan {
						if err := w.do(t, s); err != nil && !refusal(err) {
							t.Errorf("%+v: %v", s, err)
						}
					}
				})
			}
			all.Wait()
			if moments := stop(); moments == 0 {
				t.Error("no moment was seen")
			}
			w.addsUp(t)
			w.once(t, books)
		})
	}
}

// refusal reports whether an error is one that a caller may be answered.
func refusal(err error) bool {
	var known *billing.Error
	if !errors.As(err, &known) {
		return false
	}
	return slices.Contains([]billing.Kind{billing.PaymentRequired, billing.Conflict, billing.Refused, billing.NotFound, billing.Unavailable}, known.Kind)
}

// watch looks at the balances until it is stopped, and answers how many moments
// it has seen.
func (w world) watch(t *testing.T, books []billing.Book) (stop func() int) {
	t.Helper()
	ended, seen := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-ended:
				seen <- n
				return
			default:
			}
			balances, err := w.moment(t.Context(), books...)
			if canceled(err) {
				continue
			}
			if err != nil {
				t.Error(err)
			}
			n++
			sum := int64(0)
			for of, balance := range balances {
				sum += balance
				if balance < 0 && (of == "WALLET#user-0 wallet" || strings.HasSuffix(of, " held") || strings.HasSuffix(of, " transit")) {
					t.Errorf("%s is %d", of, balance)
				}
			}
			if sum != 0 {
				t.Errorf("all accounts sum to %d: %v", sum, balances)
			}
		}
	}()
	return func() int {
		close(ended)
		return <-seen
	}
}

// once checks that a cause stands once in a history, and that as many stand
// there as were counted.
func (w world) once(t *testing.T, books []billing.Book) {
	t.Helper()
	for _, b := range books {
		postings, err := w.Function.Table.Postings(t.Context(), w.scope, "usd", b, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		causes := map[string]bool{}
		for _, p := range postings {
			if causes[p.ID] {
				t.Errorf("%s stands twice in the history of %s", p.ID, b.Owner)
			}
			causes[p.ID] = true
		}
		if b.Kind != billing.WalletAccount {
			continue
		}
		found, err := w.Function.Table.Wallet(t.Context(), w.scope, "usd", b.Owner)
		if err != nil {
			t.Fatal(err)
		}
		if found.Postings != int64(len(postings)) || found.Balance+found.Held != found.Deposited-found.Spent {
			t.Errorf("%d postings of %s: %+v", len(postings), b.Owner, found)
		}
	}
}
