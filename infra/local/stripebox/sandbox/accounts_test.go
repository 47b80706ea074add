package sandbox_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestOnboarding(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	account, err := b.api.Accounts.New(&stripe.AccountParams{
		Type: stripe.String("express"), Country: stripe.String("DE"), Email: stripe.String("seller@example.com"),
	})
	b.must(err)
	if account.ChargesEnabled || account.PayoutsEnabled || account.DetailsSubmitted || account.DefaultCurrency != "eur" ||
		account.Capabilities.Transfers != stripe.AccountCapabilityStatusInactive || account.Requirements.DisabledReason != "requirements.past_due" {
		t.Errorf("new account = %+v", account)
	}
	want := []string{"business_profile.url", "business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip"}
	if diff := cmp.Diff(want, account.Requirements.CurrentlyDue); diff != "" {
		t.Errorf("due (-want +got)\n%s", diff)
	}
	left := b.onboard(account.ID, url.Values{"action": {"leave"}})
	if left.status != http.StatusSeeOther || left.header.Get("Location") != "https://shop.example/done" {
		t.Errorf("leaving = %d to %s", left.status, left.header.Get("Location"))
	}
	if account, err = b.api.Accounts.GetByID(account.ID, nil); err != nil || account.DetailsSubmitted {
		t.Errorf("after leaving: %+v, %v", account, err)
	}
	if got := b.onboard(account.ID, url.Values{"account_number": {"not a number"}}); got.status != http.StatusUnprocessableEntity ||
		!strings.Contains(got.body, `aria-invalid="true"`) || !strings.Contains(got.body, "Jenny&#39;s") {
		t.Errorf("a wrong number = %d %s", got.status, got.body)
	}
	if got := b.onboard(account.ID, nil); got.status != http.StatusSeeOther || got.header.Get("Location") != "https://shop.example/done" {
		t.Errorf("completing = %d %s", got.status, got.body)
	}
	account, err = b.api.Accounts.GetByID(account.ID, nil)
	b.must(err)
	if !account.ChargesEnabled || !account.PayoutsEnabled || !account.DetailsSubmitted || len(account.Requirements.CurrentlyDue) != 0 ||
		account.Capabilities.CardPayments != stripe.AccountCapabilityStatusActive || account.BusinessProfile.Name != "Jenny's" {
		t.Errorf("completed account = %+v", account)
	}
	if bank := account.ExternalAccounts.Data[0].BankAccount; bank.Last4 != "6789" || bank.Currency != "eur" || bank.Account.ID != account.ID {
		t.Errorf("bank account = %+v", bank)
	}
}

func TestAccountLink(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	account, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
	b.must(err)
	create := func() string {
		link, err := b.api.AccountLinks.New(&stripe.AccountLinkParams{
			Account: &account.ID, Type: stripe.String("account_onboarding"),
			RefreshURL: stripe.String("https://shop.example/again"), ReturnURL: stripe.String("https://shop.example/done"),
		})
		b.must(err)
		if link.ExpiresAt != link.Created+300 {
			t.Errorf("link = %+v", link)
		}
		return strings.TrimPrefix(link.URL, b.url)
	}
	used, old := create(), create()
	page := b.do(http.MethodGet, used, "")
	wants(t, page.body, "Sandbox.", account.ID, `value="000123456789"`, ">Complete</button>", ">Leave unfinished</button>")
	if got := b.do(http.MethodPost, used, "action=complete&account_number=000123456789"); got.status != http.StatusSeeOther {
		t.Errorf("completing = %d %s", got.status, got.body)
	}
	b.advance(`{"seconds":300}`)
	for name, path := range map[string]string{"used": used, "expired": old} {
		got := b.do(http.MethodGet, path, "")
		if got.status != http.StatusSeeOther || got.header.Get("Location") != "https://shop.example/again" {
			t.Errorf("%s: %d to %q", name, got.status, got.header.Get("Location"))
		}
	}
	if got := b.do(http.MethodGet, "/setup/"+account.ID+"/unknown", ""); got.status != http.StatusNotFound {
		t.Errorf("an unknown link = %d", got.status)
	}
}

func TestAccountLinkRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	account, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
	b.must(err)
	for name, test := range map[string]struct{ form, param string }{
		"unknown account": {"account=acct_x&type=account_onboarding&return_url=https://a.example&refresh_url=https://a.example", "account"},
		"no return":       {"account=" + account.ID + "&type=account_onboarding&refresh_url=https://a.example", "return_url"},
		"relative":        {"account=" + account.ID + "&type=account_onboarding&return_url=/a&refresh_url=https://a.example", "return_url"},
		"update":          {"account=" + account.ID + "&type=account_update&return_url=https://a.example&refresh_url=https://a.example", "type"},
	} {
		got := b.do(http.MethodPost, "/v1/account_links", test.form)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"param": "`+test.param+`"`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// A custom account is told everything over the API.
func TestCustomAccount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listenConnect()
	account, err := b.api.Accounts.New(&stripe.AccountParams{
		Type: stripe.String("custom"), Country: stripe.String("US"), BusinessType: stripe.String("individual"),
		Capabilities:    &stripe.AccountCapabilitiesParams{Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: stripe.Bool(true)}},
		BusinessProfile: &stripe.AccountBusinessProfileParams{URL: stripe.String("https://jenny.example")},
		ExternalAccount: &stripe.AccountExternalAccountParams{Token: stripe.String("btok_us_verified")},
	})
	b.must(err)
	if diff := cmp.Diff([]string{"tos_acceptance.date", "tos_acceptance.ip"}, account.Requirements.CurrentlyDue); diff != "" {
		t.Errorf("due (-want +got)\n%s", diff)
	}
	account, err = b.api.Accounts.Update(account.ID, &stripe.AccountParams{
		TOSAcceptance: &stripe.AccountTOSAcceptanceParams{Date: stripe.Int64(start.Unix()), IP: stripe.String("203.0.113.7")},
		ExternalAccount: &stripe.AccountExternalAccountParams{
			AccountNumber: stripe.String("000111111116"), RoutingNumber: stripe.String("110000000"), Country: stripe.String("US"), Currency: stripe.String("usd"),
		},
	})
	b.must(err)
	if !account.PayoutsEnabled || account.ChargesEnabled || !account.DetailsSubmitted || account.Capabilities.Transfers != stripe.AccountCapabilityStatusActive {
		t.Errorf("account = %+v", account)
	}
	banks := account.ExternalAccounts.Data
	if len(banks) != 2 || banks[0].BankAccount.DefaultForCurrency || !banks[1].BankAccount.DefaultForCurrency || banks[1].BankAccount.Last4 != "1116" {
		t.Errorf("bank accounts = %+v", banks)
	}
	b.settle()
	if diff := cmp.Diff([]string{"account.updated"}, h.types()); diff != "" {
		t.Errorf("webhooks (-want +got)\n%s", diff)
	}
	if previous := h.received()[0].Data.PreviousAttributes; previous["payouts_enabled"] != false || previous["details_submitted"] != false {
		t.Errorf("previous attributes = %v", previous)
	}
	deleted, err := b.api.Accounts.Del(account.ID, nil)
	b.must(err)
	if !deleted.Deleted {
		t.Errorf("deleted = %+v", deleted)
	}
	if _, err := b.api.Accounts.GetByID(account.ID, nil); b.stripeError(err).Code != stripe.ErrorCodeAccountInvalid {
		t.Errorf("reading it afterwards: %v", err)
	}
}

func TestAccountsRefuse(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	for name, test := range map[string]struct{ path, form, param string }{
		"no type":              {"/v1/accounts", "country=US", "type"},
		"unknown type":         {"/v1/accounts", "type=free", "type"},
		"terms for another":    {"/v1/accounts", "type=express&tos_acceptance[date]=1&tos_acceptance[ip]=203.0.113.7", "tos_acceptance"},
		"unknown bank token":   {"/v1/accounts", "type=custom&external_account=btok_x", "external_account"},
		"terms of the express": {"/v1/accounts/" + seller, "tos_acceptance[date]=1&tos_acceptance[ip]=203.0.113.7", "tos_acceptance"},
	} {
		got := b.do(http.MethodPost, test.path, test.form)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"param": "`+test.param+`"`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := b.do(http.MethodPost, "/v1/accounts", "type=express", "Stripe-Account", seller); got.status != http.StatusBadRequest {
		t.Errorf("an account of a connected account = %d %s", got.status, got.body)
	}
	if got := b.do(http.MethodDelete, "/v1/accounts/acct_x", ""); got.status != http.StatusForbidden {
		t.Errorf("deleting an unknown account = %d %s", got.status, got.body)
	}
}

