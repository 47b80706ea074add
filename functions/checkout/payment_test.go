package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const (
	paymentIntents = "/v1/payments/intents"
	paymentList    = "/v1/payments/list"
)

// through has the shop's project sell through a gateway of its tenant's, and
// answers the connected account; empty for the other gateways.
func (s *shop) through(t *testing.T, g billing.Gateway) string {
	t.Helper()
	if g == billing.GatewayOwnKeys {
		return ""
	}
	key := functiontest.Credentials(billing.Test).SecretKey.Reveal()
	s.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "`+key+`"}, "platform": {"test": {"secret_key": "`+key+`"}}, "connect": {"test": {"secret_key": "`+key+`"}}
	}`)
	s.project = s.CreateProject(t, "tenant-1").ID
	sw := billing.Switch{Tenant: "tenant-1", Enabled: true, Gateway: g}
	if g == billing.GatewayConnect {
		sw.Test.ID = s.sandbox.Connect(t)
	}
	if err := s.Function.Table.SaveSwitch(t.Context(), sw); err != nil {
		t.Fatal(err)
	}
	return sw.Test.ID
}

// payments sends a request of a user's about one-off payments.
func (s shop) payments(t *testing.T, user, method, path, body string, headers ...string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: method, Path: path, Token: s.EndUser(s.project, user), Body: body, Header: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.Do(t, s.handler, r)
}

// started is a payment that a user starts.
func (s shop) started(t *testing.T, user, body string, headers ...string) api.CreatedPayment {
	t.Helper()
	answer := s.payments(t, user, http.MethodPost, paymentIntents, body, headers...)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", body, answer.Status, answer.Body)
	}
	var got api.CreatedPayment
	answer.Decode(t, &got)
	return got
}

// paid is a payment that a user starts and pays with a card.
func (s shop) paid(t *testing.T, user, account, body string) api.CreatedPayment {
	t.Helper()
	made := s.started(t, user, body)
	params := &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa"), ReturnURL: stripe.String("https://app.example.com/")}
	if account != "" {
		params.SetStripeAccount(account)
	}
	if _, err := s.sandbox.API.PaymentIntents.Confirm(made.IntentID, params); err != nil {
		t.Fatal(err)
	}
	return made
}

// listed are a user's payments.
func (s shop) listed(t *testing.T, user, query string) api.OneOffPaymentList {
	t.Helper()
	answer := s.payments(t, user, http.MethodGet, paymentList+query, "")
	if answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	var got api.OneOffPaymentList
	answer.Decode(t, &got)
	return got
}

// row is a payment as the table knows it.
func (s shop) row(t *testing.T, user string) billing.Transaction {
	t.Helper()
	customer, err := s.Function.Table.CustomerOf(t.Context(), s.scope(), user)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Function.Table.Transactions(t.Context(), s.scope(), customer)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows[0]
}

const tickets = `{"amountCents": 5025, "currency": "EUR", "description": "Two tickets", "customerEmail": "ada@example.com", "metadata": {"order": "7", "project_id": "x"}}`

// A payment is started, paid and refunded in two parts, in every account that a
// project may have. Only a connected one pays a fee.
func TestOneOffPayments(t *testing.T) {
	t.Parallel()
	for _, g := range []billing.Gateway{billing.GatewayOwnKeys, billing.GatewayManaged, billing.GatewayPlatform, billing.GatewayConnect} {
		t.Run(string(g), func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			account := s.through(t, g)
			s.allowRefunds(t)
			fee, bps, half, whole := int64(0), int64(0), int64(0), int64(0)
			if account != "" {
				fee, bps, half, whole = 30, 60, 14, 29 // of 30.15; each refund of it is cut
			}
			made := s.paid(t, "ada", account, tickets)
			want := api.CreatedPayment{
				PaymentID: s.scope().RecordID(made.IntentID), IntentID: made.IntentID, ClientSecret: made.ClientSecret, PublishableKeyAccountID: account,
				AmountCents: 5025, ApplicationFeeCents: fee, FeeBpsApplied: bps, Currency: "eur", Status: "requires_payment_method",
			}
			if diff := cmp.Diff(want, made); diff != "" || made.ClientSecret == nil {
				t.Errorf("made (-want +got):\n%s", diff)
			}
			if row := s.row(t, "ada"); row.ID != made.IntentID || row.Status != billing.TransactionPending || row.User != "ada" || row.Amount != 5025 {
				t.Errorf("row of a new payment: %+v", row)
			}
			item := api.OneOffPayment{
				ID: made.PaymentID, EnvironmentID: billing.Test, StripeAccountID: account, StripePaymentIntentID: made.IntentID, AmountCents: 5025,
				ApplicationFeeCents: fee, FeeBpsApplied: bps, Currency: "eur", CustomerEmail: stripe.String("ada@example.com"), Description: stripe.String("Two tickets"),
				Status: "succeeded", Metadata: map[string]string{"order": "7"},
			}
			s.shows(t, item)
			s.refunds(t, made, `{"amountCents": 2500, "reason": "requested_by_customer"}`, 2500, 2500)
			item.Status, item.RefundedAmountCents, item.RefundedFeeCents = "partially_refunded", 2500, half
			s.shows(t, item)
			s.refunds(t, made, "", 2525, 5025)
			item.Status, item.RefundedAmountCents, item.RefundedFeeCents = "refunded", 5025, whole
			s.shows(t, item)
			if row := s.row(t, "ada"); row.Status != billing.TransactionRefunded || row.Refunded != 5025 {
				t.Errorf("row of a refunded payment: %+v", row)
			}
		})
	}
}

// shows checks that the list is one payment.
func (s shop) shows(t *testing.T, want api.OneOffPayment) {
	t.Helper()
	list := s.listed(t, "ada", "")
	if len(list.Items) != 1 || list.NextCursor != nil {
		t.Fatalf("listed: %+v", list)
	}
	got := list.Items[0]
	if got.StripeChargeID == nil || got.CreatedAt.IsZero() || got.UpdatedAt.Before(got.CreatedAt) {
		t.Errorf("charge %v, created %s, updated %s", got.StripeChargeID, got.CreatedAt, got.UpdatedAt)
	}
	got.StripeChargeID, got.CreatedAt, got.UpdatedAt = nil, time.Time{}, time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestApplicationFeeOfPayments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.through(t, billing.GatewayConnect)
	body := func(amount, more string) string {
		return `{"amountCents": ` + amount + `, "currency": "usd"` + more + `}`
	}
	for name, c := range map[string]struct {
		body     string
		bps, fee int64
	}{
		"rounded half up":         {body("1250", ""), 60, 8},
		"of little":               {body("50", ""), 60, 0},
		"the same, asked for":     {body("10000", `, "feeBpsOverride": 60`), 60, 60},
		"more, asked for":         {body("10000", `, "feeBpsOverride": 61`), 61, 61},
		"all of it":               {body("999", `, "feeBpsOverride": 10000`), 10000, 999},
		"nothing special, a null": {body("10000", `, "feeBpsOverride": null`), 60, 60},
	} {
		got := s.started(t, "ada", c.body)
		if got.FeeBpsApplied != c.bps || got.ApplicationFeeCents != c.fee {
			t.Errorf("%s: %d basis points, %d", name, got.FeeBpsApplied, got.ApplicationFeeCents)
		}
	}
	for _, less := range []string{"0", "59"} {
		s.payments(t, "ada", http.MethodPost, paymentIntents, body("10000", `, "feeBpsOverride": `+less)).Is(t, http.StatusBadRequest,
			functiontest.PlansError(400, "fee_below_minimum", "The fee cannot be less than the one that is configured"))
	}
	own := newShop(t)
	if got := own.started(t, "ada", body("10000", `, "feeBpsOverride": 0`)); got.FeeBpsApplied != 0 || got.ApplicationFeeCents != 0 {
		t.Errorf("in an account of the project's own: %+v", got)
	}
}

// A payment that is asked for again under its key is the same.
func TestPaymentsHappenOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	const keyed = `{"amountCents": 500, "currency": "usd", "idempotencyKey": "order-7"}`
	first := s.started(t, "ada", keyed)
	for name, again := range map[string]api.CreatedPayment{
		"in the body":               s.started(t, "ada", keyed),
		"in the body, goes before":  s.started(t, "ada", keyed, "Idempotency-Key", "request-8"),
		"in the header":             s.started(t, "ada", `{"amountCents": 500, "currency": "usd"}`, "Idempotency-Key", "order-7"),
		"of a request in two tries": s.started(t, "ada", keyed, "Idempotency-Key", "request-8"),
	} {
		if again.IntentID != first.IntentID {
			t.Errorf("%s: %s, want %s", name, again.IntentID, first.IntentID)
		}
	}
	if row := s.row(t, "ada"); row.ID != first.IntentID {
		t.Errorf("row %+v", row)
	}
	if other := s.started(t, "bo", keyed); other.IntentID == first.IntentID {
		t.Error("two users have one payment")
	}
}

// Billing may be switched off while a payment is being made. Nobody hears of it
// then, and it is canceled.
func TestPaymentsWhileSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*billing.Switch){
		"closing": func(sw *billing.Switch) { sw.ClosingUntil = time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC) },
		"off":     func(sw *billing.Switch) { sw.Enabled = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.through(t, billing.GatewayManaged)
			f := fixture{World: s.World}
			s.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.URL.Path == "/v1/payment_intents" {
					f.turn(t, change)
				}
				next.ServeHTTP(w, r)
			})
			off := functiontest.PlansError(403, billing.ErrBillingNotEnabled.Code, billing.ErrBillingNotEnabled.Message)
			s.payments(t, "ada", http.MethodPost, paymentIntents, tickets).Is(t, http.StatusForbidden, off)
			s.payments(t, "ada", http.MethodPost, paymentIntents, tickets).Is(t, http.StatusForbidden, off)
			list := s.listed(t, "ada", "") // what was there is shown while billing is off
			if len(list.Items) != 1 || list.Items[0].Status != "canceled" {
				t.Errorf("listed: %+v", list.Items)
			}
		})
	}
}

func TestListPayments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if got := s.listed(t, "ada", ""); len(got.Items) != 0 || got.Items == nil || got.NextCursor != nil {
		t.Errorf("of a user who has bought nothing: %+v", got)
	}
	var made []string
	for range 5 {
		made = append(made, s.started(t, "ada", tickets).PaymentID.String())
		s.sandbox.Clock.Advance(time.Minute)
	}
	s.started(t, "bo", tickets)
	s.sandbox.Pay(t, s.get(t, "ada", wish("price_pro_monthly", "")).ID) // an invoice's
	var got []string
	query := "?limit=2"
	for {
		page := s.listed(t, "ada", query)
		for _, p := range page.Items {
			got = append(got, p.ID.String())
			if p.Status != "requires_payment_method" || p.StripeChargeID != nil || p.RefundedAmountCents != 0 {
				t.Errorf("not paid: %+v", p)
			}
		}
		if page.NextCursor == nil {
			break
		}
		query = "?limit=2&cursor=" + *page.NextCursor
	}
	slices.Reverse(got)
	if diff := cmp.Diff(made, got); diff != "" {
		t.Errorf("oldest first (-want +got):\n%s", diff)
	}
	for name, query := range map[string]string{
		"no row": "?limit=0", "too many": "?limit=101", "no number": "?limit=x", "no cursor": "?cursor=%20", "no id": "?cursor=" + strings.Repeat("A", 8),
		"modes": "?test_mode=true&environment=live",
	} {
		var refusal api.PlansError
		answer := s.payments(t, "ada", http.MethodGet, paymentList+query, "")
		if answer.Decode(t, &refusal); answer.Status != http.StatusBadRequest || refusal.Error != "invalid_input" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
}

// A disputed payment is one until the bank has decided for the seller.
func TestDisputedPayments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	made := s.started(t, "ada", tickets)
	_, err := s.sandbox.API.PaymentIntents.Confirm(made.IntentID, &stripe.PaymentIntentConfirmParams{
		PaymentMethod: stripe.String("pm_card_createDispute"), ReturnURL: stripe.String("https://app.example.com/"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.listed(t, "ada", "").Items[0].Status; got != "disputed" {
		t.Errorf("status %s", got)
	}
	row := s.row(t, "ada")
	row.Dispute = billing.Dispute{ID: "dp_1", Status: billing.DisputeWon, Amount: 5025, CreatedAt: row.CreatedAt, AsOf: row.CreatedAt}
	if err := s.Function.Table.Commit(t.Context(), s.scope(), billing.Changes{
		Event: billing.EventRecord{ID: "evt_won", Created: row.CreatedAt, ReceivedAt: s.Clock.Now()}, Transaction: &row,
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.listed(t, "ada", "").Items[0].Status; got != "succeeded" {
		t.Errorf("status of a dispute that was won: %s", got)
	}
}

func TestInvalidPayments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	good := func(more string) string { return `{"amountCents": 500, "currency": "usd"` + more + `}` }
	for name, body := range map[string]string{
		"no amount":        `{"currency": "usd"}`,
		"less than Stripe": `{"amountCents": 49, "currency": "usd"}`,
		"less than that":   `{"amountCents": -500, "currency": "usd"}`,
		"half a cent":      `{"amountCents": 500.5, "currency": "usd"}`,
		"no currency":      `{"amountCents": 500}`,
		"no such currency": `{"amountCents": 500, "currency": "xyz"}`,
		"no e-mail":        good(`, "customerEmail": "ada"`),
		"a negative fee":   good(`, "feeBpsOverride": -1`),
		"more than all":    good(`, "feeBpsOverride": 10001`),
		"metadata":         good(`, "metadata": {"a": 1}`),
		"an empty key":     good(`, "idempotencyKey": ""`),
		"no object":        `[]`,
		"no JSON":          `{`,
	} {
		var refusal api.PlansError
		answer := s.payments(t, "ada", http.MethodPost, paymentIntents, body)
		if answer.Decode(t, &refusal); answer.Status != http.StatusBadRequest || refusal.Error != "invalid_input" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	off := functiontest.PlansError(403, billing.ErrBillingNotEnabled.Code, billing.ErrBillingNotEnabled.Message)
	s.payments(t, "ada", http.MethodPost, paymentIntents+"?environment=live", good("")).Is(t, http.StatusForbidden, off)
	if list := s.sandbox.Customers(t, "ada"); len(list) != 0 {
		t.Errorf("customers were made: %v", list)
	}
}
