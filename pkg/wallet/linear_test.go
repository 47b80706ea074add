package wallet_test

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/pkg/billing"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// call is what somebody asks of a wallet: deposits are positive, spendings
// negative, and 0 reads the balance.
type call int64

// answer is what comes back: whether it was done, and what a read saw.
type answer struct {
	Done    bool
	Balance int64
}

// account is what a wallet is as seen from outside: one number, and nothing
// else that happens at the same time.
func account() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return int64(0) },
		Step: func(state, input, output any) (bool, any) {
			balance, asked, got := state.(int64), int64(input.(call)), output.(answer)
			switch {
			case asked == 0:
				return got.Balance == balance, balance
			case asked < 0 && balance+asked < 0:
				return !got.Done, balance
			default:
				return got.Done, balance + asked
			}
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " -> ", output) },
	}
}

// Whatever eight do to a wallet at once can be told as if one had done it after
// the other.
func TestWalletIsLinearizable(t *testing.T) {
	t.Parallel()
	const clients, calls, histories = 8, 10, 6
	w := newWorld(t)
	plans := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]call{0, 0, 500, 300, -100, -200, -400, -900}), calls, calls), clients, clients)
	for seed := range histories {
		user := fmt.Sprint("user-", seed)
		var clock atomic.Int64
		var mu sync.Mutex
		var history []porcupine.Operation
		var all sync.WaitGroup
		for client, plan := range plans.Example(seed) {
			all.Go(func() {
				for i, asked := range plan {
					began := clock.Add(1)
					got := w.ask(t, user, fmt.Sprintf("%s-%d-%d", user, client, i), asked)
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: client, Input: asked, Call: began, Output: got, Return: clock.Add(1)})
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if !porcupine.CheckOperations(account(), history) {
			t.Errorf("seed %d is not linearizable: %v", seed, history)
		}
	}
	w.addsUp(t)
}

func (w world) ask(t *testing.T, user, id string, asked call) answer {
	t.Helper()
	c := w.cause(id)
	var err error
	switch {
	case asked == 0:
		found, err := w.wallets.Read(t.Context(), w.scope, "usd", user)
		if err != nil {
			t.Error(err)
		}
		return answer{Balance: found.Balance}
	case asked < 0:
		_, err = w.wallets.Spend(t.Context(), w.scope, c, user, -int64(asked))
	default:
		_, _, err = w.Function.Table.Post(t.Context(), w.scope, billing.Deposit(c, billing.PostDeposit, user, int64(asked)))
	}
	if err != nil && !errors.Is(err, billing.ErrInsufficientBalance) {
		t.Error(err)
	}
	return answer{Done: err == nil}
}
