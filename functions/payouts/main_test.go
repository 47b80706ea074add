package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// fixture is the function with the Stripe sandbox, and a project that creators
// earn in. Its clock and Stripe's are the same.
type fixture struct {
	*functiontest.World
	sandbox *functiontest.Sandbox
	handler http.Handler
	master  *paymaster
	project uuid.UUID
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w, sandbox := functiontest.New(t), functiontest.NewSandbox(t)
	sandbox.Clock.Set(w.Clock.Now())
	stripe := gateway.New(w.Function.Table, w.Function.Vault, sandbox.URL)
	f := fixture{w, sandbox, handler(w.Function, stripe), newPaymaster(w.Function, stripe), uuid.Nil}
	f.project = w.CreateProject(t, "developer-1").ID
	w.Configure(t, f.project, billing.Test, functiontest.Credentials(billing.Test))
	return f
}

func (f fixture) scope() billing.Scope { return billing.Scope{Project: f.project, Mode: billing.Test} }

// pass moves both clocks.
func (f fixture) pass(d time.Duration) {
	f.Clock.Advance(d)
	f.sandbox.Clock.Advance(d)
}

func (f fixture) ask(t *testing.T, creator, method, path, body string, header ...string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: method, Path: path, Token: f.EndUser(f.project, creator), Body: body, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return f.Do(t, f.handler, r)
}

const connecting = `{"return_url": "https://app.example.com/done", "refresh_url": "https://app.example.com/again"}`

// testBank is an account number of Stripe's that takes payouts; closedBank one
// that sends them back.
const (
	testBank   = "000123456789"
	closedBank = "000111111113"
)

