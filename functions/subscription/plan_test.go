package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

const (
	changePath  = "/v1/billing/subscription/change"
	previewPath = "/v1/billing/subscription/preview"
	dropPath    = "/v1/billing/subscription/cancel"
	resumePath  = "/v1/billing/subscription/resume"
)

func planPrice(id string, i billing.Interval, amount int64) *billing.PlanPrice {
	return &billing.PlanPrice{ID: id, Interval: i, Amount: amount}
}

// plans are what the sandbox's prices are sold as.
func plans() []billing.Plan {
	return []billing.Plan{
		{ID: "plan_starter", Key: "starter", Name: "Starter", Currency: "usd", Visible: true, SortOrder: 1, Monthly: planPrice("price_starter_monthly", billing.Month, 900)},
		{
			ID: "plan_pro", Key: "pro", Name: "Pro", Currency: "usd", Visible: true, SortOrder: 2, TrialDays: 14,
			Monthly: planPrice("price_pro_monthly", billing.Month, 2900), Yearly: planPrice("price_pro_yearly", billing.Year, 29000),
			Features: []billing.Feature{{Key: "export", Name: "Export"}},
		},
		{ID: "plan_jpy", Key: "jpy", Name: "In yen", Currency: "jpy", Monthly: planPrice("price_pro_monthly_jpy", billing.Month, 4300)},
		{ID: "plan_free", Key: "free", Name: "Free", Visible: true, Default: true},
		{ID: "plan_old", Key: "old", Name: "Old", Visible: true, Archived: true, Currency: "usd", Former: []billing.PlanPrice{*planPrice("price_team_monthly", billing.Month, 1200)}},
	}
}

