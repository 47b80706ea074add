package stripeevent

import "billhook/pkg/billing"

// customerJSON may be all but empty: of a deleted customer Stripe may tell no
// more than the id.
type customerJSON struct {
	ID       string   `json:"id"`
	Email    *string  `json:"email"`
	Deleted  bool     `json:"deleted"`
	Metadata metadata `json:"metadata"`
}

func customer(deleted bool) kind {
	return of(func(c *customerJSON, _ telling) (billing.Fact, error) {
		if c.ID == "" {
			return nil, missing("id")
		}
		return billing.CustomerFact{
			ID:      c.ID,
			User:    c.Metadata.UserID,
			Project: c.Metadata.ProjectID,
			Email:   text(c.Email),
			Deleted: deleted || c.Deleted,
		}, nil
	})
}

func (c *customerJSON) id() string { return c.ID }
