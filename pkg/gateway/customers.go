package gateway

import (
	"context"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/customer"

	"billhook/pkg/billing"
)

// Customers are those of one project in a Stripe account, which other projects
// may share: the ones that carry the project's tag and its tenant's. All others
// are as if they were not there.
type Customers struct {
	account *Account
	tenant  string
}

// Customers are those of the account's project, which the tenant owns.
func (a *Account) Customers(tenant string) Customers { return Customers{a, tenant} }

// ErrNoCustomer is the error of a customer that does not exist, or not here.
var ErrNoCustomer = billing.NewError(billing.NotFound, "customer_not_found", "Customer not found")

// CustomerDetails are what callers may say of a customer; nil leaves as it is.
type CustomerDetails struct {
	Email       *string
	Name        *string
	Description *string
	Phone       *string
	Metadata    map[string]string // an empty value removes the entry
}

func (c Customers) params(d CustomerDetails) *stripe.CustomerParams {
	params := &stripe.CustomerParams{Email: d.Email, Name: d.Name, Description: d.Description, Phone: d.Phone}
	params.Metadata = map[string]string{}
	for key, value := range d.Metadata {
		if !reserved(key) {
			params.Metadata[key] = value
		}
	}
	// Whatever was sent, the tags stay what they are.
	params.Metadata[metadataProject] = c.account.scope.Project.String()
	params.Metadata[metadataTenant] = c.tenant
	return params
}

func (c Customers) owns(found *stripe.Customer) bool {
	return !found.Deleted && found.Metadata[metadataProject] == c.account.scope.Project.String() && found.Metadata[metadataTenant] == c.tenant
}

func (c Customers) client() customer.Client {
	return customer.Client{B: c.account.backend, Key: c.account.key.Reveal()}
}

// Told is a customer as Stripe answered it, and what the store learns of that.
type Told struct {
	*stripe.Customer
	Fact billing.CustomerFact
	AsOf time.Time // as of projector.Observation; zero: the answer is of an earlier time
}

func told(c *stripe.Customer, took time.Duration) Told {
	t := Told{Customer: c, Fact: billing.CustomerFact{
		ID: c.ID, User: c.Metadata[metadataUser], Project: c.Metadata[metadataProject], Email: c.Email, Deleted: c.Deleted,
	}}
	if c.LastResponse.Header.Get("Idempotent-Replayed") != "true" {
		t.AsOf = asOf(c.LastResponse, took)
	}
	return t
}

// Create makes a customer; once names the request: with the same name it is
// made once; empty: each call makes another.
func (c Customers) Create(ctx context.Context, d CustomerDetails, once string) (Told, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := c.params(d)
	if user := d.Metadata[metadataUser]; user != "" { // whose it is, is said once
		params.Metadata[metadataUser] = user
	}
	params.Context = ctx
	if once != "" {
		params.IdempotencyKey = c.account.idempotencyKey("tagged customer", once)
	}
	took := stopwatch()
	made, err := c.client().New(params)
	if err != nil {
		return Told{}, stripeError("create customer", err)
	}
	return told(made, took()), nil
}

// Read reads a customer of the project.
func (c Customers) Read(ctx context.Context, id string) (*stripe.Customer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CustomerParams{}
	params.Context = ctx
	found, err := c.client().Get(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return nil, ErrNoCustomer.Because(err)
	case err != nil:
		return nil, stripeError("read customer", err)
	case !c.owns(found):
		return nil, ErrNoCustomer
	}
	return found, nil
}

// Update changes a customer of the project.
func (c Customers) Update(ctx context.Context, id string, d CustomerDetails) (Told, error) {
	if _, err := c.Read(ctx, id); err != nil {
		return Told{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := c.params(d)
	params.Context = ctx
	took := stopwatch()
	changed, err := c.client().Update(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing): // deleted just now
		return Told{}, ErrNoCustomer.Because(err)
	case err != nil:
		return Told{}, stripeError("update customer", err)
	}
	return told(changed, took()), nil
}

// Delete deletes a customer of the project, which ends the customer's
// subscriptions at once.
func (c Customers) Delete(ctx context.Context, id string) (Told, error) {
	if _, err := c.Read(ctx, id); err != nil {
		return Told{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CustomerParams{}
	params.Context = ctx
	took := stopwatch()
	deleted, err := c.client().Del(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return Told{}, ErrNoCustomer.Because(err)
	case err != nil:
		return Told{}, stripeError("delete customer", err)
	}
	return told(deleted, took()), nil
}

// CustomerPage is a part of a list of customers.
type CustomerPage struct {
	Customers []*stripe.Customer
	Next      string // the customer to go on after; empty on the last page
}

// mostLooked is how many objects of an account are looked at for one page.
// The list of a project that has few of very many goes on on the next.
const mostLooked = 2000

// List reads a page of the project's customers, newest first, after one of
// Stripe's ids. It walks through the account's list, which is exact where
// Stripe's search lags behind.
func (c Customers) List(ctx context.Context, after string, limit int) (CustomerPage, error) {
	params := &stripe.CustomerListParams{}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	if after != "" {
		params.StartingAfter = stripe.String(after)
	}
	var page CustomerPage
	list := c.client().List(params)
	last := ""
	for looked := 0; list.Next(); looked++ {
		if looked == mostLooked {
			page.Next = last
			return page, nil
		}
		found := list.Customer()
		if c.owns(found) {
			if len(page.Customers) == limit {
				page.Next = page.Customers[limit-1].ID
				return page, nil
			}
			page.Customers = append(page.Customers, found)
		}
		last = found.ID
	}
	if err := list.Err(); err != nil {
		return CustomerPage{}, stripeError("list customers", err)
	}
	return page, nil
}

// ByEmail finds the project's customers with an e-mail address, newest first.
// Stripe's list compares letter by letter, so it is asked for the address as it
// is and in lower case.
func (c Customers) ByEmail(ctx context.Context, email string) ([]*stripe.Customer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	spellings := []string{email}
	if lower := strings.ToLower(email); lower != email {
		spellings = append(spellings, lower)
	}
	var mine []*stripe.Customer
	for _, spelling := range spellings {
		found, err := c.spelled(ctx, spelling)
		if err != nil {
			return nil, err
		}
		mine = append(mine, found...)
	}
	return mine, nil
}

// spelled finds the project's customers with an address, letter by letter.
func (c Customers) spelled(ctx context.Context, email string) ([]*stripe.Customer, error) {
	params := &stripe.CustomerListParams{Email: stripe.String(email)}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	var mine []*stripe.Customer
	list := c.client().List(params)
	for list.Next() {
		if found := list.Customer(); c.owns(found) {
			mine = append(mine, found)
		}
	}
	if err := list.Err(); err != nil {
		return nil, stripeError("list customers by e-mail", err)
	}
	return mine, nil
}