func newSubscribers(t *testing.T) holders {
	t.Helper()
	h := newHolders(t)
	for _, p := range plans() {
		if err := h.Function.Table.SavePlan(t.Context(), h.scope(), billing.Plan{}, p); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// moved sends a request that changes a subscription and expects it to work.
func (h holders) moved(t *testing.T, user, path, body string) api.PlanSubscription {
	t.Helper()
	answer := h.post(t, user, path, body)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", path, body, answer.Status, answer.Body)
	}
	var got api.PlanSubscription
	answer.Decode(t, &got)
	return got
}

// has fails the test unless a subscription at Stripe is to a price, for a
// quantity.
func (h holders) has(t *testing.T, id, price string, quantity int64) *stripe.Subscription {
	t.Helper()
	sub := h.subscription(t, id)
	if item := sub.Items.Data[0]; item.Price.ID != price || item.Quantity != quantity || len(sub.Items.Data) != 1 {
		t.Errorf("%s is to %d of %s, want %d of %s", id, item.Quantity, item.Price.ID, quantity, price)
	}
	return sub
}

// later has time pass, at Stripe and for the table.
func (h holders) later(t *testing.T, id string, d time.Duration) {
	t.Helper()
	h.sandbox.Clock.Advance(d)
	h.told(t, id)
	h.sandbox.Clock.Advance(time.Minute)
}

// nextPeriod has the subscription's period end.
func (h holders) nextPeriod(t *testing.T, id string) {
	t.Helper()
	end := time.Unix(h.subscription(t, id).CurrentPeriodEnd, 0)
	h.later(t, id, end.Sub(h.sandbox.Clock.Now()))
}

// Whoever has two seats of Starter moves.
func TestChangePlan(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	for name, c := range map[string]struct {
		body, price string
		quantity    int64
		now         bool
		then        string // the price of the next period
		seats       int64
	}{
		"an upgrade":             {`{"planKey": "pro"}`, "price_pro_monthly", 2, true, "price_pro_monthly", 2},
		"by id":                  {`{"planId": "plan_pro"}`, "price_pro_monthly", 2, true, "price_pro_monthly", 2},
		"to the year":            {`{"planKey": "pro", "interval": "year"}`, "price_pro_yearly", 2, true, "price_pro_yearly", 2},
		"more seats":             {`{"quantity": 5}`, "price_starter_monthly", 5, true, "price_starter_monthly", 5},
		"fewer seats":            {`{"quantity": 1}`, "price_starter_monthly", 2, false, "price_starter_monthly", 1},
		"fewer seats now":        {`{"quantity": 1, "when": "now"}`, "price_starter_monthly", 1, true, "price_starter_monthly", 1},
		"an upgrade of one seat": {`{"planKey": "pro", "quantity": 1}`, "price_pro_monthly", 1, true, "price_pro_monthly", 1},
		"an upgrade later":       {`{"planKey": "pro", "when": "period_end"}`, "price_starter_monthly", 2, false, "price_pro_monthly", 2},
		"the year later":         {`{"planKey": "pro", "interval": "year", "when": "period_end"}`, "price_starter_monthly", 2, false, "price_pro_yearly", 2},
		"to where it is":         {`{"planKey": "starter"}`, "price_starter_monthly", 2, true, "price_starter_monthly", 2},
	} {
		t.Run(name, func(t *testing.T) {
			id := h.subscribe(t, name)
			got := h.moved(t, name, changePath, c.body)
			sub := h.has(t, id, c.price, c.quantity)
			if (got.ScheduledChange == nil) != c.now || (sub.Schedule == nil) != c.now || got.SubscriptionID != id || got.Quantity != c.quantity {
				t.Errorf("%+v, scheduled %+v", got, got.ScheduledChange)
			}
			if !c.now && (got.ScheduledChange.Quantity != c.seats || got.ScheduledChange.At.Unix() != sub.CurrentPeriodEnd) {
				t.Errorf("scheduled %+v", got.ScheduledChange)
			}
			if again := h.moved(t, name, changePath, c.body); fmt.Sprint(again.ScheduledChange == nil, again.Quantity) != fmt.Sprint(c.now, c.quantity) {
				t.Errorf("asked again: %+v", again)
			}
			h.shows(t, name, map[string]any{"quantity": c.quantity})
			h.nextPeriod(t, id)
			h.has(t, id, c.then, c.seats)
		})
	}
}

// An upgrade is paid for at once, for what is left of the period.
func TestUpgradeIsProrated(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	id := h.subscribe(t, user)
	h.later(t, id, 14*24*time.Hour) // half of February
	invoice := h.subscription(t, id).LatestInvoice.ID
	answer := h.post(t, user, previewPath, `{"planKey": "pro"}`)
	var preview api.PlanChangePreview
	answer.Decode(t, &preview)
	h.moved(t, user, changePath, `{"planKey": "pro"}`)
	sub := h.has(t, id, "price_pro_monthly", 2)
	paid, err := h.sandbox.API.Invoices.Get(sub.LatestInvoice.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if paid.ID == invoice || paid.AmountPaid < 1990 || paid.AmountPaid > 2000 {
		t.Errorf("%s: %d paid", paid.ID, paid.AmountPaid)
	}
	if preview.AmountDueNowCents != paid.AmountPaid || preview.NextAmountCents == nil || *preview.NextAmountCents != 5800 ||
		preview.Currency != "usd" || preview.When != billing.Now || len(preview.Lines) != 2 || !preview.Lines[0].Proration {
		t.Errorf("preview %s, paid %d", answer.Body, paid.AmountPaid)
	}
	if sub.Metadata["plan_key"] != "pro" || sub.Metadata["plan_name"] != "Pro" || sub.Metadata["user_id"] != user {
		t.Errorf("metadata %v", sub.Metadata)
	}
}

// A scheduled change is replaced by the next, dropped by a change now, by a
// cancellation and by moving to where the subscription is, and taken back.
func TestScheduledChangeIsReplaced(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	const downgrade = `{"planKey": "starter"}`
	for name, c := range map[string]struct {
		path, body string
		then       string // the price of the next period; empty: it has ended
		quantity   int64
	}{
		"by another":           {changePath, `{"planKey": "pro", "interval": "year", "when": "period_end"}`, "price_pro_yearly", 2},
		"by one now":           {changePath, `{"planKey": "pro", "interval": "year", "when": "now"}`, "price_pro_yearly", 2},
		"by more seats now":    {changePath, `{"quantity": 3}`, "price_pro_monthly", 3},
		"by staying":           {changePath, `{"planKey": "pro"}`, "price_pro_monthly", 2},
		"by itself":            {changePath, downgrade, "price_starter_monthly", 2},
		"taken back":           {resumePath, ``, "price_pro_monthly", 2},
		"by a cancellation":    {dropPath, `{}`, "", 2},
		"by an end":            {dropPath, `{"immediately": true}`, "", 2},
		"by the other API":     {updatePath, `{"new_price_id": "price_pro_trial"}`, "price_pro_trial", 2},
		"canceled by that one": {cancelPath, `{}`, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			id := h.subscribe(t, name)
			h.moved(t, name, changePath, `{"planKey": "pro"}`)
			h.sandbox.Clock.Advance(time.Minute)
			h.moved(t, name, changePath, downgrade)
			h.sandbox.Clock.Advance(time.Minute)
			if answer := h.post(t, name, c.path, c.body); answer.Status != http.StatusOK {
				t.Fatalf("%d %s", answer.Status, answer.Body)
			}
			h.nextPeriod(t, id)
			if c.then == "" {
				if sub := h.subscription(t, id); sub.Status != "canceled" {
					t.Errorf("it is %s", sub.Status)
				}
				return
			}
			h.has(t, id, c.then, c.quantity)
		})
	}
}

func TestCancelAndResumePlan(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	id := h.subscribe(t, user)
	end := h.subscription(t, id).CurrentPeriodEnd
	for range 2 { // canceled and resumed twice are four changes
		for range 2 {
			if got := h.moved(t, user, dropPath, ``); !got.CancelAtPeriodEnd || got.CancelAt == nil || got.CancelAt.Unix() != end || *got.PlanKey != "starter" {
				t.Errorf("canceled: %+v", got)
			}
		}
		h.post(t, user, changePath, `{"quantity": 1}`).Is(t, 400, functiontest.PlansError(400, "cancellation_scheduled",
			"The subscription is canceled when the period ends: resume it first, or change it now"))
		h.sandbox.Clock.Advance(time.Minute)
		for range 2 {
			if got := h.moved(t, user, resumePath, ``); got.CancelAtPeriodEnd || got.CancelAt != nil {
				t.Errorf("resumed: %+v", got)
			}
			h.shows(t, user, map[string]any{"cancel_at": nil})
		}
		h.sandbox.Clock.Advance(time.Minute)
	}
	_, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{CancelAt: stripe.Int64(end + 1000)})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.moved(t, user, resumePath, ``); got.CancelAt != nil {
		t.Errorf("to be canceled at a time: %+v", got)
	}
	if got := h.moved(t, user, dropPath, `{"immediately": true}`); got.Status != "canceled" {
		t.Errorf("canceled immediately: %+v", got)
	}
	for _, path := range []string{dropPath, resumePath, changePath, previewPath} {
		h.post(t, user, path, `{"planKey": "pro"}`).Is(t, 404, functiontest.PlansError(404, "no_active_subscription", "No active subscription found"))
	}
}

