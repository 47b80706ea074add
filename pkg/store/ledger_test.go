package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/store"
)

func because(id string) billing.Cause { return billing.Cause{ID: id, At: noon, Currency: "usd"} }

func post(t *testing.T, table *store.Table, s billing.Scope, p billing.Posting) {
	t.Helper()
	if _, first, err := table.Post(t.Context(), s, p); err != nil || !first {
		t.Fatalf("post %s: first %t, %v", p.ID, first, err)
	}
}

// recounted checks that every balance of a ledger is the sum of its postings.
func recounted(t *testing.T, table *store.Table, s billing.Scope) {
	t.Helper()
	for _, currency := range []string{"usd", "jpy"} {
		if differ, err := table.Recount(t.Context(), s, currency); err != nil || len(differ) > 0 {
			t.Errorf("the balances in %s differ from the postings: %v, %v", currency, differ, err)
		}
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	post(t, table, s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 2500))
	post(t, table, s, billing.Spend(because("spend_1"), "ann", 400))
	charge := billing.ChargeFor(because("charge_1"), "ann", "bob", 300, 1000)
	post(t, table, s, charge)
	post(t, table, s, billing.Reserve(because("hold_1"), "ann", 1000))
	post(t, table, s, billing.Capture(because("hold_1#captured"), "ann", 1000, 250))
	post(t, table, s, billing.RefundOf(because("refund_1"), charge, 0, 100))
	post(t, table, s, billing.ReservePayout(because("payout_1"), "bob", 150))
	post(t, table, s, billing.PaidOut(because("payout_1#paid"), "bob", 150))

	got, err := table.Wallet(t.Context(), s, "usd", "ann")
	want := billing.Wallet{User: "ann", Currency: "usd", Balance: 1650, Deposited: 2500, Spent: 850, Postings: 6}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("wallet: %v (-want +got):\n%s", err, diff)
	}
	balances, err := table.Balances(t.Context(), s, "usd", billing.Book{}, billing.CreatorBook("bob"))
	wanted := billing.Balances{{Kind: billing.FeesAccount}: 670, {Kind: billing.ClearingAccount}: -2350, {Kind: billing.CreatorAccount, Owner: "bob"}: 30}
	if diff := cmp.Diff(wanted, balances); diff != "" || err != nil {
		t.Errorf("balances: %v (-want +got):\n%s", err, diff)
	}
	recounted(t, table, s)
}

// A cause posts once, and answers what it posted from then on.
func TestPostOnce(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	deposit := billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 500)
	post(t, table, s, deposit)
	post(t, table, s, billing.Spend(because("spend_1"), "ann", 500))

	later := billing.Spend(billing.Cause{ID: "spend_1", At: noon.Add(time.Hour), Currency: "usd"}, "ann", 500)
	got, first, err := table.Post(t.Context(), s, later)
	if diff := cmp.Diff(billing.Spend(because("spend_1"), "ann", 500), got); diff != "" || first || err != nil {
		t.Errorf("again: first %t, %v (-want +got):\n%s", first, err, diff)
	}
	for name, other := range map[string]billing.Posting{
		"another amount":  billing.Spend(because("spend_1"), "ann", 400),
		"another account": billing.Spend(because("spend_1"), "bob", 500),
		"another kind":    billing.Reserve(because("pi_1"), "ann", 500),
	} {
		if _, _, err := table.Post(t.Context(), s, other); !errors.Is(err, billing.ErrAnotherPosting) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Another currency, and another mode, are ledgers of their own.
	yen := deposit
	yen.Currency = "jpy"
	post(t, table, s, yen)
	post(t, table, billing.Scope{Project: s.Project, Mode: billing.Live}, deposit)
	recounted(t, table, s)
}

