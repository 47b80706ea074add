package sandbox_test

import (
	"encoding/json"
	"net/http"
)

// connect calls every operation about connected accounts and money; it answers
// the webhook endpoint that was told of the connected account's events.
func (w walk) connect() *hook {
	w.t.Helper()
	h := w.listenConnect()
	seller := w.post("/v1/accounts", "type=express&email=seller@example.com&metadata[shop]=7")
	w.readAll("/v1/accounts", seller)
	w.get("/v1/account")
	w.post("/v1/accounts/"+seller, "business_profile[name]=Jenny%27s&business_type=individual")
	w.onboard(seller, nil)
	w.post("/v1/accounts/"+seller+"/login_links", "")
	w.authorize("connect", "")
	banks := "/v1/accounts/" + seller + "/external_accounts"
	added := w.post(banks, "external_account=btok_us_verified_noAccount&metadata[a]=b")
	w.readAll(banks, added)
	w.post(banks+"/"+walkIDs(w, banks)[0], "default_for_currency=true")
	w.remove(banks + "/" + added)

	paid := w.post("/v1/payment_intents", "amount=5000&currency=usd&confirm=true&payment_method=pm_card_visa&application_fee_amount=700&transfer_data[destination]="+seller)
	w.get("/v1/payment_intents/" + paid + "?expand[]=latest_charge.transfer&expand[]=latest_charge.balance_transaction")
	w.post("/v1/refunds", "amount=1000&reverse_transfer=true&refund_application_fee=true&payment_intent="+paid)
	fees, err := w.feesOf("")
	w.must(err)
	w.readAll("/v1/application_fees", fees[0].ID)
	refund := w.post("/v1/application_fees/"+fees[0].ID+"/refunds", "amount=10&metadata[a]=b")
	w.readAll("/v1/application_fees/"+fees[0].ID+"/refunds", refund)

	w.post("/v1/payment_intents", "amount=9000&currency=usd&confirm=true&payment_method=pm_card_visa")
	transfer := w.post("/v1/transfers", "amount=3000&currency=usd&destination="+seller)
	w.readAll("/v1/transfers", transfer)
	w.post("/v1/transfers/"+transfer, "description=Books")
	w.readAll("/v1/transfers/"+transfer+"/reversals", w.post("/v1/transfers/"+transfer+"/reversals", "amount=200"))

	w.post("/v1/payouts/"+w.post("/v1/payouts", "amount=100&currency=usd")+"/cancel", "")
	payout := w.post("/v1/payouts", "amount=100&currency=usd&metadata[a]=b")
	w.readAll("/v1/payouts", payout)
	w.post("/v1/payouts/"+payout, "metadata[a]=c")
	w.advance(`{"days":3}`)
	w.post("/v1/payouts/"+payout+"/reverse", "")
	transactions := walkIDs(w, "/v1/balance_transactions?limit=100")
	for _, id := range transactions {
		w.get("/v1/balance_transactions/" + id)
	}
	for _, path := range []string{"/v1/balance", "/v1/charges", "/v1/refunds", "/v1/events?limit=100", "/v1/balance_transactions"} {
		if got := w.do(http.MethodGet, path, "", "Stripe-Account", seller); got.status != http.StatusOK {
			w.t.Errorf("GET %s for %s = %d %s", path, seller, got.status, got.body)
		}
	}
	w.remove("/v1/accounts/" + w.post("/v1/accounts", "type=custom&country=DE&capabilities[transfers][requested]=true"))
	return h
}

// walkIDs are the ids of a list.
func walkIDs(w walk, path string) []string {
	w.t.Helper()
	var answer struct{ Data []struct{ ID string } }
	w.must(json.Unmarshal([]byte(w.do(http.MethodGet, path, "").body), &answer))
	ids := []string{}
	for _, row := range answer.Data {
		ids = append(ids, row.ID)
	}
	return ids
}
