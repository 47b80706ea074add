package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
)

const tooLow = `{"error": {"code": "insufficient_balance", "message": "The balance is too low"}, "request_id": ""}`

const reused = `{"error": {"code": "idempotency_key_reused", "message": "The Idempotency-Key was used for something else"}, "request_id": ""}`

func TestSpend(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spend(t, user, "spend-1", 300).Is(t, 402, tooLow)
	f.deposited(t, user, 2500)
	var first, again struct {
		ID      string `json:"id"`
		Balance int64  `json:"balance_cents"`
	}
	f.spend(t, user, "spend-1", 300).Decode(t, &first) // it was refused for what is no more
	f.Clock.Advance(48 * time.Hour)
	f.spend(t, user, "spend-1", 300).Decode(t, &again)
	if first.Balance != 2200 || again != first || !strings.HasPrefix(first.ID, "spend_usd_") {
		t.Errorf("spent %+v, and again %+v", first, again)
	}
	f.spend(t, user, "spend-1", 301).Is(t, 409, reused)
	f.call(t, user, http.MethodPost, "/api/balance/spend", "spend-1", `{"amount_cents": 300, "description": "other work"}`).Is(t, 409, reused)
	f.spend(t, user, "spend-2", 2201).Is(t, 402, tooLow)
	f.spend(t, user, "spend-3", 2200)
	f.holdsMoney(t, user, 0)
	f.spend(t, "user-2", "spend-1", 300).Is(t, 402, tooLow) // keys of others are others
}

func TestSpendRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deposited(t, user, 500)
	before := f.Stored(t)
	for name, c := range map[string]struct{ key, body, message string }{
		"no key":          {"", `{"amount_cents": 1, "description": "a"}`, "Idempotency-Key: Field required"},
		"a key of words":  {"a b", `{"amount_cents": 1, "description": "a"}`, "Idempotency-Key: Header should be 1 to 255 visible ASCII characters"},
		"nothing":         {"k", `{"amount_cents": 0, "description": "a"}`, "amount_cents: Input should be between 1 and 99999999"},
		"less than that":  {"k", `{"amount_cents": -5, "description": "a"}`, "amount_cents: Input should be between 1 and 99999999"},
		"no description":  {"k", `{"amount_cents": 5}`, "description: Field required"},
		"a part":          {"k", `{"amount_cents": 0.5, "description": "a"}`, "amount_cents: Input should be a valid integer"},
		"another's money": {"k", `{"amount_cents": 5, "description": "a", "currency": "xyz"}`, "currency: Input should be a currency that balances have"},
	} {
		t.Run(name, func(t *testing.T) {
			f.call(t, user, http.MethodPost, "/api/balance/spend", c.key, c.body).Is(t, 400,
				fmt.Sprintf(`{"error": {"code": "invalid_input", "message": %q}, "request_id": ""}`, c.message))
		})
	}
	f.SameAs(t, before)
}

// Of 64 that spend at once exactly as many succeed as the balance covers.
func TestSpendAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deposited(t, user, 1000)
	var spent, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			switch answer := f.spend(t, user, fmt.Sprint("spend-", i), 100); answer.Status {
			case http.StatusOK:
				spent.Add(1)
			case http.StatusPaymentRequired:
				refused.Add(1)
			default:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wg.Wait()
	if spent.Load() != 10 || refused.Load() != 54 {
		t.Errorf("%d spent, %d refused", spent.Load(), refused.Load())
	}
	f.holdsMoney(t, user, 0)
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.call(t, user, http.MethodGet, "/api/balance/transactions", "", "").Is(t, 200, `{"transactions": [], "total": 0}`)
	f.deposited(t, user, 2500)
	for i, amount := range []int64{100, 200, 300} {
		f.Clock.Advance(time.Minute)
		f.spend(t, user, fmt.Sprint("spend-", i), amount)
	}
	type shown struct {
		Transactions []struct {
			Type    string
			Amount  int64 `json:"amount_cents"`
			Balance int64 `json:"balance_after_cents"`
		}
		Total int64
	}
	for query, want := range map[string]string{
		"":                   "[{spend -300 1900} {spend -200 2200} {spend -100 2400} {deposit 2500 2500}] 4",
		"?limit=1":           "[{spend -300 1900}] 4",
		"?limit=2&offset=1":  "[{spend -200 2200} {spend -100 2400}] 4",
		"?limit=10&offset=3": "[{deposit 2500 2500}] 4",
		"?offset=9":          "[] 4",
	} {
		var got shown
		f.call(t, user, http.MethodGet, "/api/balance/transactions"+query, "", "").Decode(t, &got)
		if text := fmt.Sprint(got.Transactions, got.Total); text != want {
			t.Errorf("%q: %s, want %s", query, text, want)
		}
	}
	for query, message := range map[string]string{
		"?limit=0":      "limit: Input should be between 1 and 100",
		"?limit=101":    "limit: Input should be between 1 and 100",
		"?offset=-1":    "offset: Input should be between 0 and 10000",
		"?offset=10001": "offset: Input should be between 0 and 10000",
		"?limit=x":      "limit: Input could not be parsed",
	} {
		f.call(t, user, http.MethodGet, "/api/balance/transactions"+query, "", "").Is(t, 400,
			fmt.Sprintf(`{"error": {"code": "invalid_input", "message": %q}, "request_id": ""}`, message))
	}
}

