// Command convergence delivers what happens to customers in the Stripe sandbox
// in other orders, several times and in several API versions, and prints, for
// each scenario, how often what billhook stored was not what Stripe says:
//
//	go run ./infra/bench/convergence
//	go run ./infra/bench/convergence -scenario random -seed 4711 -runs 1
//
// The exit code is 1 if anything diverged.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"

	"billhook/infra/bench/history"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// random names the scenario of drawn histories; the others are lifecycles.
const random = "random"

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("convergence", flag.ContinueOnError)
	flags.SetOutput(errs)
	seed := flags.Uint64("seed", 0, "of the first random history; each further one has the next")
	runs := flags.Int("runs", 2000, "random histories")
	only := flags.String("scenario", "", "run no other `name`; "+random+" are the random histories")
	all := flags.Bool("all-versions", false, "deliver each order in each mixture of API versions")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "scenario\truns\tdeliveries\tdivergences\tquestions\tseed\t")
	var diverged []history.Diverged
	found := false
	row := func(name, seed string, scenario func() (history.Total, error)) error {
		if *only != "" && *only != name {
			return nil
		}
		found = true
		total, err := scenario()
		if err != nil {
			return err
		}
		diverged = append(diverged, total.Diverged...)
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\t\n", name, total.Runs, total.Deliveries, len(total.Diverged), total.Questions, seed)
		return nil
	}
	for _, c := range history.Lifecycles() {
		err := row(c.Name, "all orders", func() (history.Total, error) { return c.EveryOrder(ctx, *all, history.Memory) })
		if err != nil {
			fmt.Fprintln(errs, err)
			return 1
		}
	}
	err := row(random, fmt.Sprint(*seed), func() (history.Total, error) { return history.Series(ctx, *seed, *runs, history.Memory) })
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	if !found {
		fmt.Fprintf(errs, "no scenario is named %q\n", *only)
		return 2
	}
	_ = table.Flush() // to a terminal
	return tell(out, diverged)
}

// tell shows the first few divergences whole.
func tell(out io.Writer, diverged []history.Diverged) int {
	const shown = 3
	for _, d := range diverged[:min(shown, len(diverged))] {
		fmt.Fprintf(out, "\n%s\n%s\n", d.What, strings.Join(d.Divergences, "\n"))
	}
	if len(diverged) > 0 {
		return 1
	}
	return 0
}
