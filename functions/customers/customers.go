package main

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/api"
	"billhook/pkg/gateway"
)

// CreateCustomer makes a customer of the project.
func (s *server) CreateCustomer(ctx context.Context, r CreateCustomerRequestObject) (CreateCustomerResponseObject, error) {
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if err := s.sells(ctx, shop); err != nil {
		return nil, err
	}
	once := ""
	if r.Params.IdempotencyKey != nil {
		once = *r.Params.IdempotencyKey
	}
	made, err := shop.customers.Create(ctx, details(&r.Body.Email, r.Body.Name, r.Body.Description, r.Body.Phone, r.Body.Metadata), once)
	if err != nil {
		return nil, err
	}
	if route := shop.account.Route(); !route.Own() {
		if err := s.store.ShareCustomer(ctx, shop.scope, route, made.ID); err != nil {
			return nil, err
		}
	}
	s.learn(ctx, shop, made)
	return CreateCustomer200JSONResponse{Customer: customerAnswer(made.Customer)}, nil
}

// ListCustomers answers a page of the project's customers.
func (s *server) ListCustomers(ctx context.Context, r ListCustomersRequestObject) (ListCustomersResponseObject, error) {
	limit, err := api.QueryLimit(r.Params.Limit, 10)
	if err != nil {
		return nil, err
	}
	after, err := api.StartingAfter(r.Params.StartingAfter)
	if err != nil {
		return nil, err
	}
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	page, err := shop.customers.List(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	answer := ListCustomers200JSONResponse{Customers: []api.Customer{}, HasMore: page.Next != "", NextCursor: api.Text(page.Next)}
	for _, c := range page.Customers {
		answer.Customers = append(answer.Customers, customerAnswer(c))
	}
	return answer, nil
}

// GetCustomer reads a customer of the project.
func (s *server) GetCustomer(ctx context.Context, r GetCustomerRequestObject) (GetCustomerResponseObject, error) {
	if err := api.CustomerID(r.CustomerID); err != nil {
		return nil, err
	}
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	found, err := shop.customers.Read(ctx, r.CustomerID)
	if err != nil {
		return nil, err
	}
	return GetCustomer200JSONResponse{Customer: customerAnswer(found)}, nil
}

// UpdateCustomer changes a customer of the project.
func (s *server) UpdateCustomer(ctx context.Context, r UpdateCustomerRequestObject) (UpdateCustomerResponseObject, error) {
	if err := api.CustomerID(r.CustomerID); err != nil {
		return nil, err
	}
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	changed, err := shop.customers.Update(ctx, r.CustomerID, details(r.Body.Email, r.Body.Name, r.Body.Description, r.Body.Phone, r.Body.Metadata))
	if err != nil {
		return nil, err
	}
	s.learn(ctx, shop, changed)
	return UpdateCustomer200JSONResponse{Customer: customerAnswer(changed.Customer)}, nil
}

// DeleteCustomer deletes a customer of the project.
func (s *server) DeleteCustomer(ctx context.Context, r DeleteCustomerRequestObject) (DeleteCustomerResponseObject, error) {
	if err := api.CustomerID(r.CustomerID); err != nil {
		return nil, err
	}
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	deleted, err := shop.customers.Delete(ctx, r.CustomerID)
	if err != nil {
		return nil, err
	}
	s.learn(ctx, shop, deleted)
	return DeleteCustomer200JSONResponse{Customer: api.DeletedCustomer{ID: r.CustomerID, Deleted: true}}, nil
}

// learn brings what Stripe answered into the store. At Stripe it is done, so a
// failure here is no failure of the call: the customer's events tell it, too.
func (s *server) learn(ctx context.Context, in shop, c gateway.Told) {
	if err := s.observer.ObserveCustomer(ctx, in.scope, c.Fact, c.AsOf); err != nil {
		s.log.WarnContext(ctx, "customer not stored", "project", in.scope.Project, "customer", c.ID, "error", err.Error())
	}
}

func details(email, name, description, phone *string, metadata *map[string]string) gateway.CustomerDetails {
	d := gateway.CustomerDetails{Email: email, Name: name, Description: description, Phone: phone}
	if metadata != nil {
		d.Metadata = *metadata
	}
	return d
}

func customerAnswer(c *stripe.Customer) api.Customer {
	return api.Customer{
		ID: c.ID, Object: c.Object, Email: api.Text(c.Email), Name: api.Text(c.Name), Description: api.Text(c.Description),
		Phone: api.Text(c.Phone), Metadata: entries(c.Metadata), Livemode: c.Livemode, Created: c.Created,
	}
}

// entries are metadata that is an object in an answer, be it empty.
func entries(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
