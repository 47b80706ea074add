package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/customer"

	"billhook/pkg/billing"
)

// Account is the Stripe account of one scope.
type Account struct {
	scope   billing.Scope
	route   billing.Route
	key     billing.Secret
	backend stripe.Backend
	fee     int64 // the deployment's part of what is sold, in basis points; 0: none
}

// Route is how the account is reached.
func (a *Account) Route() billing.Route { return a.route }

// Metadata that billhook leaves on what it creates at Stripe, so that events
// tell whom they are about, and sessions what was asked for.
const (
	metadataUser    = "user_id"
	metadataProject = "project_id"
	metadataTenant  = "tenant_id"
	metadataPlan    = "plan_name"

	metadataPrefix  = "billhook_" // of what else billhook leaves
	metadataRequest = metadataPrefix + "request"
	metadataTrial   = metadataPrefix + "trial_days"
	metadataPayout  = metadataPrefix + "payout"
	metadataFee     = metadataPrefix + "fee_bps"
)

// reserved reports whether an entry is billhook's own, which callers can
// neither set nor remove.
func reserved(key string) bool {
	switch key {
	case metadataUser, metadataProject, metadataTenant:
		return true
	default:
		return strings.HasPrefix(key, metadataPrefix)
	}
}

func (a *Account) metadata(user string, extra map[string]string) map[string]string {
	m := map[string]string{}
	for key, value := range extra {
		if !reserved(key) {
			m[key] = value
		}
	}
	m[metadataUser] = user
	m[metadataProject] = a.scope.Project.String()
	return m
}

// isCharge tells a charge's id from a payment intent's.
func isCharge(id string) bool { return !strings.HasPrefix(id, "pi_") }

// idempotencyKey is derived from what is being done: the same thing done
// twice, by a retry or a twin, is done once at Stripe.
func (a *Account) idempotencyKey(parts ...string) *string {
	sum := sha256.Sum256([]byte(a.scope.String() + "\x00" + strings.Join(parts, "\x00")))
	return stripe.String("billhook-" + hex.EncodeToString(sum[:16]))
}

// CreateCustomer makes the Stripe customer of a user. Asked again, Stripe
// answers with the same customer for at least a day. Deleted is the customer that
// the user had before; empty: none. The customer is one of Customers(tenant).
func (a *Account) CreateCustomer(ctx context.Context, tenant, user, email, deleted string) (billing.Customer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CustomerParams{Metadata: a.metadata(user, nil)}
	params.Metadata[metadataTenant] = tenant
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("customer", tenant, user, email, deleted)
	if email != "" {
		params.Email = stripe.String(email)
	}
	c, err := customer.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return billing.Customer{}, stripeError("create customer", err)
	}
	return billing.Customer{ID: c.ID, User: user, Email: email, Own: true}, nil
}
