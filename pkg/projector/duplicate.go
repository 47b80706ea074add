package projector

import (
	"cmp"
	"context"
	"fmt"

	"billhook/pkg/billing"
)

// duplicates marks the newer of two subscriptions that run for one user, if
// Stripe confirms that both do: events may tell of the end of one later than
// of the other's start.
func (d *decision) duplicates(next *billing.Subscription) {
	if !counts(*next) {
		return
	}
	for _, sibling := range d.was.Siblings {
		switch {
		case sibling.Status.Terminal():
		case !sibling.Status.Holds():
			// Should it start to run at this moment, one of the two is to see it.
			if d.was.Subscription == nil || !counts(*d.was.Subscription) {
				d.changes.Unchanged = append(d.changes.Unchanged, sibling)
			}
		case next.DuplicateOf == "" && sibling.DuplicateOf == "" && d.bothRun(next.ID, sibling.ID):
			d.mark(next, sibling)
		}
	}
}

// recheck looks for duplicates with any event that shows the customer's
// subscriptions: the two may have started at the same moment, when neither had
// a row that the other could see.
func (d *decision) recheck() {
	row := d.was.Subscription
	if row == nil || d.changes.Subscription != nil || d.open != nil {
		return
	}
	next := *row
	d.duplicates(&next)
	switch {
	case next.DuplicateOf != row.DuplicateOf:
		d.putSubscription(next, "")
	case d.changes.Sibling != nil:
		d.applied()
	}
}

// counts reports whether a subscription is one that a user should have alone.
func counts(s billing.Subscription) bool { return s.Status.Holds() && s.User != "" }

func (d *decision) bothRun(ids ...string) bool {
	for _, id := range ids {
		now, asked := d.now(id)
		if !asked || !now.fact.After.Status.Holds() {
			return false
		}
	}
	return true
}

func (d *decision) mark(next *billing.Subscription, sibling billing.Subscription) {
	if cmp.Or(next.CreatedAt.Compare(sibling.CreatedAt), cmp.Compare(next.ID, sibling.ID)) > 0 {
		next.DuplicateOf = sibling.ID
		return
	}
	if d.changes.Sibling != nil {
		return // one for each event; it is found again with the next
	}
	marked := sibling
	marked.DuplicateOf = next.ID
	d.changes.Tally.Subscription(&sibling, marked)
	d.changes.Sibling = &marked
}

// sibling is the row of Changes.Sibling as it was.
func (d *decision) sibling() *billing.Subscription {
	if d.changes.Sibling != nil {
		for _, s := range d.was.Siblings {
			if s.ID == d.changes.Sibling.ID {
				return &s
			}
		}
	}
	return nil
}

// duplicatesOf are the marked subscriptions that still run after changes.
func duplicatesOf(was billing.Picture, changes billing.Changes) []billing.Subscription {
	rows := map[string]billing.Subscription{}
	for _, s := range was.Siblings {
		rows[s.ID] = s
	}
	for _, s := range []*billing.Subscription{was.Subscription, changes.Subscription, changes.Sibling} {
		if s != nil {
			rows[s.ID] = *s
		}
	}
	var found []billing.Subscription
	for _, s := range rows {
		if s.DuplicateOf != "" && s.Status.Holds() {
			found = append(found, s)
		}
	}
	return found
}

// resolveDuplicates cancels what is marked, if the project wants it. An event
// whose delivery ends before that is delivered again and comes here again. What
// Stripe refuses to cancel stays marked for somebody to look at: asking again
// with each event would not help.
func (p *Projector) resolveDuplicates(ctx context.Context, scope billing.Scope, marked []billing.Subscription) error {
	if len(marked) == 0 {
		return nil
	}
	project, _, err := p.store.Project(ctx, scope.Project)
	if err != nil {
		return fmt.Errorf("read what to do with duplicates: %w", err)
	}
	if project.Duplicates != billing.CancelNewest {
		return nil
	}
	for _, s := range marked {
		if err := p.stripe.CancelDuplicate(ctx, scope, s.ID); err != nil && !refused(err) {
			return fmt.Errorf("cancel %s, which duplicates %s: %w", s.ID, s.DuplicateOf, err)
		}
	}
	return nil
}

func refused(err error) bool {
	switch billing.KindOf(err) {
	case billing.Refused, billing.NotFound, billing.PermissionDenied, billing.CardDeclined:
		return true
	default:
		return false
	}
}
