package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// accountDrivers are those of the Account API: prepaid balances, marketplace
// charges and payouts, and of the developer's view of these.
var accountDrivers = map[string]driver{
	"getBalance": {prepare: deposited, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"createDeposit": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, sells: true,
		texts:   map[string]func(int) string{"success_url": address, "cancel_url": address},
		refused: map[string]int{"amount_cents the most": http.StatusBadRequest}, // the currency has closer bounds
	},
	"verifyDeposit": {
		prepare: deposited, foreign: []reach{dataInQuery}, unknown: "Checkout session not found",
		asked: map[string]func(place) string{"session_id": func(p place) string { return p.session }},
	},
	"listBalanceTransactions": {prepare: deposited, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"spendBalance": {
		prepare: deposited, foreign: []reach{nothingForeign}, newcomer: http.StatusPaymentRequired,
		refused: otherBalances, withoutStripe: true, inLive: http.StatusPaymentRequired, ledger: true,
	},
	"setAutoReload": {
		prepare: deposited, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true,
		needed:  []string{"threshold_cents", "amount_cents"},
		refused: map[string]int{"amount_cents the most": http.StatusBadRequest, "currency kwd": http.StatusOK},
	},
	"createHold": {
		prepare: deposited, foreign: []reach{nothingForeign}, newcomer: http.StatusPaymentRequired,
		refused: otherBalances, withoutStripe: true, inLive: http.StatusPaymentRequired, ledger: true,
	},
	"captureHold": {
		prepare: holding, foreign: []reach{dataInPath}, unknown: "Hold not found",
		refused:       map[string]int{"amount_cents the most": http.StatusBadRequest}, // more than is held
		withoutStripe: true, inLive: http.StatusNotFound, ledger: true,
	},
	"releaseHold": {
		prepare: holding, foreign: []reach{dataInPath}, unknown: "Hold not found",
		withoutStripe: true, inLive: http.StatusNotFound, ledger: true,
	},

	"createMarketplaceCharge": {
		prepare: deposited, foreign: []reach{dataInBody}, unknown: "The balance is too low", unknownStatus: http.StatusPaymentRequired,
		named: map[string]func(place) string{"user_id": func(p place) string { return p.user }}, refused: otherBalances,
		withoutStripe: true, inLive: http.StatusPaymentRequired, ledger: true,
	},
	"refundMarketplaceCharge": {
		prepare: charged, foreign: []reach{dataInPath}, unknown: "Charge not found",
		refused:       map[string]int{"amount_cents the most": http.StatusBadRequest}, // more than was charged
		withoutStripe: true, inLive: http.StatusNotFound, ledger: true,
	},

	"connectPayouts": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK,
		texts: map[string]func(int) string{"return_url": address, "refresh_url": address},
	},
	"getPayoutStatus":   {prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"putPayoutSettings": {prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"listPayouts":       {prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"createPayout":      {prepare: earning, foreign: []reach{nothingForeign}, newcomer: http.StatusForbidden, judged: []string{"amount_cents"}},
	"getEarnings":       {prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},

	"getLedger":          {prepare: prepaid(deposited), foreign: []reach{projectNamed}, asked: ownProject, refused: otherProject},
	"getUserWallet":      {prepare: prepaid(deposited), foreign: []reach{projectNamed}, asked: ownProject, refused: otherProject, anything: "user_id"},
	"listCreatorPayouts": {prepare: prepaid(paying), foreign: []reach{projectNamed}, asked: ownProject, refused: otherProject, twice: payingTwice},
}

// otherBalances are what a user with dollars cannot pay: too much, in another
// currency, or as another user.
var otherBalances = map[string]int{
	"amount_cents the most": http.StatusPaymentRequired,
	"currency eur":          http.StatusPaymentRequired, "currency gbp": http.StatusPaymentRequired, "currency chf": http.StatusPaymentRequired,
	"currency cad": http.StatusPaymentRequired, "currency aud": http.StatusPaymentRequired, "currency jpy": http.StatusPaymentRequired,
	"currency kwd": http.StatusPaymentRequired,
	"user_id ":     http.StatusPaymentRequired,
}

// deposited is a new user of the seller's, who has paid into the balance.
func deposited(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	p.session = p.deposit(t, 5000)
	return p
}

// deposit has the user pay in, and answers the session.
func (p place) deposit(t *testing.T, cents int) string {
	t.Helper()
	o := operationNamed(t, "createDeposit")
	r := o.request(t, p)
	set(t, "amount_cents", cents)(&r)
	started := o.send(t, r)
	started.is(t, http.StatusOK)
	pay(t, started.text(t, "url"))
	session := started.text(t, "session_id")
	verify := operationNamed(t, "verifyDeposit")
	r = verify.request(t, p)
	query("session_id", session)(&r)
	if a := verify.send(t, r); a.text(t, "deposited") != "true" {
		t.Fatalf("%v, want the deposit", a)
	}
	return session
}

// holding is a new user of the seller's with a hold.
func holding(t *testing.T, seller place) place {
	t.Helper()
	p := deposited(t, seller)
	o := operationNamed(t, "createHold")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	p.hold, p.session = a.text(t, "id"), ""
	return p
}

// charged is a new user of the seller's, who was charged.
func charged(t *testing.T, seller place) place {
	t.Helper()
	p := deposited(t, seller)
	p.charge, p.session = p.pays(t, "creator_1", 300), ""
	return p
}

// pays has the backend charge the user for a creator, and answers the charge.
func (p place) pays(t *testing.T, creator string, cents int) string {
	t.Helper()
	o := operationNamed(t, "createMarketplaceCharge")
	r := o.request(t, p)
	then(set(t, "user_id", p.user), set(t, "creator_id", creator), set(t, "amount_cents", cents))(&r)
	a := o.send(t, r)
	a.is(t, http.StatusOK)
	return a.text(t, "id")
}

// earning is a new creator of the seller's, who has earned 27.00 and gone through
// Stripe's onboarding.
func earning(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	deposited(t, seller).pays(t, p.user, 3000)
	o := operationNamed(t, "connectPayouts")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	typed := url.Values{
		"action": {"complete"}, "name": {"Ives Tools"}, "url": {"https://ives.example"}, "business_type": {"individual"},
		"routing_number": {"110000000"}, "account_number": {"000123456789"},
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.text(t, "url"), strings.NewReader(typed.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	received, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = received.Body.Close() // only the redirect matters
	if received.StatusCode != http.StatusSeeOther {
		t.Fatalf("onboarding: %s", received.Status)
	}
	return p
}

// paying is a new creator of the seller's, with a payout.
func paying(t *testing.T, seller place) place {
	t.Helper()
	p := earning(t, seller)
	o := operationNamed(t, "createPayout")
	o.send(t, o.request(t, p)).is(t, http.StatusCreated)
	return p
}

// payingTwice is a new seller who has paid two creators.
func payingTwice(t *testing.T, _ place) place {
	t.Helper()
	seller := newSeller(t)
	paying(t, seller)
	return paying(t, seller)
}

// prepaid is a place at a new seller's, whose payments other tests do not count.
func prepaid(prepare func(t *testing.T, seller place) place) func(t *testing.T, seller place) place {
	return func(t *testing.T, _ place) place {
		t.Helper()
		p := prepare(t, newSeller(t))
		p.session = "" // none is named
		return p
	}
}

// ownProject names the place's project in the query.
var ownProject = map[string]func(place) string{"project_id": func(p place) string { return p.project }}

// otherProject is one that nobody has.
var otherProject = map[string]int{"project_id=": http.StatusNotFound}

// happensOnce fails the test unless a request that was carried out cannot be
// another under its Idempotency-Key, or for what its path names.
func (k known) happensOnce(t *testing.T, r request) {
	t.Helper()
	if schema, _ := k.body(); schema != nil {
		set(t, "amount_cents", 7)(&r)
		k.send(t, r).refuses(t, http.StatusConflict, "")
	}
}
