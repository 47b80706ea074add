package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const alreadySubscribed = `{"detail": "User already has an active subscription"}`

// However many requests there are at once, there is one customer, and one
// session in which the user can subscribe.
func TestManyCheckoutsAtTheSameTime(t *testing.T) {
	t.Parallel()
	const requests = 16
	prices := []string{"price_starter_monthly", "price_pro_monthly", "price_pro_yearly", "price_team_monthly"}
	for name, price := range map[string]func(i int) string{
		"for the same": func(int) string { return prices[0] },
		"for others":   func(i int) string { return prices[i%len(prices)] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			sessions := make([]session, requests)
			var wg sync.WaitGroup
			for i := range sessions {
				wg.Go(func() {
					answer := s.ask(t, user, wish(price(i), ""))
					if answer.Status != http.StatusOK {
						t.Errorf("%d %s", answer.Status, answer.Body)
						return
					}
					answer.Decode(t, &sessions[i])
				})
			}
			wg.Wait()
			open := s.open(t, user)
			if len(open) != 1 {
				t.Fatalf("open sessions: %v", open)
			}
			for i, got := range sessions {
				if name == "for the same" && got.ID != open[0] {
					t.Errorf("request %d got %s, open is %s", i, got.ID, open[0])
				}
			}
		})
	}
}

func TestAnOpenSessionIsReusedOrExpired(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.get(t, user, wish("price_team_monthly", `, "quantity": 3, "metadata": {"a": "1", "b": "2"}`))
	again := s.get(t, user, wish("price_team_monthly", `, "metadata": {"b": "2", "a": "1"}, "quantity": 3`))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the same request (-first +again):\n%s", diff)
	}
	before := first
	for name, body := range map[string]string{
		"another price":    wish("price_pro_monthly", ""),
		"another quantity": wish("price_team_monthly", `, "quantity": 4`),
		"other metadata":   wish("price_team_monthly", `, "quantity": 3, "metadata": {"a": "1"}`),
		"another URL":      `{"price_id": "price_team_monthly", "success_url": "https://app.example.com/yes", "cancel_url": "https://app.example.com/no"}`,
		"promotion codes":  wish("price_team_monthly", `, "allow_promotion_codes": true`),
		"automatic tax":    wish("price_team_monthly", `, "automatic_tax": true`),
	} {
		next := s.get(t, user, body)
		if next.ID == before.ID {
			t.Errorf("%s: the session was reused", name)
		}
		if diff := cmp.Diff([]string{next.ID}, s.open(t, user)); diff != "" {
			t.Errorf("%s: open sessions (-want +got):\n%s", name, diff)
		}
		before = next
	}
	// One that is over is not reused.
	if _, err := s.sandbox.API.CheckoutSessions.Expire(before.ID, nil); err != nil {
		t.Fatal(err)
	}
	first = s.get(t, user, wish("price_pro_monthly", ""))
	s.sandbox.Clock.Advance(25 * time.Hour)
	if late := s.get(t, user, wish("price_pro_monthly", "")); late.ID == first.ID {
		t.Error("a session that expired by itself was reused")
	}
}

// A session that makes no subscription, and one beside others, stands in
// nobody's way.
func TestSessionsBesideOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	single := s.get(t, user, wish("price_pro_monthly", ""))
	once := s.get(t, user, wish("price_credits_once", `, "mode": "payment"`))
	twice := s.get(t, user, wish("price_credits_once", `, "mode": "payment"`))
	beside := s.get(t, user, wish("price_pro_monthly", allowed))
	if diff := cmp.Diff([]string{beside.ID, twice.ID, once.ID, single.ID}, s.open(t, user)); diff != "" {
		t.Errorf("open sessions (-want +got):\n%s", diff)
	}
	// The single one is found again, the one beside it expires: with it the
	// user could subscribe twice.
	if again := s.get(t, user, wish("price_pro_monthly", "")); again.ID != single.ID {
		t.Errorf("got %s, want %s again", again.ID, single.ID)
	}
	if diff := cmp.Diff([]string{twice.ID, once.ID, single.ID}, s.open(t, user)); diff != "" {
		t.Errorf("open sessions (-want +got):\n%s", diff)
	}
}