// onboard connects a creator through Stripe's page.
func (f fixture) onboard(t *testing.T, creator, bank string) {
	t.Helper()
	answer := f.ask(t, creator, http.MethodPost, "/api/payouts/connect", connecting)
	if answer.Status != http.StatusOK {
		t.Fatalf("connect: %d %s", answer.Status, answer.Body)
	}
	var started struct{ URL string }
	answer.Decode(t, &started)
	typed := url.Values{
		"action": {"complete"}, "name": {"Ives Tools"}, "url": {"https://ives.example"}, "business_type": {"individual"},
		"routing_number": {"110000000"}, "account_number": {bank},
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, started.URL, strings.NewReader(typed.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := noRedirect.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if at := response.Header.Get("Location"); at != "https://app.example.com/done" {
		t.Fatalf("onboarding: %s, to %q", response.Status, at)
	}
}

// earn has a consumer pay for a creator's work, a tenth of which is the
// platform's, and Stripe hold the money.
func (f fixture) earn(t *testing.T, creator string, price int64) {
	t.Helper()
	_, err := f.sandbox.API.PaymentIntents.New(&stripe.PaymentIntentParams{
		Amount: &price, Currency: stripe.String("usd"), Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_visa"),
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true), AllowRedirects: stripe.String("never")},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.owe(t, creator, price)
}

// owe is earn without the money at Stripe.
func (f fixture) owe(t *testing.T, creator string, price int64) {
	t.Helper()
	because := func() billing.Cause {
		return billing.Cause{ID: uuid.NewString(), At: f.Clock.Now().Truncate(time.Millisecond), Currency: "usd"}
	}
	for _, p := range []billing.Posting{
		billing.Deposit(because(), billing.PostDeposit, "ann", price), billing.ChargeFor(because(), "ann", creator, price, 1000),
	} {
		if _, _, err := f.Function.Table.Post(t.Context(), f.scope(), p); err != nil {
			t.Fatal(err)
		}
	}
}

// deliver takes in all events that Stripe has, of the platform and of a creator.
func (f fixture) deliver(t *testing.T, creator string) {
	t.Helper()
	table := f.Function.Table
	in := &intake.Intake{Events: projectorOf(f), Records: table, Metrics: f.Function.Metrics, Log: f.Function.Log, Now: f.Clock.Now}
	for _, account := range []string{"", f.creator(t, creator).Account} {
		params := &stripe.EventListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(100), Single: true}}
		if account != "" {
			params.SetStripeAccount(account)
		}
		list := f.sandbox.API.Events.List(params)
		var raw struct{ Data []rawEvent }
		functiontest.Answer{Body: string(list.EventList().LastResponse.RawJSON)}.Decode(t, &raw)
		for _, body := range raw.Data {
			if _, err := in.Receive(t.Context(), f.scope(), body); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// projectorOf is what the webhooks function applies events with.
func projectorOf(f fixture) *projector.Projector {
	table := f.Function.Table
	return projector.New(table, gateway.New(table, f.Function.Vault, f.sandbox.URL), f.Clock.Now)
}

type rawEvent []byte

// UnmarshalJSON keeps the event as it is written.
func (e *rawEvent) UnmarshalJSON(b []byte) error { *e = append((*e)[:0], b...); return nil }

func (f fixture) creator(t *testing.T, id string) billing.Creator {
	t.Helper()
	c, err := f.Function.Table.Creator(t.Context(), f.scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (f fixture) payouts(t *testing.T, creator string) []billing.Payout {
	t.Helper()
	payouts, err := f.Function.Table.Payouts(t.Context(), f.scope(), creator, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return payouts
}

// run runs the schedule once and expects what it did.
func (f fixture) run(t *testing.T, want string) {
	t.Helper()
	did, err := f.master.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%d creators, %d begun, %d ended, %d failures", did.Creators, did.Begun, did.Ended, did.Failures); got != want {
		t.Errorf("the schedule did: %s; want %s", got, want)
	}
}

// money is where the money of a creator is, here and at Stripe.
type money struct {
	Earned, Transit, Paid   int64
	Transfers, BankPayouts  int   // at Stripe, not reversed or returned
	Account, BalanceChanges int64 // what the creator's Stripe account has; how often that changed
}

func (f fixture) money(t *testing.T, creator string) money {
	t.Helper()
	table := f.Function.Table
	balances, err := table.Balances(t.Context(), f.scope(), "usd", billing.CreatorBook(creator))
	if err != nil {
		t.Fatal(err)
	}
	if differ, err := table.Recount(t.Context(), f.scope(), "usd"); err != nil || len(differ) > 0 {
		t.Errorf("balances differ from the postings: %v, %v", differ, err)
	}
	c := f.creator(t, creator)
	m := money{Earned: balances[earnedBy(creator)], Transit: balances[billing.Account{Kind: billing.TransitAccount, Owner: creator}], Paid: c.Paid}
	account := c.Account
	transfers := f.sandbox.API.Transfers.List(&stripe.TransferListParams{Destination: &account})
	for transfers.Next() {
		if !transfers.Transfer().Reversed {
			m.Transfers++
		}
	}
	params := &stripe.PayoutListParams{}
	params.SetStripeAccount(account)
	payouts := f.sandbox.API.Payouts.List(params)
	for payouts.Next() {
		if payouts.Payout().Status != stripe.PayoutStatusFailed && payouts.Payout().Status != stripe.PayoutStatusCanceled {
			m.BankPayouts++
		}
	}
	of := &stripe.BalanceTransactionListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(100)}}
	of.SetStripeAccount(account)
	changes := f.sandbox.API.BalanceTransactions.List(of)
	for changes.Next() {
		m.Account += changes.BalanceTransaction().Net
		m.BalanceChanges++
	}
	for _, err := range []error{transfers.Err(), payouts.Err(), changes.Err()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (f fixture) has(t *testing.T, creator string, want money) {
	t.Helper()
	if diff := cmp.Diff(want, f.money(t, creator)); diff != "" {
		t.Errorf("money of %s (-want +got):\n%s", creator, diff)
	}
}

// refused is the body of an error of the Account API.
func refused(code, message string) string {
	return fmt.Sprintf(`{"error": {"code": %q, "message": %q}, "request_id": ""}`, code, message)
}
