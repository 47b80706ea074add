package history_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"billhook/infra/bench/history"
	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/pkg/store"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// How many random histories run, and the seed of the first:
//
//	HISTORIES=1 HISTORY_SEED=4711 go test -run TestRandomHistories ./infra/bench/history
const (
	count = "HISTORIES"
	first = "HISTORY_SEED"

	usual = 2000 // of `make test`; `make test-long` runs more
)

// number is what an environment variable says, or else the usual.
func number(t *testing.T, name string, usual uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Customers live, Stripe tells of it late, twice, in another order and in
// several versions, eight workers at once take it in: the rows, the counters
// and the history of every row end as Stripe's own state.
func TestRandomHistories(t *testing.T) {
	t.Parallel()
	total, err := history.Series(t.Context(), number(t, first, 0), int(number(t, count, usual)), history.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d histories, %d events, %d deliveries, %d questions to Stripe", total.Runs, total.Events, total.Deliveries, total.Questions)
	for i, d := range total.Diverged {
		if i == 3 {
			t.Fatalf("and %d more", len(total.Diverged)-i)
		}
		t.Errorf("run it again with %s=1 %s=%d\n%s%s", count, first, d.Seed, d.What, strings.Join(d.Divergences, "\n"))
		small, err := history.Smallest(t.Context(), history.Random(d.Seed), history.Memory)
		t.Logf("smallest that still diverges (error %v):\n%v", err, small)
	}
}

// What holds of the table in memory holds of DynamoDB.
func TestRandomHistoriesInDynamoDB(t *testing.T) {
	t.Parallel()
	client, name := dynamodbtest.New(t)
	total, err := history.Series(t.Context(), number(t, first, 0), 20, func() history.Store { return store.Open(client, name) })
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range total.Diverged {
		t.Errorf("%s%s", d.What, strings.Join(d.Divergences, "\n"))
	}
}