func TestPostNeedsBalance(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	post(t, table, s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 500))
	post(t, table, s, billing.Reserve(because("hold_1"), "ann", 100))
	for name, p := range map[string]billing.Posting{
		"nobody spends":            billing.Spend(because("a"), "bob", 1),
		"more than there is":       billing.Spend(because("b"), "ann", 401),
		"a charge":                 billing.ChargeFor(because("c"), "ann", "bob", 401, 0),
		"a hold":                   billing.Reserve(because("d"), "ann", 401),
		"more than is held":        billing.Capture(because("e"), "ann", 101, 101),
		"a payout of what is not":  billing.ReservePayout(because("f"), "bob", 1),
		"a payout not in transit":  billing.PaidOut(because("g"), "bob", 1),
		"a return not in transit":  billing.ReturnPayout(because("h"), "bob", 1),
		"a release of what is not": billing.Release(because("i"), "ann", 101),
	} {
		if _, _, err := table.Post(t.Context(), s, p); !errors.Is(err, billing.ErrInsufficientBalance) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What Stripe takes back is gone, and nothing can be spent until it is made up for.
	post(t, table, s, billing.Settle(because("pi_1#2"), "ann", -500))
	if _, _, err := table.Post(t.Context(), s, billing.Spend(because("j"), "ann", 1)); !errors.Is(err, billing.ErrInsufficientBalance) {
		t.Errorf("a negative wallet spends: %v", err)
	}
	post(t, table, s, billing.Settle(because("pi_1#3"), "ann", 500))
	post(t, table, s, billing.Spend(because("k"), "ann", 400))
	recounted(t, table, s)
}

// However many spend at once, no more is spent than there is.
func TestSpendAtOnce(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	post(t, table, s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 1000))
	var spent, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			switch _, first, err := table.Post(t.Context(), s, billing.Spend(because(fmt.Sprint("spend_", i)), "ann", 100)); {
			case errors.Is(err, billing.ErrInsufficientBalance):
				refused.Add(1)
			case err == nil && first:
				spent.Add(1)
			default:
				t.Errorf("spend %d: first %t, %v", i, first, err)
			}
		})
	}
	wg.Wait()
	if spent.Load() != 10 || refused.Load() != 54 {
		t.Errorf("%d spent, %d were refused", spent.Load(), refused.Load())
	}
	recounted(t, table, s)
}

