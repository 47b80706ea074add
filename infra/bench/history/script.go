package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Script is what happens in a history, step by step.
type Script []Step

// Step is one thing that a customer, or somebody for the customer, does. Where
// there is nothing to do it to, it does nothing.
type Step struct {
	Do       string // the name of an operation
	Customer int    // 0 and up; they are made when they are needed
	Pick     int    // which of the customer's subscriptions, invoices or charges
	Price    string
	Card     string // a test card's payment method, such as pm_card_visa
	Number   int64  // quantity, amount in minor units, days or seconds, as the operation says
	How      string // a variant that the operation names
	Deliver  int    // percent of the waiting deliveries to deliver then
}

// String is the step without what it leaves out.
func (s Step) String() string {
	text := fmt.Sprintf("%-15s customer %d", s.Do, s.Customer)
	for _, part := range []struct {
		name  string
		value any
		given bool
	}{
		{"pick", s.Pick, s.Pick != 0}, {"price", s.Price, s.Price != ""}, {"card", s.Card, s.Card != ""},
		{"number", s.Number, s.Number != 0}, {"how", s.How, s.How != ""}, {"deliver", s.Deliver, s.Deliver != 0},
	} {
		if part.given {
			text += fmt.Sprintf(", %s %v", part.name, part.value)
		}
	}
	return text
}

// operation is something that can be done. To make histories richer, write one,
// name it in operations, and draw it in draw.go.
type operation func(ctx context.Context, l *life, s Step) error

// operations lists them by name.
func operations() map[string]operation {
	return map[string]operation{
		"advance":         func(ctx context.Context, l *life, s Step) error { return l.Advance(ctx, s.Number) },
		"card":            changeCard,
		"email":           changeEmail,
		"delete customer": deleteCustomer,

		"subscribe": subscribe,
		"checkout":  checkout,
		"price":     changePrice,
		"quantity":  changeQuantity,
		"note":      annotate,
		"claim":     claim,
		"end trial": endTrial,
		"cancel":    cancel,
		"pay":       payInvoice,

		"buy":    buy,
		"intent": payOnce,
		"refund": refund,
	}
}

// life is the state of the lives that a script drives.
type life struct {
	*Box
	customers map[int]*customer
	ever      []string // Stripe's ids of all customers there were
	emails    int
}

// customer is somebody at Stripe. Those with a user were made by billhook.
type customer struct {
	id   string
	user string
}

func newLife(box *Box) *life { return &life{Box: box, customers: map[int]*customer{}} }

// do performs a step. What Stripe declines is part of life.
func (l *life) do(ctx context.Context, s Step) error {
	run := operations()[s.Do]
	if run == nil {
		return fmt.Errorf("no operation is named %q", s.Do)
	}
	err := run(ctx, l, s)
	if err != nil && !isDeclined(err) {
		return fmt.Errorf("%s: %w", s.Do, err)
	}
	return nil
}

// isDeclined reports whether a card was declined.
func isDeclined(err error) bool {
	refused, ok := errors.AsType[*Refused](err)
	return ok && refused.Status == http.StatusPaymentRequired
}

// foreign is the number of customers that billhook made; the ones above know no
// user, as those that somebody makes in Stripe's dashboard.
const foreign = 2

// customer is the customer of a number, with a card that works.
func (l *life) customer(ctx context.Context, number int) (*customer, error) {
	if c := l.customers[number]; c != nil {
		return c, nil
	}
	c := &customer{}
	form := url.Values{"email": {fmt.Sprintf("customer%d@example.com", number)}}
	if number < foreign {
		c.user = fmt.Sprint("user-", number)
		form.Set("metadata[user_id]", c.user)
		form.Set("metadata[project_id]", project)
	}
	var made struct{ ID string }
	if err := l.post(ctx, "/v1/customers", form, &made); err != nil {
		return nil, err
	}
	c.id = made.ID
	l.customers[number] = c
	l.ever = append(l.ever, c.id)
	return c, l.payWith(ctx, c, "pm_card_visa")
}

// project is what billhook's checkout leaves in the metadata of what it makes.
const project = "2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"

// mark is the metadata that billhook's checkout leaves under a prefix.
func (c *customer) mark(form url.Values, prefix string) {
	if c.user != "" {
		form.Set(prefix+"[user_id]", c.user)
		form.Set(prefix+"[project_id]", project)
	}
}

// payWith has a customer and all that renews for it pay with a test card.
func (l *life) payWith(ctx context.Context, c *customer, card string) error {
	var attached struct{ ID string }
	if err := l.post(ctx, "/v1/payment_methods/"+card+"/attach", url.Values{"customer": {c.id}}, &attached); err != nil {
		return err
	}
	return l.post(ctx, "/v1/customers/"+c.id, url.Values{"invoice_settings[default_payment_method]": {attached.ID}}, nil)
}

func (l *life) post(ctx context.Context, path string, form url.Values, into any) error {
	answer, err := l.Post(ctx, path, form)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// list reads all of a list of resources, the newest first.
func list[R interface{ id() string }](ctx context.Context, b *Box, path string, query url.Values) ([]R, error) {
	query.Set("limit", "100")
	var all []R
	for {
		answer, err := b.Get(ctx, path, query)
		if err != nil {
			return nil, err
		}
		var page struct {
			Data    []R  `json:"data"`
			HasMore bool `json:"has_more"`
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, fmt.Errorf("list %s: %w", path, err)
		}
		all = append(all, page.Data...)
		if !page.HasMore {
			return all, nil
		}
		query.Set("starting_after", page.Data[len(page.Data)-1].id())
	}
}

// pick is one of several by a number of any size; false if there is none.
func pick[R any](all []R, number int) (R, bool) {
	if len(all) == 0 {
		var none R
		return none, false
	}
	return all[number%len(all)], true
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