// A change during a trial costs nothing yet, and the trial goes on.
func TestChangePlanDuringATrial(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	for name, c := range map[string]struct{ body, then string }{
		"now":   {`{"planKey": "pro"}`, "price_pro_monthly"},
		"later": {`{"planKey": "pro", "when": "period_end"}`, "price_pro_monthly"},
	} {
		t.Run(name, func(t *testing.T) {
			id := h.subscribe(t, name)
			end := h.sandbox.Clock.Now().Add(7 * 24 * time.Hour).Unix()
			if _, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{TrialEnd: &end, ProrationBehavior: stripe.String("none")}); err != nil {
				t.Fatal(err)
			}
			var preview api.PlanChangePreview
			h.post(t, name, previewPath, c.body).Decode(t, &preview)
			if preview.AmountDueNowCents != 0 || *preview.NextAmountCents != 5800 || len(preview.Lines) == 0 {
				t.Errorf("preview %+v", preview)
			}
			h.moved(t, name, changePath, c.body)
			if sub := h.subscription(t, id); sub.Status != "trialing" || sub.TrialEnd != end {
				t.Errorf("%s until %d, want until %d", sub.Status, sub.TrialEnd, end)
			}
			h.later(t, id, 7*24*time.Hour)
			if sub := h.has(t, id, c.then, 2); sub.Status != "active" {
				t.Errorf("after the trial: %s", sub.Status)
			}
		})
	}
}