func TestListAccounts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	first, second := b.seller(), b.seller()
	if diff := cmp.Diff([]string{second, first}, walkIDs(walk{b}, "/v1/accounts")); diff != "" {
		t.Errorf("accounts (-want +got)\n%s", diff)
	}
	b.use("sk_test_second")
	if ids := walkIDs(walk{b}, "/v1/accounts"); len(ids) != 0 {
		t.Errorf("another platform sees %v", ids)
	}
	own, err := b.api.Accounts.Get()
	b.must(err)
	if slices.Contains([]string{first, second}, own.ID) || !own.ChargesEnabled || own.Type != stripe.AccountTypeStandard {
		t.Errorf("the platform's own account = %+v", own)
	}
}

func TestLoginLink(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	_, err := b.charge(5000, func(p *stripe.PaymentIntentParams) { p.SetStripeAccount(seller) })
	b.must(err)
	payout := &stripe.PayoutParams{Amount: stripe.Int64(1200), Currency: stripe.String("usd")}
	payout.SetStripeAccount(seller)
	_, err = b.api.Payouts.New(payout)
	b.must(err)
	link, err := b.api.LoginLinks.New(&stripe.LoginLinkParams{Account: &seller})
	b.must(err)
	path := strings.TrimPrefix(link.URL, b.url)
	wants(t, b.do(http.MethodGet, path, "").body, "Sandbox.", seller, "$38.00", "$12.00", "Pending")
	b.advance(`{"seconds":300}`)
	if got := b.do(http.MethodGet, path, ""); got.status != http.StatusGone {
		t.Errorf("an expired link = %d", got.status)
	}
	for _, kind := range []string{"express", "standard"} {
		young, err := b.api.Accounts.New(&stripe.AccountParams{Type: &kind})
		b.must(err)
		if _, err := b.api.LoginLinks.New(&stripe.LoginLinkParams{Account: &young.ID}); b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestExternalAccounts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	h := b.listenConnect()
	list := func() map[string]bool {
		banks := map[string]bool{}
		account, err := b.api.Accounts.GetByID(seller, nil)
		b.must(err)
		for _, bank := range account.ExternalAccounts.Data {
			banks[bank.ID] = bank.BankAccount.DefaultForCurrency
		}
		return banks
	}
	var first string
	for id := range list() {
		first = id
	}
	added, err := b.api.BankAccounts.New(&stripe.BankAccountParams{Account: &seller, Token: stripe.String("btok_us_verified_noAccount")})
	b.must(err)
	if diff := cmp.Diff(map[string]bool{first: true, added.ID: false}, list()); diff != "" {
		t.Errorf("added (-want +got)\n%s", diff)
	}
	if _, err := b.api.BankAccounts.Del(first, &stripe.BankAccountParams{Account: &seller}); b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("deleting the default: %v", err)
	}
	_, err = b.api.BankAccounts.Update(added.ID, &stripe.BankAccountParams{Account: &seller, DefaultForCurrency: stripe.Bool(true)})
	b.must(err)
	_, err = b.api.BankAccounts.Del(first, &stripe.BankAccountParams{Account: &seller})
	b.must(err)
	if diff := cmp.Diff(map[string]bool{added.ID: true}, list()); diff != "" {
		t.Errorf("left (-want +got)\n%s", diff)
	}
	b.settle()
	var types []string
	for _, kind := range h.types() {
		if strings.HasPrefix(kind, "account.external_account.") {
			types = append(types, strings.TrimPrefix(kind, "account.external_account."))
		}
	}
	if diff := cmp.Diff([]string{"created", "updated", "deleted"}, types); diff != "" {
		t.Errorf("webhooks (-want +got)\n%s", diff)
	}
}
