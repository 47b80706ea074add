package history

import (
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

// Random draws the history of a seed.
func Random(seed uint64) History {
	h := histories.Example(int(seed)) //nolint:gosec // any bits will do
	h.Seed = seed
	return h
}

var histories = rapid.Custom(func(t *rapid.T) History {
	h := History{
		Workers:    rapid.SampledFrom([]int{1, 8}).Draw(t, "workers"),
		Duplicates: rapid.SampledFrom([]billing.DuplicatePolicy{billing.FlagDuplicate, billing.FlagDuplicate, billing.CancelNewest}).Draw(t, "duplicates"),
	}
	customers := rapid.IntRange(1, foreign+1).Draw(t, "customers")
	for i := range customers {
		bought := drawStep(t, []string{"subscribe", "checkout"})
		bought.Customer = i
		h.Script = append(h.Script, bought)
	}
	for range rapid.IntRange(3, 18).Draw(t, "steps") {
		s := drawStep(t, whatHappens)
		s.Customer = rapid.IntRange(0, customers-1).Draw(t, "customer")
		h.Script = append(h.Script, s)
	}
	return h
})

// whatHappens is drawn from, what stands first oftener than what stands last.
// Time passes often enough for renewals, and seldom enough for many events of
// one second.
var whatHappens = []string{
	"cancel", "price", "advance", "quantity", "cancel", "refund", "advance", "price", "card", "pay", "checkout", "cancel", "quantity",
	"advance", "buy", "subscribe", "note", "advance", "cancel", "intent", "end trial", "price", "email", "refund", "buy", "card", "pay",
	"advance", "claim", "delete customer",
}

// drawStep draws one of several things to do.
func drawStep(t *rapid.T, do []string) Step {
	s := Step{
		Do:      rapid.SampledFrom(do).Draw(t, "do"),
		Pick:    rapid.IntRange(0, 3).Draw(t, "pick"),
		Deliver: rapid.SampledFrom([]int{0, 0, 0, 0, 0, 30, 70, 100}).Draw(t, "deliver"),
	}
	how := func(ways ...string) { s.How = rapid.SampledFrom(ways).Draw(t, "how") }
	number := func(numbers ...int64) { s.Number = rapid.SampledFrom(numbers).Draw(t, "number") }
	const day = 24 * 60 * 60
	switch s.Do {
	case "advance":
		number(32*day, 1, 3*day, 60, 15*day, day, 8*day, 70*day)
	case "card":
		s.Card = rapid.SampledFrom([]string{"pm_card_chargeCustomerFail", "pm_card_visa"}).Draw(t, "card")
	case "subscribe":
		s.Price = drawPrice(t)
		how("", "", "default_incomplete")
		number(0, 0, 0, 14)
	case "checkout":
		s.Price = drawPrice(t)
		how("", "", declinedFirst)
		number(0, 0, 0, 14)
	case "price":
		s.Price = drawPrice(t)
		how("none", "create_prorations", "always_invoice")
	case "quantity":
		number(2, 1, 3)
		how("none", "create_prorations", "always_invoice")
	case "cancel":
		how(atPeriodEnd, undo, atPeriodEnd, undo, atOnce)
	case "note":
		number(1, 2)
	case "buy":
		how("", "", declinedFirst, guest, unmarked)
		number(1, 2)
	case "intent":
		how("", declinedFirst, "declined", canceled)
		number(500, 12345)
	case "refund":
		number(0, 1, 300)
	}
	return s
}

func drawPrice(t *rapid.T) string {
	return rapid.SampledFrom([]string{"price_starter_monthly", "price_pro_monthly", "price_team_monthly"}).Draw(t, "price")
}