// History is newest first, and each book has its own.
func TestBookHistory(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	at := func(minute int, id string) billing.Cause {
		return billing.Cause{ID: id, At: noon.Add(time.Duration(minute) * time.Minute), Currency: "usd", Description: "what for", Reference: "ref_" + id}
	}
	deposit := billing.Deposit(at(0, "pi_1"), billing.PostDeposit, "ann", 500)
	charge := billing.ChargeFor(at(1, "charge"), "ann", "bob", 50, 1000)
	spend := billing.Spend(at(2, "spend"), "ann", 20)
	for _, p := range []billing.Posting{deposit, charge, spend} {
		post(t, table, s, p)
	}
	for name, c := range map[string]struct {
		book        billing.Book
		skip, limit int
		want        []billing.Posting
	}{
		"all":         {billing.WalletBook("ann"), 0, 10, []billing.Posting{spend, charge, deposit}},
		"the newest":  {billing.WalletBook("ann"), 0, 1, []billing.Posting{spend}},
		"the next":    {billing.WalletBook("ann"), 1, 1, []billing.Posting{charge}},
		"the end":     {billing.WalletBook("ann"), 2, 5, []billing.Posting{deposit}},
		"beyond":      {billing.WalletBook("ann"), 7, 5, []billing.Posting{}},
		"a creator's": {billing.CreatorBook("bob"), 0, 10, []billing.Posting{charge}},
		"nobody's":    {billing.WalletBook("bob"), 0, 10, []billing.Posting{}},
	} {
		got, err := table.Postings(t.Context(), s, "usd", c.book, c.skip, c.limit)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// canceledFor is DynamoDB's answer to a transaction, one reason for each write.
func canceledFor(codes ...string) error {
	canceled := &types.TransactionCanceledException{}
	for _, code := range codes {
		canceled.CancellationReasons = append(canceled.CancellationReasons, types.CancellationReason{Code: aws.String(code)})
	}
	return canceled
}

// A posting waits for others at the same wallet, and for DynamoDB to catch up.
// Whatever else is wrong is said at once.
func TestPostPatiently(t *testing.T) {
	t.Parallel()
	failure := errors.New("no route to DynamoDB")
	for name, c := range map[string]struct {
		answer error
		times  int
		want   error
	}{
		"another transaction":   {canceledFor("None", "None", "TransactionConflict"), 6, nil},
		"throttled":             {canceledFor("None", "ThrottlingError", "None"), 6, nil},
		"over the capacity":     {canceledFor("ProvisionedThroughputExceeded"), 6, nil},
		"a fault of ours":       {canceledFor("None", "ValidationError"), 1, &types.TransactionCanceledException{}},
		"nothing is known":      {failure, 1, failure},
		"it was refused before": {canceledFor("None", "None", "ConditionalCheckFailed"), 1, billing.ErrInsufficientBalance},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, account, s := open(t)
			var calls atomic.Int64
			account.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
				if operation == "TransactWriteItems" && calls.Add(1) <= int64(c.times) {
					return nil, c.answer
				}
				return next(ctx, input)
			})
			_, first, err := table.Post(t.Context(), s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 500))
			if c.want == nil {
				if err != nil || !first || calls.Load() != int64(c.times)+1 {
					t.Errorf("first %t after %d calls: %v", first, calls.Load(), err)
				}
				return
			}
			var canceled *types.TransactionCanceledException
			if calls.Load() != 1 || !errors.Is(err, c.want) && (!errors.As(c.want, &canceled) || !errors.As(err, &canceled)) {
				t.Errorf("after %d calls: %v, want %v", calls.Load(), err, c.want)
			}
		})
	}
}

// Whoever waits for a wallet that never comes free is told, in time.
func TestPostGivesUp(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	account.Intercept(functiontest.Failing("TransactWriteItems", canceledFor("TransactionConflict")))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := table.Post(ctx, s, billing.Spend(because("a"), "ann", 1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("post: %v", err)
	}
}

// crediting is an event's change that pays into a wallet.
func crediting(event string) billing.Changes {
	posting := billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 500)
	return billing.Changes{
		Event:       eventNamed(event),
		Transaction: &billing.Transaction{ID: "pi_1", Owner: "cus_1", Amount: 500, Currency: "usd", CreatedAt: noon},
		Posting:     &posting, Tally: billing.Tally{"gross.usd": 500},
	}
}

// What an event posts is committed with the event, or not at all, and waits for
// those who spend from the wallet.
func TestCommitPosts(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	var calls atomic.Int64
	account.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "TransactWriteItems" && calls.Add(1) <= 3 {
			return nil, canceledFor("None", "None", "None", "None", "TransactionConflict", "None", "None")
		}
		return next(ctx, input)
	})
	commit(t, table, s, crediting("evt_1"))
	if calls.Load() != 4 {
		t.Errorf("%d transactions", calls.Load())
	}
	if err := table.Commit(t.Context(), s, crediting("evt_1")); !errors.Is(err, projector.ErrDuplicate) {
		t.Errorf("the event again: %v", err)
	}
	if err := table.Commit(t.Context(), s, crediting("evt_2")); !errors.Is(err, projector.ErrConflict) {
		t.Errorf("another event over a newer row: %v", err)
	}
	got, err := table.Wallet(t.Context(), s, "usd", "ann")
	want := billing.Wallet{User: "ann", Currency: "usd", Balance: 500, Deposited: 500, Postings: 1}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("wallet: %v (-want +got):\n%s", err, diff)
	}
	recounted(t, table, s)
}
