package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// Rows can be picked by when they were created, and by what Stripe calls them.
func TestFilters(t *testing.T) {
	t.Parallel()
	f, one, _, _ := world(t)
	test := billing.Scope{Project: one, Mode: billing.Test}
	invoice := billing.Transaction{
		ID: "in_9", Owner: "cus_9", Subscription: "sub_1", PaymentIntent: "pi_invoice", Status: billing.TransactionSucceeded,
		Amount: 100, Currency: "usd", CreatedAt: morning.Add(9 * time.Hour),
	}
	f.commit(t, test, billing.Changes{Transaction: &invoice})
	at := func(hour int) string { return morning.Add(time.Duration(hour) * time.Hour).Format(time.RFC3339) }
	tests := map[string]struct {
		path string
		want []string
	}{
		"from a time on":               {subscriptionsPath + "?from=" + at(3), []string{"sub_4", "sub_3"}},
		"until a time":                 {subscriptionsPath + "?to=" + at(3), []string{"sub_2", "sub_1"}},
		"between two":                  {subscriptionsPath + "?from=" + at(2) + "&to=" + at(4), []string{"sub_3", "sub_2"}},
		"of a status":                  {subscriptionsPath + "?status=active&from=" + at(2), []string{"sub_3"}},
		"nothing is between":           {subscriptionsPath + "?from=" + at(4) + "&to=" + at(2), []string{}},
		"payments":                     {transactionsPath + "?from=" + at(2) + "&to=" + at(4), []string{"pi_3", "pi_2"}},
		"a subscription":               {subscriptionsPath + "?search=sub_2", []string{"sub_2"}},
		"a customer's":                 {subscriptionsPath + "?search=cus_1", []string{"sub_4", "sub_3", "sub_2", "sub_1"}},
		"a customer's, of a status":    {subscriptionsPath + "?search=cus_1&status=active&test_mode=true", []string{"sub_1"}},
		"a customer's, from a time on": {subscriptionsPath + "?search=cus_1&from=" + at(4), []string{"sub_4"}},
		"somebody else's":              {subscriptionsPath + "?search=sub_5", []string{}},
		"of another mode":              {subscriptionsPath + "?search=sub_3&test_mode=true", []string{}},
		"an invoice":                   {transactionsPath + "?search=in_9", []string{"pi_invoice"}},
		"the intent of an invoice":     {transactionsPath + "?search=pi_invoice", []string{"pi_invoice"}},
		"the payments of a customer":   {transactionsPath + "?search=cus_9", []string{"pi_invoice"}},
		"an unknown intent":            {transactionsPath + "?search=pi_unknown", []string{}},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, f.read(t, c.path).ids()); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// What is found has pages as any list has.
func TestSearchHasPages(t *testing.T) {
	t.Parallel()
	f, _, _, _ := world(t)
	l := f.read(t, subscriptionsPath+"?search=cus_1&page_size=1&page=3")
	if !cmp.Equal(l.ids(), []string{"sub_2"}) || l.Total != 4 || l.Page != 3 || l.Next == nil {
		t.Errorf("found %+v", l)
	}
}

// Within a period cursors go on as they do in the whole list.
func TestCursorsWithinAPeriod(t *testing.T) {
	t.Parallel()
	f, _, _, _ := world(t)
	path := subscriptionsPath + "?page_size=1&from=" + morning.Add(2*time.Hour).Format(time.RFC3339)
	var ids []string
	for cursor := ""; ; {
		l := f.read(t, path+cursor)
		ids = append(ids, l.ids()...)
		if l.Next == nil {
			break
		}
		cursor = "&cursor=" + *l.Next
	}
	if diff := cmp.Diff([]string{"sub_4", "sub_3", "sub_2"}, ids); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestFilterRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for query, want := range map[string]struct{ loc, kind string }{
		"?search=ada%40exa%20le.com": {`["query", "search"]`, "string_pattern_mismatch"},
		"?search=":                   {`["query", "search"]`, "string_pattern_mismatch"},
		"?from=yesterday":            {`["query", "from"]`, "parsing"},
		"?to=":                       {`["query", "to"]`, "datetime_parsing"},
	} {
		for _, path := range []string{subscriptionsPath, transactionsPath} {
			f.list(t, path+query).Invalid(t, want.loc, want.kind)
		}
	}
	f.RefusesTokens(t, f.handler, identity.Developer, functiontest.Request{Method: http.MethodGet, Path: dailyPath})
}
