package main

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const proTier = `{"tier": "pro"}`

// rows are the user's subscriptions as the table knows them.
func (h holders) rows(t *testing.T, user string) []billing.Subscription {
	t.Helper()
	customer, err := h.Function.Table.CustomerOf(t.Context(), h.scope(), user)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := h.Function.Table.Subscriptions(t.Context(), h.scope(), customer)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// What was paid counts at once, and once, however often it is asked.
func TestVerifiedCheckout(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	session := h.checkout(t, user, nil)
	h.get(t, user, verifyPath+session.ID).Is(t, 400, functiontest.AccountError("session_not_paid", "The checkout session is not paid"))
	if rows := h.rows(t, user); len(rows) != 0 {
		t.Errorf("before it is paid: %+v", rows)
	}
	h.sandbox.Pay(t, session.ID)
	h.get(t, user, verifyPath+session.ID).Is(t, 200, proTier)
	before := h.Stored(t)
	h.get(t, user, verifyPath+session.ID).Is(t, 200, proTier)
	h.SameAs(t, before)
	if rows := h.rows(t, user); len(rows) != 1 || rows[0].User != user || rows[0].Status != billing.StatusActive || rows[0].Price != "price_pro_yearly" {
		t.Errorf("afterwards: %+v", rows)
	}
}

// A trial asks for no payment; a subscription that has ended since is no tier.
func TestVerifiedTrialThatEnds(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	session := h.checkout(t, user, func(p *stripe.CheckoutSessionParams) { p.SubscriptionData.TrialPeriodDays = stripe.Int64(14) })
	h.sandbox.Pay(t, session.ID)
	h.get(t, user, verifyPath+session.ID).Is(t, 200, proTier)
	rows := h.rows(t, user)
	if len(rows) != 1 || rows[0].Status != billing.StatusTrialing {
		t.Fatalf("in the trial: %+v", rows)
	}
	h.sandbox.Clock.Advance(time.Minute)
	if _, err := h.sandbox.API.Subscriptions.Cancel(rows[0].ID, nil); err != nil {
		t.Fatal(err)
	}
	h.get(t, user, verifyPath+session.ID).Is(t, 200, `{"tier": "free"}`)
	if rows := h.rows(t, user); rows[0].Status != billing.StatusCanceled {
		t.Errorf("afterwards: %+v", rows)
	}
}

func TestSessionsThatCannotBeVerified(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	others := func(name, value string) func(*stripe.CheckoutSessionParams) {
		return func(p *stripe.CheckoutSessionParams) {
			p.Metadata = map[string]string{"user_id": user, "project_id": h.project.String(), name: value}
		}
	}
	deposit := func(p *stripe.CheckoutSessionParams) {
		p.Mode, p.SubscriptionData = stripe.String("payment"), nil
		p.LineItems[0].Price = stripe.String("price_credits_once")
	}
	const unknown = "Checkout session not found"
	sessions := map[string]string{"unknown": "cs_test_unknown"}
	for name, change := range map[string]func(*stripe.CheckoutSessionParams){
		"another user's":    others("user_id", "user-2"),
		"another project's": others("project_id", uuid.NewString()),
		"a payment":         deposit,
	} {
		session := h.checkout(t, "buyer of "+name, change)
		h.sandbox.Pay(t, session.ID)
		sessions[name] = session.ID
	}
	before := h.Stored(t)
	for name, id := range sessions {
		caller := user
		if name == "a payment" {
			caller = "buyer of a payment"
		}
		t.Run(name, func(t *testing.T) {
			h.get(t, caller, verifyPath+id).Is(t, 404, functiontest.AccountError("session_not_found", unknown))
		})
	}
	for query, says := range map[string]string{
		"":                      "session_id: Field required",
		"?session_id=":          "session_id: Input should be of the form ^[A-Za-z0-9_]{1,255}$",
		"?session_id=cs_1%2F..": "session_id: Input should be of the form ^[A-Za-z0-9_]{1,255}$",
	} {
		h.get(t, user, "/api/billing/verify-session"+query).Is(t, 400, functiontest.AccountError("invalid_input", says))
	}
	h.get(t, user, verifyPath+"cs_1&test_mode=false").
		Is(t, 404, functiontest.AccountError("stripe_not_configured", "Stripe is not configured for live mode"))
	h.SameAs(t, before)
}

// Many ask at once while the purchase's event arrives: one subscription, counted
// once, and everybody hears of it.
func TestVerifyBesideTheEvent(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	session := h.checkout(t, user, nil)
	h.sandbox.Pay(t, session.ID)
	paid, err := h.sandbox.API.CheckoutSessions.Get(session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	answers := make([]functiontest.Answer, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = h.get(t, user, verifyPath+session.ID) })
	}
	h.told(t, paid.Subscription.ID)
	all.Wait()
	for _, answer := range answers {
		answer.Is(t, 200, proTier)
	}
	h.told(t, paid.Subscription.ID)
	if rows := h.rows(t, user); len(rows) != 1 || rows[0].Status != billing.StatusActive || rows[0].DuplicateOf != "" {
		t.Errorf("rows %+v", rows)
	}
	tally, err := h.Function.Table.Tally(t.Context(), h.scope())
	if err != nil {
		t.Fatal(err)
	}
	if n := tally.RunningSubscriptions(); n != 1 {
		t.Errorf("%d subscriptions are counted", n)
	}
}

// A request that dies at any of its calls can be made again, and nothing is
// brought in twice.
func TestVerifyCutShort(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	watched := h.Effects(h.sandbox)
	want := 0
	for effect := 0; ; effect++ {
		for _, lost := range []bool{false, true} {
			who := uuid.NewString()
			session := h.checkout(t, who, nil)
			h.sandbox.Pay(t, session.ID)
			watched.Fail(&functiontest.Fault{Effect: effect, Lost: lost, Crash: true})
			cut := h.get(t, who, verifyPath+session.ID)
			reached := len(watched.Made()) > effect
			watched.Fail(nil)
			want++
			if !reached && cut.Status != http.StatusOK {
				t.Fatalf("not cut, and yet %d %s", cut.Status, cut.Body)
			}
			h.get(t, who, verifyPath+session.ID).Is(t, 200, proTier)
			if diff := cmp.Diff(1, len(h.rows(t, who))); diff != "" {
				t.Errorf("cut at %d, lost %v: rows (-want +got):\n%s", effect, lost, diff)
			}
			if !reached && lost {
				tally, err := h.Function.Table.Tally(t.Context(), h.scope())
				if err != nil {
					t.Fatal(err)
				}
				if n := tally.RunningSubscriptions(); n != int64(want) {
					t.Errorf("%d subscriptions are counted, want %d", n, want)
				}
				return
			}
		}
	}
}