func TestPlanPreviews(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	id := h.subscribe(t, user)
	end := h.subscription(t, id).CurrentPeriodEnd
	for name, c := range map[string]struct {
		body  string
		due   int64 // less what passed of the period
		next  int64
		when  billing.When
		lines int
	}{
		"an upgrade":   {`{"planKey": "pro"}`, 4000, 5800, billing.Now, 2},
		"to the year":  {`{"planKey": "pro", "interval": "year"}`, 58000 - 1800, 58000, billing.Now, 2},
		"fewer seats":  {`{"quantity": 1}`, 0, 900, billing.PeriodEnd, 1},
		"one seat now": {`{"quantity": 1, "when": "now"}`, 0, 900, billing.Now, 2},
		"no change":    {`{"quantity": 2}`, 0, 1800, billing.Now, 1},
	} {
		answer := h.post(t, user, previewPath, c.body)
		var got api.PlanChangePreview
		answer.Decode(t, &got)
		if answer.Status != 200 || got.AmountDueNowCents < c.due-2 || got.AmountDueNowCents > c.due+2 || got.NextAmountCents == nil ||
			*got.NextAmountCents != c.next || got.When != c.when || len(got.Lines) != c.lines || got.Currency != "usd" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if later := got.EffectiveAt.Unix() == end; later != (c.when == billing.PeriodEnd) {
			t.Errorf("%s: at %s", name, got.EffectiveAt)
		}
	}
	if n := h.changes(t, updated, id); n != 0 {
		t.Errorf("%d updates", n)
	}
	h.moved(t, user, dropPath, ``)
	if answer := h.post(t, user, previewPath, `{"planKey": "pro"}`); answer.Status != 200 {
		t.Errorf("of one that is to be canceled: %d %s", answer.Status, answer.Body)
	}
}

func TestPlanChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	id := h.subscribe(t, user)
	for name, c := range map[string]struct {
		body       string
		status     int
		code, says string
	}{
		"unknown":             {`{"planKey": "gold"}`, 404, "plan_not_found", "Plan not found"},
		"archived":            {`{"planKey": "old"}`, 400, "plan_not_sold", "The plan is not sold for this interval"},
		"free":                {`{"planKey": "free"}`, 400, "plan_not_sold", "The plan is not sold for this interval"},
		"not by the year":     {`{"interval": "year"}`, 400, "plan_not_sold", "The plan is not sold for this interval"},
		"in another currency": {`{"planKey": "jpy"}`, 400, "currency_mismatch", "The plan is sold in another currency than the one that the customer pays in"},
		"nothing":             {`{}`, 400, "invalid_input", "planKey: Field required, or planId, interval or quantity"},
		"some time":           {`{"quantity": 3, "when": "soon"}`, 400, "invalid_input", "when: Input should be 'now' or 'period_end'"},
	} {
		for _, path := range []string{changePath, previewPath} {
			t.Run(name+path, func(t *testing.T) {
				h.post(t, user, path, c.body).Is(t, c.status, functiontest.PlansError(c.status, c.code, c.says))
			})
		}
	}
	if n := h.changes(t, updated, id); n != 0 {
		t.Errorf("%d updates", n)
	}
}

// Subscribers of an archived plan keep its price while they change its seats,
// and a price that is no plan's can be left for a plan.
func TestChangeFromWhatIsNotSold(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	for price, body := range map[string]string{"price_team_monthly": `{"quantity": 4}`, "price_pro_trial": `{"planKey": "pro"}`} {
		id := h.subscribe(t, price)
		if _, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{
			Items: []*stripe.SubscriptionItemsParams{{ID: &h.subscription(t, id).Items.Data[0].ID, Price: stripe.String(price)}},
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.sandbox.API.Prices.Update(price, &stripe.PriceParams{Active: stripe.Bool(false)}); err != nil {
			t.Fatal(err)
		}
		h.later(t, id, time.Minute)
		want := struct {
			plan, price string
			quantity    int64
		}{"old", price, 4}
		if price == "price_pro_trial" {
			want.plan, want.price, want.quantity = "pro", "price_pro_monthly", 2
			h.post(t, price, changePath, `{"quantity": 3}`).Is(t, 404, functiontest.PlansError(404, "plan_not_found", "Plan not found"))
		}
		if got := h.moved(t, price, changePath, body); *got.PlanKey != want.plan {
			t.Errorf("%+v", got)
		}
		h.has(t, id, want.price, want.quantity)
	}
}

func TestPlanChangeTokens(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	for _, path := range []string{changePath, previewPath, dropPath, resumePath} {
		request := functiontest.Request{Method: http.MethodPost, Path: path, Body: `{"quantity": 3}`}
		h.RefusesTokens(t, h.handler, identity.EndUser, request)
		request.Header = http.Header{"Cookie": {"__session=" + h.EndUser(h.project, user)}}
		h.Do(t, h.handler, request).Is(t, 404, functiontest.PlansError(404, "no_active_subscription", "No active subscription found"))
	}
}
