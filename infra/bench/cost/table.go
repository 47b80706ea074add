package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// writeTable writes what was measured as a table, with the reasons of exceptions
// below it.
func writeTable(out io.Writer, lines []line) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\t\t\tnew\t\t\t\t\t\tduplicate\t\t\t\t")
	_, _ = fmt.Fprintln(t, "event\t\tAPI version\tround trips\tread\twrite\tof\tStripe\tsecrets\tround trips\tread\twrite\tStripe\texcept")
	var reasons []string
	notes := map[string]int{}
	for _, l := range lines {
		note := ""
		if l.except != "" {
			if notes[l.except] == 0 {
				reasons = append(reasons, l.except)
				notes[l.except] = len(reasons)
			}
			note = fmt.Sprintf("(%d)", notes[l.except])
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", l.event, l.what, l.version,
			l.fresh.Rounds, l.fresh.Read, l.fresh.Write, l.limit, l.fresh.Stripe, l.fresh.Secrets,
			l.again.Rounds, l.again.Read, l.again.Write, l.again.Stripe, note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i, reason := range reasons {
		if _, err := fmt.Fprintf(out, "(%d) %s\n", i+1, reason); err != nil {
			return err
		}
	}
	return nil
}

// rounds is how many round trips to DynamoDB a new event may take.
const rounds = 2

// broken says which limits a line breaks. What is an exception has no limit
// of its own: the table shows what it takes. Nothing is excepted from the limits
// of a duplicate but an event that cannot be read, and so is never done with.
func broken(l line) []string {
	var found []string
	over := func(what string, got, allowed int) {
		if got > allowed {
			found = append(found, fmt.Sprintf("%s %s (%s): %d %s, %d allowed", l.event, l.what, l.version, got, what, allowed))
		}
	}
	if l.except == "" {
		over("round trips", l.fresh.Rounds, rounds)
		over("write units", l.fresh.Write, int(l.limit))
		over("Stripe calls", l.fresh.Stripe, 0)
	}
	over("Secrets Manager calls", l.fresh.Secrets, 0)
	if l.except != exceptKept {
		if l.except != exceptAccount {
			over("round trips of a duplicate", l.again.Rounds, 1)
		}
		over("write units of a duplicate", l.again.Write, 0)
	}
	over("Stripe calls of a duplicate", l.again.Stripe, 0)
	over("Secrets Manager calls of a duplicate", l.again.Secrets, 0)
	return found
}
