// Command wallet prints how many spendings a second the ledger takes, of one
// wallet and of a hundred:
//
//	go run ./infra/bench/wallet
//
// The table is DynamoDB Local's, whose speed is the machine's. It runs one
// transaction after the other, so none is ever in another's way; the second half
// of the figures is with transactions that are, as they are in DynamoDB: each
// holds its items for a few milliseconds, and is canceled if it meets another.
// The exit code is 1 if a spending fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/sam"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	seconds := flag.Int("seconds", 3, "how long each figure is measured")
	spenders := flag.Int("spenders", 16, "how many spend at once")
	flag.Parse()
	err := run(ctx, time.Duration(*seconds)*time.Second, *spenders, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, long time.Duration, spenders int, out io.Writer) (err error) {
	root, err := sam.FindRoot(".")
	if err != nil {
		return err
	}
	document, err := sam.Read(filepath.Join(root, sam.TemplateName))
	if err != nil {
		return err
	}
	described, err := document.Table(sam.Values{StackName: "bench"})
	if err != nil {
		return err
	}
	server, err := dynamodb.Start(ctx, dynamodb.Options{Root: root})
	if err != nil {
		return err
	}
	defer func() {
		if failed := server.Close(); err == nil {
			err = failed
		}
	}()
	client := dynamodb.NewClient(server.Endpoint(), "bench")
	name := "wallet-" + uuid.NewString()
	if err := dynamodb.CreateTable(ctx, client, described, name); err != nil {
		return err
	}
	defer func() {
		// The context may be over; a server of somebody else's keeps no table.
		if _, failed := client.DeleteTable(context.WithoutCancel(ctx), &sdk.DeleteTableInput{TableName: &name}); err == nil {
			err = failed
		}
	}()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "wallets\ttransactions\tspendings/s\ttries\tfailed\t")
	for _, c := range []struct {
		name   string
		client *sdk.Client
		tries  func() int64
	}{counted("one after the other", client), contending("that meet", client)} {
		for _, wallets := range []int{1, 100} {
			before := c.tries()
			made, failed, took, err := spend(ctx, store.Open(c.client, name), wallets, spenders, long)
			if err != nil {
				return err
			}
			tries := float64(c.tries()-before) / float64(max(made, 1))
			fmt.Fprintf(table, "%d\t%s\t%.0f\t%.1f\t%d\t\n", wallets, c.name, float64(made)/took.Seconds(), tries, failed)
			if failed > 0 || made == 0 {
				return fmt.Errorf("of the spendings from %d wallets %d failed and %d were made", wallets, failed, made)
			}
		}
	}
	return table.Flush()
}

// spend fills wallets and has them spent from for a while, each by whoever comes.
func spend(ctx context.Context, table *store.Table, wallets, spenders int, long time.Duration) (made, failed int64, took time.Duration, err error) {
	scope := billing.Scope{Project: uuid.New(), Mode: billing.Test}
	cause := func() billing.Cause {
		return billing.Cause{ID: uuid.NewString(), At: time.Now().UTC(), Currency: "usd"}
	}
	user := func(i int64) string { return fmt.Sprint("user-", i%int64(wallets)) }
	for i := range wallets {
		if _, _, err := table.Post(ctx, scope, billing.Deposit(cause(), billing.PostDeposit, user(int64(i)), 1<<40)); err != nil {
			return 0, 0, 0, err
		}
	}
	var next, done, refused atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range spenders {
		all.Go(func() {
			for time.Since(began) < long && ctx.Err() == nil {
				if _, _, err := table.Post(ctx, scope, billing.Spend(cause(), user(next.Add(1)), 1)); err != nil {
					refused.Add(1)
					continue
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return done.Load(), refused.Load(), time.Since(began), ctx.Err()
}
