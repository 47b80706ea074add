package object

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// CloverVersion is the other version that resources can be rendered in.
const CloverVersion = "2025-09-30.clover"

// Render turns the rendering of APIVersion, of a resource or of anything that
// holds resources, into that of a version. Events stay as they were made.
func Render(version string, data []byte) ([]byte, error) {
	if version != CloverVersion {
		return data, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // amounts stay as they are written
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("reading a rendering of %s: %w", APIVersion, err)
	}
	toClover(value)
	return Encode(value)
}

// toClover moves the fields of every resource in a value to where they are
// since 2025-03-31.basil and 2025-09-30.clover.
// See https://docs.stripe.com/changelog.
func toClover(value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			toClover(element)
		}
	case map[string]any:
		if value["object"] == "event" {
			return
		}
		for _, member := range value {
			toClover(member)
		}
		if value["deleted"] == true && value["object"] != "discount" {
			return // only an id is left
		}
		if kind, ok := value["object"].(string); ok && cloverMoves[kind] != nil {
			cloverMoves[kind](value)
		}
	}
}

// cloverMoves is what changed in the resources of a kind.
var cloverMoves = map[string]func(map[string]any){
	"account":                      cloverAccount,
	"balance_transaction":          func(transaction map[string]any) { transaction["balance_type"] = "payments" },
	"billing_portal.configuration": cloverPortalConfiguration,
	"charge":                       func(charge map[string]any) { delete(charge, "invoice") },
	"checkout.session":             cloverSession,
	"discount": func(discount map[string]any) {
		discount["source"] = couponReference(discount)
		delete(discount, "coupon")
	},
	"dispute":     cloverDispute,
	"invoice":     cloverInvoice,
	"invoiceitem": cloverInvoiceItem,
	"line_item":   cloverInvoiceLine,
	"payment_intent": func(intent map[string]any) {
		delete(intent, "invoice")
		intent["excluded_payment_method_types"] = nil
	},
	"payout": func(payout map[string]any) { payout["payout_method"], payout["trace_id"] = nil, nil },
	"plan":   func(plan map[string]any) { delete(plan, "aggregate_usage") },
	"price": func(price map[string]any) {
		if recurring, ok := price["recurring"].(map[string]any); ok {
			delete(recurring, "aggregate_usage")
		}
	},
	"promotion_code": func(code map[string]any) {
		code["promotion"] = couponReference(code)
		delete(code, "coupon")
	},
	"subscription":          cloverSubscription,
	"subscription_schedule": cloverSchedule,
}

func cloverSchedule(schedule map[string]any) {
	phases, _ := schedule["phases"].([]any)
	for _, element := range phases {
		if phase, ok := element.(map[string]any); ok {
			delete(phase, "coupon")
		}
	}
	schedule["billing_mode"] = map[string]any{"type": "classic"}
}

// couponReference names the coupon that earlier versions embed.
func couponReference(resource map[string]any) map[string]any {
	coupon, _ := resource["coupon"].(map[string]any)
	return map[string]any{"coupon": coupon["id"], "type": "coupon"}
}

// pretaxCredits are the discounts' amounts once more, under their newer name.
func pretaxCredits(amounts any) []any {
	credits := []any{}
	list, _ := amounts.([]any)
	for _, element := range list {
		if amount, ok := element.(map[string]any); ok {
			credits = append(credits, map[string]any{"amount": amount["amount"], "discount": amount["discount"], "type": "discount"})
		}
	}
	return credits
}

func cloverSubscription(sub map[string]any) {
	items, _ := sub["items"].(map[string]any)
	data, _ := items["data"].([]any)
	for _, element := range data {
		if item, ok := element.(map[string]any); ok {
			item["current_period_start"], item["current_period_end"] = sub["current_period_start"], sub["current_period_end"]
		}
	}
	if sub["billing_mode"] == nil {
		sub["billing_mode"] = map[string]any{"type": "classic"}
	}
	remove(sub, "current_period_start", "current_period_end", "discount")
}