// Between the payment and its events the table knows nothing of the
// subscription; Stripe does.
func TestCheckoutWhileTheEventsAreUnderWay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sandbox.Pay(t, s.get(t, user, wish("price_pro_monthly", "")).ID)
	if rows := s.rows(t, user); len(rows) != 0 {
		t.Fatalf("rows: %+v", rows)
	}
	s.ask(t, user, wish("price_starter_monthly", "")).Is(t, 400, alreadySubscribed)
	rows := s.rows(t, user)
	if len(rows) != 1 || rows[0].Status != billing.StatusActive || rows[0].User != user || rows[0].ID != s.subscriptions(t, user)[0].ID {
		t.Errorf("it was not brought in: %+v", rows)
	}
	if open := s.open(t, user); len(open) != 0 {
		t.Errorf("open sessions: %v", open)
	}
	s.get(t, user, wish("price_starter_monthly", allowed))
}

// A session is paid just when it is to be expired.
func TestCheckoutWhileAnotherIsCompleted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.get(t, user, wish("price_pro_monthly", ""))
	s.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/v1/checkout/sessions/"+first.ID+"/expire" {
			s.sandbox.Intercept(nil)
			s.sandbox.Pay(t, first.ID)
		}
		next.ServeHTTP(w, r)
	})
	s.ask(t, user, wish("price_starter_monthly", "")).Is(t, 400, alreadySubscribed)
	if open, subs := s.open(t, user), s.subscriptions(t, user); len(open) != 0 || len(subs) != 1 {
		t.Errorf("open sessions: %v; %d subscriptions", open, len(subs))
	}
}

// A session that can neither be expired nor bought in is somebody else's turn.
func TestCheckoutWhileAnotherIsNeverDone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.get(t, user, wish("price_pro_monthly", ""))
	s.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/v1/checkout/sessions/"+first.ID+"/expire" {
			functiontest.Answering(400, `{"error": {"type": "invalid_request_error", "message": "It is being processed."}}`)(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
	s.ask(t, user, wish("price_starter_monthly", "")).Is(t, 409, `{"detail": "A checkout of this user is being completed; try again"}`)
	if diff := cmp.Diff([]string{first.ID}, s.open(t, user)); diff != "" {
		t.Errorf("open sessions (-want +got):\n%s", diff)
	}
}

func TestLeases(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	table, now := s.Function.Table, s.Clock.Now()
	over := now.Add(leaseLife)
	for _, step := range []struct {
		name   string
		holder string
		leave  bool // before
		at     time.Time
		taken  bool
	}{
		{"nobody has it", "a", false, now, true},
		{"again by its holder, as after a lost reply", "a", false, now, true},
		{"by another", "b", false, over.Add(-time.Millisecond), false},
		{"by another, when it is over", "b", false, over, true},
		{"after who lost it has left", "a", true, over, false},
		{"after its holder has left", "b", true, over, true},
	} {
		if step.leave {
			if err := table.LeaveCheckout(t.Context(), s.scope(), user, step.holder); err != nil {
				t.Fatal(err)
			}
			step.holder = "c"
		}
		taken, err := table.TakeCheckout(t.Context(), s.scope(), user, step.holder, step.at, step.at.Add(leaseLife))
		if taken != step.taken || err != nil {
			t.Errorf("%s: %t, %v", step.name, taken, err)
		}
	}
}

// A request that died leaves its lease behind. It keeps out nobody but the
// user's other subscriptions, and them only for a while.
func TestCheckoutBesideALease(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	now := s.Clock.Now()
	if taken, err := s.Function.Table.TakeCheckout(t.Context(), s.scope(), user, "dead", now, now.Add(leaseLife)); err != nil || !taken {
		t.Fatal(taken, err)
	}
	s.get(t, "user-2", wish("price_pro_monthly", ""))
	s.get(t, user, wish("price_credits_once", `, "mode": "payment"`))
	s.get(t, user, wish("price_pro_monthly", allowed))

	met := make(chan struct{}, 1)
	s.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		out, err := next(ctx, input)
		if failed := (*types.ConditionalCheckFailedException)(nil); operation == "PutItem" && errors.As(err, &failed) {
			select {
			case met <- struct{}{}:
			default:
			}
		}
		return out, err
	})
	go func() {
		<-met
		s.Clock.Advance(leaseLife)
	}()
	got := s.get(t, user, wish("price_starter_monthly", ""))
	if open := s.open(t, user); !slices.Contains(open, got.ID) {
		t.Errorf("got %s, open are %v", got.ID, open)
	}
}