// hold sets money aside and answers the hold's id.
func (f fixture) hold(t *testing.T, key string, amount int64) string {
	t.Helper()
	var made struct{ ID string }
	answer := f.call(t, user, http.MethodPost, "/api/balance/holds", key, fmt.Sprintf(`{"amount_cents": %d, "description": "video"}`, amount))
	answer.Decode(t, &made)
	answer.Is(t, 200, fmt.Sprintf(
		`{"id": %q, "status": "held", "amount_cents": %d, "captured_cents": 0, "currency": "usd", "balance_cents": %d, "expires_at": %q}`,
		made.ID, amount, f.wallet(t, user).Balance, f.Clock.Now().Add(time.Hour).Format(time.RFC3339)))
	return made.ID
}

func (f fixture) endHold(t *testing.T, as, id, how, body string) functiontest.Answer {
	t.Helper()
	return f.call(t, as, http.MethodPost, "/api/balance/holds/"+id+"/"+how, "", body)
}

func TestHolds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deposited(t, user, 2500)
	captured, released, whole := f.hold(t, "hold-1", 1000), f.hold(t, "hold-2", 600), f.hold(t, "hold-3", 400)
	if again := f.hold(t, "hold-1", 1000); again != captured {
		t.Errorf("the same key made %s and %s", captured, again)
	}
	for _, body := range []string{
		`{"amount_cents": 1001, "description": "video"}`, `{"amount_cents": 1000, "description": "film"}`,
		`{"amount_cents": 1000, "description": "video", "expires_in_seconds": 60}`,
	} {
		f.call(t, user, http.MethodPost, "/api/balance/holds", "hold-1", body).Is(t, 409, reused)
	}
	f.holdsMoney(t, user, 500)
	f.spend(t, user, "spend-1", 501).Is(t, 402, tooLow)

	ended := func(id, status string, amount, price, balance int64) string {
		return fmt.Sprintf(`{"id": %q, "status": %q, "amount_cents": %d, "captured_cents": %d, "currency": "usd", "balance_cents": %d, "expires_at": null}`,
			id, status, amount, price, balance)
	}
	f.endHold(t, user, captured, "capture", `{"amount_cents": 1001}`).Is(t, 400,
		`{"error": {"code": "amount_over_hold", "message": "The amount is larger than what is held"}, "request_id": ""}`)
	for range 2 { // the second time it is answered again
		f.endHold(t, user, captured, "capture", `{"amount_cents": 640}`).Is(t, 200, ended(captured, "captured", 1000, 640, 860))
	}
	for range 2 {
		f.endHold(t, user, released, "release", "").Is(t, 200, ended(released, "released", 600, 0, 1460))
	}
	f.endHold(t, user, whole, "capture", "").Is(t, 200, ended(whole, "captured", 400, 400, 1460))
	const over = `{"error": {"code": "hold_ended", "message": "The hold has ended already"}, "request_id": ""}`
	f.endHold(t, user, captured, "capture", `{"amount_cents": 641}`).Is(t, 409, over)
	f.endHold(t, user, captured, "release", "").Is(t, 409, over)
	f.endHold(t, user, released, "capture", "").Is(t, 409, over)
	const unknown = `{"error": {"code": "hold_not_found", "message": "Hold not found"}, "request_id": ""}`
	f.endHold(t, "user-2", captured, "capture", "").Is(t, 404, unknown)
	f.endHold(t, user, "hold_usd_0", "release", "").Is(t, 404, unknown)
	f.endHold(t, user, "nonsense", "release", "").Is(t, 404, unknown)
	f.holdsMoney(t, user, 1460)
	if w := f.wallet(t, user); w.Held != 0 || w.Spent != 1040 {
		t.Errorf("%+v", w)
	}
}

// What was held for too long is the user's again: when the balance is looked at
// or spent from, when somebody wants to capture it, and by the schedule.
func TestHoldsExpire(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		look func(t *testing.T, f fixture, id string)
		want int64
	}{
		"the balance is read": {func(t *testing.T, f fixture, _ string) {
			t.Helper()
			f.call(t, user, http.MethodGet, "/api/balance", "", "")
		}, 500},
		"it is spent": {func(t *testing.T, f fixture, _ string) {
			t.Helper()
			f.spend(t, user, "spend-1", 500)
		}, 0},
		"it is captured": {func(t *testing.T, f fixture, id string) {
			t.Helper()
			f.endHold(t, user, id, "capture", "").Is(t, 409, `{"error": {"code": "hold_expired", "message": "The hold has expired"}, "request_id": ""}`)
		}, 500},
		"the schedule": {func(t *testing.T, f fixture, _ string) {
			t.Helper()
			if n, err := f.wallets.Resume(t.Context(), f.scope()); n != 1 || err != nil {
				t.Errorf("the schedule found %d, %v", n, err)
			}
		}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.deposited(t, user, 500)
			id := f.hold(t, "hold-1", 500)
			f.Clock.Advance(time.Hour - time.Millisecond)
			if n, err := f.wallets.Resume(t.Context(), f.scope()); n != 0 || err != nil {
				t.Errorf("the schedule found %d too early, %v", n, err)
			}
			f.call(t, user, http.MethodGet, "/api/balance", "", "")
			f.holdsMoney(t, user, 0)
			f.Clock.Advance(time.Millisecond)
			c.look(t, f, id)
			f.holdsMoney(t, user, c.want)
			if n, err := f.wallets.Resume(t.Context(), f.scope()); n != 0 || err != nil {
				t.Errorf("the schedule found %d afterwards, %v", n, err)
			}
		})
	}
}