func cloverInvoice(invoice map[string]any) {
	invoice["parent"] = nil
	if invoice["subscription"] != nil {
		details, _ := invoice["subscription_details"].(map[string]any)
		parent := map[string]any{"metadata": details["metadata"], "subscription": invoice["subscription"]}
		if date := invoice["subscription_proration_date"]; date != nil {
			parent["subscription_proration_date"] = date
		}
		invoice["parent"] = map[string]any{"quote_details": nil, "subscription_details": parent, "type": "subscription_details"}
	}
	invoice["amount_overpaid"] = 0
	invoice["total_pretax_credit_amounts"] = pretaxCredits(invoice["total_discount_amounts"])
	invoice["total_taxes"] = invoice["total_tax_amounts"] // both are empty: the sandbox has no tax
	remove(invoice, "application_fee_amount", "charge", "discount", "paid", "paid_out_of_band", "payment_intent", "quote",
		"subscription", "subscription_details", "subscription_proration_date", "tax", "total_tax_amounts", "transfer_data")
}

func cloverInvoiceLine(line map[string]any) {
	if price, ok := line["price"].(map[string]any); ok {
		line["pricing"] = map[string]any{
			"price_details":       map[string]any{"price": price["id"], "product": price["product"]},
			"type":                "price_details",
			"unit_amount_decimal": price["unit_amount_decimal"],
		}
	}
	line["parent"] = map[string]any{
		"invoice_item_details": nil,
		"subscription_item_details": map[string]any{
			"invoice_item": line["invoice_item"], "proration": line["proration"], "proration_details": line["proration_details"],
			"subscription": line["subscription"], "subscription_item": line["subscription_item"],
		},
		"type": "subscription_item_details",
	}
	if line["subscription_item"] == nil {
		line["parent"] = map[string]any{
			"invoice_item_details": map[string]any{
				"invoice_item": line["invoice_item"], "proration": line["proration"], "proration_details": line["proration_details"],
				"subscription": line["subscription"],
			},
			"subscription_item_details": nil,
			"type":                      "invoice_item_details",
		}
	}
	line["pretax_credit_amounts"], line["taxes"] = pretaxCredits(line["discount_amounts"]), line["tax_amounts"]
	remove(line, "amount_excluding_tax", "invoice_item", "plan", "price", "proration", "proration_details", "subscription_item",
		"tax_amounts", "tax_rates", "type", "unit_amount_excluding_tax")
}

func cloverPortalConfiguration(configuration map[string]any) {
	features, _ := configuration["features"].(map[string]any)
	if update, ok := features["subscription_update"].(map[string]any); ok {
		update["schedule_at_period_end"] = map[string]any{"conditions": []any{}}
		update["trial_update_behavior"] = "end_trial" // the default; the sandbox offers no other
		products, _ := update["products"].([]any)
		for _, element := range products {
			if product, ok := element.(map[string]any); ok {
				product["adjustable_quantity"] = map[string]any{"enabled": false, "maximum": nil, "minimum": 1}
			}
		}
	}
}

func cloverInvoiceItem(item map[string]any) {
	item["parent"] = nil
	if item["subscription"] != nil {
		details := map[string]any{"subscription": item["subscription"]}
		if item["subscription_item"] != nil {
			details["subscription_item"] = item["subscription_item"]
		}
		item["parent"] = map[string]any{"subscription_details": details, "type": "subscription_details"}
	}
	item["pricing"] = nil
	if price, ok := item["price"].(map[string]any); ok {
		item["pricing"] = map[string]any{
			"price_details":       map[string]any{"price": price["id"], "product": price["product"]},
			"type":                "price_details",
			"unit_amount_decimal": item["unit_amount_decimal"],
		}
	}
	if item["discountable"] == false { // else null by its text and not by its schema
		item["net_amount"] = item["amount"]
	}
	remove(item, "plan", "price", "subscription", "subscription_item", "unit_amount", "unit_amount_decimal")
}

func cloverSession(session map[string]any) {
	session["adaptive_pricing"] = nil
	session["collected_information"] = map[string]any{"shipping_details": session["shipping_details"]}
	session["discounts"] = []any{}
	session["origin_context"], session["permissions"], session["wallet_options"] = nil, nil, nil
	remove(session, "shipping_details")
}

func cloverAccount(account map[string]any) {
	settings, _ := account["settings"].(map[string]any)
	if payments, ok := settings["payments"].(map[string]any); ok {
		remove(payments, "statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji")
	}
}

func cloverDispute(dispute map[string]any) {
	if evidence, ok := dispute["evidence"].(map[string]any); ok {
		evidence["enhanced_evidence"] = map[string]any{}
	}
	if details, ok := dispute["evidence_details"].(map[string]any); ok {
		details["enhanced_eligibility"] = map[string]any{}
	}
	dispute["enhanced_eligibility_types"] = []any{}
}

func remove(resource map[string]any, names ...string) {
	for _, name := range names {
		delete(resource, name)
	}
}
