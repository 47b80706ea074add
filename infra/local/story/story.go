package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// World is where the story takes place.
type World struct {
	API    string // base URL of billhook's HTTP API
	Stripe string // base URL of the Stripe sandbox

	// DeveloperToken and UserToken issue access tokens, as the deployer's
	// identity provider would.
	DeveloperToken func(developer string) (string, error)
	UserToken      func(user, project string) (string, error)
}

// Shop is a project that is ready to sell: its people, and its own Stripe
// account in the sandbox.
type Shop struct {
	Developer  string `json:"developer"`
	User       string `json:"user"`
	Project    string `json:"project"`
	StripeKey  string `json:"stripe_key"`
	Endpoint   string `json:"webhook_endpoint"` // Stripe's id
	WebhookURL string `json:"webhook_url"`
}

// NewShop names a new developer, a new user and a new Stripe account.
func NewShop() Shop {
	return Shop{
		Developer: uuid.NewString(),
		User:      uuid.NewString(),
		StripeKey: "sk_test_" + strings.ReplaceAll(uuid.NewString(), "-", ""),
	}
}

// story is one telling: a shop, and what the steps so far have made.
type story struct {
	Shop
	world World
	http  *http.Client

	developerToken string
	userToken      string
	webhookSecret  string
	checkout       checkoutSession
	subscription   subscription
	payments       []payment

	price, product, customer string          // at Stripe
	since                    int64           // when its events began, in seconds since the epoch
	passedOn                 map[string]bool // events, by id
}

type step struct {
	title string
	do    func(*story, context.Context) (saw string, err error)
}

var setup = []step{
	{"create a project", (*story).createProject},
	{"save test credentials", (*story).saveCredentials},
	{"read them back, masked", (*story).readCredentials},
	{"register the webhook URL at Stripe", (*story).registerWebhook},
}

var mainJob = []step{
	{"create a checkout session", (*story).createCheckout},
	{"pay with 4242 4242 4242 4242", (*story).pay},
	{"receive the signed webhooks", (*story).receiveWebhooks},
	{"my-subscription is active", (*story).seeSubscription},
	{"my-payments shows the invoice", (*story).seePayment},
	{"a second checkout is refused", (*story).refuseSecond},
	{"decline the renewal a month later", (*story).declineRenewal},
	{"my-subscription is past due", (*story).seePastDue},
	{"my-payments shows the failed payment", (*story).seeFailedPayment},
	{"the same events again change nothing", (*story).resend},
	{"stats agree with the rows", (*story).seeStats},
}

// Run tells the story with a new shop, and writes one numbered line a step. It
// stops at the first step that does not see what it expects, with an error
// that says both.
func Run(ctx context.Context, world World, out io.Writer) error {
	return newStory(world, NewShop()).tell(ctx, slices.Concat(setup, mainJob), out)
}

// Setup makes a shop ready to sell.
func Setup(ctx context.Context, world World, shop Shop) (Shop, error) {
	s := newStory(world, shop)
	err := s.tell(ctx, setup, io.Discard)
	return s.Shop, err
}

func newStory(world World, shop Shop) *story {
	return &story{
		Shop:     shop,
		world:    world,
		price:    price,
		passedOn: map[string]bool{},
		http:     &http.Client{Timeout: 2 * time.Minute, CheckRedirect: keepRedirect},
	}
}

func (s *story) tell(ctx context.Context, steps []step, out io.Writer) error {
	defer s.http.CloseIdleConnections()
	for i, step := range steps {
		saw, err := step.do(s, ctx)
		if err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, step.title, err)
		}
		if _, err := fmt.Fprintf(out, "%2d  %-38s %s\n", i+1, step.title, saw); err != nil {
			return err
		}
	}
	return nil
}

// keepRedirect shows redirects to the story: the hosted page answers with one.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// checks collects what differs between expected and got.
type checks []error

func (c *checks) equal(what string, expected, got any) {
	if expected != got {
		*c = append(*c, fmt.Errorf("%s: expected %v, got %v", what, expected, got))
	}
}

func (c *checks) err() error { return errors.Join(*c...) }