// The same purchase under one key of the caller's is one session, also where
// each request would make another.
func TestSessionsUnderOneIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, body := range map[string]string{
		"payment": wish("price_credits_once", `, "mode": "payment"`),
		"beside":  wish("price_pro_monthly", allowed),
	} {
		user := "user-" + name
		e := s.Effects(s.sandbox)
		s.get(t, user, body, "Idempotency-Key", "learn-"+name)
		last := -1
		for i, made := range e.Made() {
			if made == "POST /v1/checkout/sessions" {
				last = i
			}
		}
		user += "-2"
		e.Fail(&functiontest.Fault{Effect: last, Lost: true})
		if answer := s.ask(t, user, body, "Idempotency-Key", "key"); answer.Status != http.StatusBadGateway {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		e.Fail(nil)
		got := s.get(t, user, body, "Idempotency-Key", "key")
		if diff := cmp.Diff([]string{got.ID}, s.open(t, user)); diff != "" {
			t.Errorf("%s: open sessions (-want +got):\n%s", name, diff)
		}
		if other := s.get(t, user, body, "Idempotency-Key", "another"); other.ID == got.ID {
			t.Errorf("%s: another key gave the same session", name)
		}
		if other := s.get(t, user, body); other.ID == got.ID {
			t.Errorf("%s: no key gave the same session", name)
		}
	}
}

func TestRedirectsOfTheProject(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	p, _, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	p.RedirectOrigins = []string{"https://app.example.com", "https://*.shop.example.com"}
	if err := s.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	const refusal = `{"detail": "The URL is not on an origin that the project allows (%s)"}`
	for name, c := range map[string]struct{ success, cancel, param string }{
		"both listed":        {"https://app.example.com/ok?s={CHECKOUT_SESSION_ID}", "https://a.shop.example.com/", ""},
		"success elsewhere":  {"https://evil.example.com/", "https://app.example.com/", "success_url"},
		"cancel elsewhere":   {"https://app.example.com/", "https://app.example.com.evil.io/", "cancel_url"},
		"another port":       {"https://app.example.com:8443/", "https://app.example.com/", "success_url"},
		"the wildcard's own": {"https://shop.example.com/", "https://app.example.com/", "success_url"},
	} {
		answer := s.ask(t, user, fmt.Sprintf(`{"price_id": "price_pro_monthly", "success_url": %q, "cancel_url": %q}`, c.success, c.cancel))
		if c.param == "" {
			if answer.Status != http.StatusOK {
				t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
			}
			continue
		}
		answer.Is(t, 400, fmt.Sprintf(refusal, c.param))
	}
}

func TestPricesThatCannotBeBought(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	inactive, err := s.sandbox.API.Prices.New(&stripe.PriceParams{
		Currency: stripe.String("usd"), UnitAmount: stripe.Int64(500), Product: stripe.String("prod_pro"), Active: stripe.Bool(false),
	})
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		wish("price_none", ""):                            "No such price: 'price_none' (price_id)",
		wish(inactive.ID, `, "mode": "payment"`):          "The price is inactive (price_id)",
		wish("price_credits_once", ""):                    "The price is paid once; a subscription needs a recurring one (price_id)",
		wish("price_pro_monthly", `, "mode": "payment"`):  "The price is recurring; a payment needs one that is paid once (price_id)",
		wish("price_pro_monthly/../x", `, "quantity": 1`): "No such price: 'price_pro_monthly/../x' (price_id)",
		wish("price_none", `, "mode": "payment"`) + "\n":  "No such price: 'price_none' (price_id)",
	} {
		before := s.Stored(t)
		s.ask(t, user, body).Is(t, 400, fmt.Sprintf(`{"detail": %q}`, want))
		s.SameAs(t, before)
	}
	if made := s.sandbox.Customers(t, user); len(made) != 0 {
		t.Errorf("customers: %v", made)
	}
}
