package stripeevent_test

import "billhook/pkg/billing"

// publishedSubscription is what a subscription in the published data says, as
// read from its JSON by hand: before 2025-03-31.basil the period is the
// subscription's, since then the item's. Times are unix seconds, 0 for none;
// monthly and amount, for the interval, are in cents.
type publishedSubscription struct {
	customer, status, price, plan                       string
	quantity, start, end, cancelAt, canceledAt, monthly int64
	trial                                               bool
	amount                                              int64
	interval                                            billing.Interval
}

func publishedSubscriptions() map[string]publishedSubscription {
	return map[string]publishedSubscription{
		"recorded/2020-08-27__test_allows_subscription_quantities__04 sub_JGwCm9P8YH7raV":                               {"cus_JGwCTJz8UjwDQ6", "active", "small-monthly", "Small Monthly", 10, 1617990035, 1620582035, 0, 0, 25000, false, 25000, "month"},
		"recorded/2020-08-27__test_allows_subscription_quantities__05 sub_JGwCm9P8YH7raV":                               {"cus_JGwCTJz8UjwDQ6", "active", "small-monthly", "Small Monthly", 10, 1617990035, 1620582035, 0, 0, 25000, false, 25000, "month"},
		"recorded/2020-08-27__test_can_create_a_subscription__03 sub_JyYHeOGrefvt99":                                    {"cus_JyYHwsiDUpzWIv", "active", "small-monthly", "Small Monthly", 1, 1628049255, 1630727655, 0, 0, 2500, false, 2500, "month"},
		"recorded/2020-08-27__test_can_swap_a_subscription__04 sub_JGwC5x2j6feW3L":                                      {"cus_JGwCeFcm2dHwLR", "active", "small-monthly", "Small Monthly", 1, 1617990028, 1620582028, 0, 0, 2500, false, 2500, "month"},
		"recorded/2020-08-27__test_can_swap_a_subscription__05 sub_JGwC5x2j6feW3L":                                      {"cus_JGwCeFcm2dHwLR", "active", "small-monthly", "Small Monthly", 1, 1617990028, 1620582028, 0, 0, 2500, false, 2500, "month"},
		"recorded/2020-08-27__test_can_swap_a_subscription__06 sub_JGwC5x2j6feW3L":                                      {"cus_JGwCeFcm2dHwLR", "active", "small-annual", "Small Annual", 1, 1617990030, 1649526030, 0, 0, 2083, false, 25000, "year"},
		"recorded/2020-08-27__test_card_is_automatically_updated_on_subscribe__07 sub_JGue3TrPL7VtUo":                   {"cus_JGueA8XMGG3C71", "active", "default", "Default", 1, 1617984292, 1620576292, 0, 0, 1000, false, 1000, "month"},
		"recorded/2020-08-27__test_fails_when_subscribing_with_SCA_card__04 sub_JGwHsv5GcPsajD":                         {"cus_JGwHbSlIvxVtff", "incomplete", "small-monthly", "Small Monthly", 1, 1617990336, 1620582336, 0, 0, 2500, false, 2500, "month"},
		"recorded/2020-08-27__test_handles_coupons__04 sub_JGwG3QcNFy8PWy":                                              {"cus_JGwGSOC6vwEhDG", "active", "small-monthly", "Small Monthly", 1, 1617990273, 1620582273, 0, 0, 2500, false, 2500, "month"},
		"recorded/2020-08-27__test_handles_coupons__05 sub_JGwG3QcNFy8PWy":                                              {"cus_JGwGSOC6vwEhDG", "active", "small-monthly", "Small Monthly", 1, 1617990273, 1620582273, 0, 0, 2500, false, 2500, "month"},
		"recorded/2020-08-27__test_retriving_a_stripe_subscription__04 sub_JGwBraLAeKhC2T":                              {"cus_JGwB0J1YlSZfkZ", "active", "small-monthly", "Small Monthly", 1, 1617990002, 1620582002, 0, 0, 2500, false, 2500, "month"}, //nolint:misspell // the recording is named so
		"recorded/2020-08-27__test_retriving_a_stripe_subscription__05 sub_JGwBraLAeKhC2T":                              {"cus_JGwB0J1YlSZfkZ", "active", "small-monthly", "Small Monthly", 1, 1617990002, 1620582002, 0, 0, 2500, false, 2500, "month"}, //nolint:misspell // the recording is named so
		"recorded/2023-08-16__test_stripe_can_retrieve_subscription__03 sub_1NheflKXBGcbgpbZgIrXIQJB":                   {"cus_OUdxkwCCMhiFnj", "active", "small-monthly", "Small Monthly", 1, 1692649560, 1695327960, 0, 0, 2500, false, 2500, "month"},
		"recorded/2023-08-16__test_stripe_can_retrieve_subscription__04 sub_1NheflKXBGcbgpbZgIrXIQJB":                   {"cus_OUdxkwCCMhiFnj", "active", "small-monthly", "Small Monthly", 1, 1692649560, 1695327960, 0, 0, 2500, false, 2500, "month"},
		"recorded/2025-10-29.clover__test_stripe_can_create_a_subscription__03 sub_1SRzqCKXBGcbgpbZ9C2XUF1a":            {"cus_TOnRzwk3w8KAot", "active", "small-monthly", "Small Monthly", 1, 1762799364, 1765391364, 0, 0, 2500, false, 2500, "month"},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__03 sub_1SRzpzKXBGcbgpbZdGbiyyMi":              {"cus_TOnQXxIJoBFbC5", "active", "small-monthly", "Small Monthly", 1, 1762799351, 1765391351, 0, 0, 2500, false, 2500, "month"},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__08 sub_1SRzpzKXBGcbgpbZdGbiyyMi":              {"cus_TOnQXxIJoBFbC5", "active", "small-annual", "Small Annual", 1, 1762799351, 1794335351, 0, 0, 2083, false, 25000, "year"},
		"recorded/2025-10-29.clover__test_stripe_handles_coupons__03 sub_1SRzoCKXBGcbgpbZDYbXPugg":                      {"cus_TOnOcioLlQifd9", "active", "small-monthly", "Small Monthly", 1, 1762799240, 1765391240, 0, 0, 2500, false, 2500, "month"},
		"recorded/2026-03-25.dahlia__test_stripe_fails_when_subscribing_with_SCA_card__17 sub_1TGnF3KXBGcbgpbZ9Jnx79C5": {"cus_UFHo6401omwF5E", "incomplete", "small-monthly", "Small Monthly", 1, 1774905661, 1777584061, 0, 0, 2500, false, 2500, "month"},
		"resource-objects/fixtures3.2024-06-20 sub_1Pgc6rB7WZ01zgkWNy0Cn5nw":                                            {"cus_QXg1o8vcGmoR32", "active", "price_1PgafmB7WZ01zgkW6dKueIc5", "", 1, 1234567890, 1234567890, 1234567890, 1234567890, 2000, true, 2000, "month"},
		"resource-objects/fixtures3.2024-09-30.acacia sub_1Pgc6rB7WZ01zgkWNy0Cn5nw":                                     {"cus_QXg1o8vcGmoR32", "active", "price_1PgafmB7WZ01zgkW6dKueIc5", "", 1, 1234567890, 1234567890, 1234567890, 1234567890, 2000, true, 2000, "month"},
		"resource-objects/fixtures3.2025-05-28.basil sub_1Pgc6rB7WZ01zgkWNy0Cn5nw":                                      {"cus_QXg1o8vcGmoR32", "active", "price_1PgafmB7WZ01zgkW6dKueIc5", "", 1, 1896570518, 976287773, 1234567890, 1234567890, 2000, true, 2000, "month"},
		"resource-objects/fixtures3.2025-09-30.clover sub_1Pgc6rB7WZ01zgkWNy0Cn5nw":                                     {"cus_QXg1o8vcGmoR32", "active", "price_1PgafmB7WZ01zgkW6dKueIc5", "", 1, 1896570518, 976287773, 1234567890, 1234567890, 2000, true, 2000, "month"},
		"resource-objects/fixtures3.2026-08-26.dahlia sub_1Pgc6rB7WZ01zgkWNy0Cn5nw":                                     {"cus_QXg1o8vcGmoR32", "active", "price_1PgafmB7WZ01zgkW6dKueIc5", "", 1, 1896570518, 976287773, 1234567890, 1234567890, 2000, true, 2000, "month"},
		"new-pay-rails/subscription.updated sub_00000000000000":                                                         {"cus_00000000000000", "canceled", "FFBEGINNER_00000000000000", "", 2, 1486568724, 1488987924, 0, 1487872069, 0, true, 0, ""},
		"old-stripe-ruby-mock/customer.subscription.created sub_000000000000000000000000":                               {"cus_00000000000000", "active", "price_000000000000000000000000", "", 1, 1648320110, 1650998510, 0, 0, 1500, false, 1500, "month"},
		"old-stripe-ruby-mock/customer.subscription.deleted sub_000000000000000000000000":                               {"cus_00000000000000", "canceled", "price_000000000000000000000000", "", 1, 1648320096, 1650998496, 0, 1648320097, 1500, false, 1500, "month"},
		"old-stripe-ruby-mock/customer.subscription.updated sub_000000000000000000000000":                               {"cus_00000000000000", "active", "price_000000000000000000000000", "", 1, 1648320105, 1650998505, 0, 0, 1500, false, 1500, "month"},
	}
}

// publishedInvoice is what an invoice in the published data says, as read from
// its JSON by hand: before 2025-03-31.basil subscription and payment intent are
// its own members, since then the subscription is its parent's and the intent
// is told only with expanded payments. The zero publishedInvoice is none that
// an event could carry.
type publishedInvoice struct {
	customer, subscription, intent     string
	due, paid, attempts, next, created int64
	description                        string
	renewal                            bool
}

func publishedInvoices() map[string]publishedInvoice {
	return map[string]publishedInvoice{
		"recorded/2020-08-27__test_allows_subscription_quantities__04 in_1IeOJrKXBGcbgpbZRxBicQXh":                     {"cus_JGwCTJz8UjwDQ6", "sub_JGwCm9P8YH7raV", "pi_1IeOJrKXBGcbgpbZmmMlXiCE", 25000, 25000, 1, 0, 1617990035, "10 × Test Subscription (at $25.00 / month)", false},
		"recorded/2020-08-27__test_can_create_a_subscription__03 in_1JKbBLKXBGcbgpbZZZ94xkme":                          {"cus_JyYHwsiDUpzWIv", "sub_JyYHeOGrefvt99", "pi_3JKbBMKXBGcbgpbZ0LDZ8OLf", 2500, 2500, 1, 0, 1628049255, "1 × Test Subscription (at $25.00 / month)", false},
		"recorded/2020-08-27__test_can_swap_a_subscription__04 in_1IeOJkKXBGcbgpbZAMGvEYY1":                            {"cus_JGwCeFcm2dHwLR", "sub_JGwC5x2j6feW3L", "pi_1IeOJkKXBGcbgpbZpBeDqcav", 2500, 2500, 1, 0, 1617990028, "1 × Test Subscription (at $25.00 / month)", false},
		"recorded/2020-08-27__test_card_is_automatically_updated_on_subscribe__07 in_1IeMpEKXBGcbgpbZjv021iXT":         {"cus_JGueA8XMGG3C71", "sub_JGue3TrPL7VtUo", "pi_1IeMpFKXBGcbgpbZ20zUl552", 1000, 1000, 1, 0, 1617984292, "1 × Test Subscription (at $10.00 / month)", false},
		"recorded/2020-08-27__test_fails_when_subscribing_with_SCA_card__04 in_1IeOOiKXBGcbgpbZSL1r74Qn":               {"cus_JGwHbSlIvxVtff", "sub_JGwHsv5GcPsajD", "pi_1IeOOiKXBGcbgpbZlUkjYXBf", 2500, 0, 1, 0, 1617990336, "1 × Test Subscription (at $25.00 / month)", false},
		"recorded/2020-08-27__test_handles_coupons__04 in_1IeONhKXBGcbgpbZSoAZyHwz":                                    {"cus_JGwGSOC6vwEhDG", "sub_JGwG3QcNFy8PWy", "pi_1IeONhKXBGcbgpbZwcng8Zb7", 1500, 1500, 1, 0, 1617990273, "1 × Test Subscription (at $25.00 / month)", false},
		"recorded/2022-11-15__test_connect_direct_subscription__02 in_1M6iuwQK2ZHS99RkeBIkgLc1":                        {"cus_MqPktYoCReICqt", "sub_1M6iuwQK2ZHS99RkFoU92wg4", "pi_3M6iuwQK2ZHS99Rk0rBPQwb7", 1000, 1000, 1, 0, 1669071406, "1 × Default (at $10.00 / month)", false},
		"recorded/2024-06-20__test_stripe_can_create_an_invoice__01 in_1PmI3FKXBGcbgpbZHSUvUnwY":                       {"cus_QdZBiuUqY4Ww1y", "", "pi_3PmI3FKXBGcbgpbZ12ftx4iO", 1000, 1000, 1, 0, 1723306917, "One-time setup fee", false},
		"recorded/2024-12-18.acacia__test_stripe_can_create_an_invoice__03 in_1R6zvAKXBGcbgpbZ6yuY3YPe":                {"cus_S11zjW99ySjdCr", "", "pi_3R6zvBKXBGcbgpbZ1bVLZH2W", 1000, 1000, 1, 0, 1743018448, "One-time setup fee", false},
		"recorded/2024-12-18.acacia__test_stripe_can_create_an_invoice__05 in_1R6zxeKXBGcbgpbZPRPRnATG":                {"cus_S121jRfElHMjp6", "", "pi_3R6zxeKXBGcbgpbZ0V1mPuUy", 1000, 1000, 1, 0, 1743018602, "One-time setup fee", false},
		"recorded/2025-02-24.acacia__test_stripe_can_create_an_invoice__07 in_1R705oKXBGcbgpbZqoqYuz5J":                {"cus_S12Ap9ZyPTSfvz", "", "pi_3R705oKXBGcbgpbZ0NlIzKDv", 1000, 1000, 1, 0, 1743019108, "One-time setup fee", false},
		"recorded/2025-10-29.clover__test_stripe_can_create_a_subscription__03 in_1SRzqCKXBGcbgpbZs4xgnmrX":            {"cus_TOnRzwk3w8KAot", "sub_1SRzqCKXBGcbgpbZ9C2XUF1a", "pi_3SRzqCKXBGcbgpbZ0OZAHYwq", 2500, 2500, 1, 0, 1762799364, "1 user × Test Subscription (at $25.00 / month)", false},
		"recorded/2025-10-29.clover__test_stripe_can_create_a_subscription__07 in_1SRzqCKXBGcbgpbZs4xgnmrX":            {"cus_TOnRzwk3w8KAot", "sub_1SRzqCKXBGcbgpbZ9C2XUF1a", "", 2500, 2500, 1, 0, 1762799364, "1 user × Test Subscription (at $25.00 / month)", false},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__03 in_1SRzpzKXBGcbgpbZhJQectzF":              {"cus_TOnQXxIJoBFbC5", "sub_1SRzpzKXBGcbgpbZdGbiyyMi", "pi_3SRzq0KXBGcbgpbZ10anNW0j", 2500, 2500, 1, 0, 1762799351, "1 user × Test Subscription (at $25.00 / month)", false},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__07 in_1SRzpzKXBGcbgpbZhJQectzF":              {"cus_TOnQXxIJoBFbC5", "sub_1SRzpzKXBGcbgpbZdGbiyyMi", "", 2500, 2500, 1, 0, 1762799351, "1 user × Test Subscription (at $25.00 / month)", false},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__08 in_1SRzq3KXBGcbgpbZInUxyXNS":              {"cus_TOnQXxIJoBFbC5", "sub_1SRzpzKXBGcbgpbZdGbiyyMi", "pi_3SRzq4KXBGcbgpbZ0MrJyXgp", 22500, 22500, 1, 0, 1762799355, "Unused time on Test Subscription after 10 Nov 2025", false},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__13 in_1SRzq3KXBGcbgpbZInUxyXNS":              {"cus_TOnQXxIJoBFbC5", "sub_1SRzpzKXBGcbgpbZdGbiyyMi", "", 22500, 22500, 1, 0, 1762799355, "Unused time on Test Subscription after 10 Nov 2025", false},
		"recorded/2025-10-29.clover__test_stripe_handles_coupons__03 in_1SRzoCKXBGcbgpbZpmw3WNsV":                      {"cus_TOnOcioLlQifd9", "sub_1SRzoCKXBGcbgpbZDYbXPugg", "pi_3SRzoDKXBGcbgpbZ0qqsd8Nw", 2250, 2250, 1, 0, 1762799240, "1 user × Test Subscription (at $25.00 / month)", false},
		"recorded/2025-10-29.clover__test_stripe_handles_coupons__07 in_1SRzoCKXBGcbgpbZpmw3WNsV":                      {"cus_TOnOcioLlQifd9", "sub_1SRzoCKXBGcbgpbZDYbXPugg", "", 2250, 2250, 1, 0, 1762799240, "1 user × Test Subscription (at $25.00 / month)", false},
		"recorded/2026-03-25.dahlia__test_stripe_fails_when_subscribing_with_SCA_card__17 in_1TGnF3KXBGcbgpbZW1e7VW0R": {"cus_UFHo6401omwF5E", "sub_1TGnF3KXBGcbgpbZ9Jnx79C5", "pi_3TGnF4KXBGcbgpbZ0JnTWfNF", 2500, 0, 0, 0, 1774905661, "1 user × Test Subscription (at $25.00 / month)", false},
		"resource-objects/fixtures3.2024-06-20 in_1Pgc6tB7WZ01zgkWu9fdqL6I":                                            {"cus_QXg1o8vcGmoR32", "", "", 1000, 0, 0, 1234567890, 1234567890, "My First Invoice Item (created for API docs)", false},
		"resource-objects/fixtures3.2024-09-30.acacia in_1Pgc6tB7WZ01zgkWu9fdqL6I":                                     {"cus_QXg1o8vcGmoR32", "", "", 1000, 0, 0, 1234567890, 1234567890, "My First Invoice Item (created for API docs)", false},
		"resource-objects/fixtures3.2025-05-28.basil in_1Pgc6tB7WZ01zgkWu9fdqL6I":                                      {"cus_QXg1o8vcGmoR32", "subscription", "", 1000, 0, 0, 1234567890, 1234567890, "My First Invoice Item (created for API docs)", false},
		"resource-objects/fixtures3.2025-09-30.clover in_1Pgc6tB7WZ01zgkWu9fdqL6I":                                     {"cus_QXg1o8vcGmoR32", "subscription", "", 1000, 0, 0, 1234567890, 1234567890, "My First Invoice Item (created for API docs)", false},
		"resource-objects/fixtures3.2026-08-26.dahlia in_1Pgc6tB7WZ01zgkWu9fdqL6I":                                     {"cus_QXg1o8vcGmoR32", "subscription", "", 1000, 0, 0, 1234567890, 1234567890, "My First Invoice Item (created for API docs)", false},
		"new-pay-rails/invoice.payment_action_required in_1234":                                                        {"cus_1234", "sub_1234", "pi_1234", 9184, 0, 0, 0, 1745170415, "1 × Standard (at $0.00000381 / month)", true},
		"new-pay-rails/invoice.payment_failed in_1234":                                                                 {"cus_1234", "sub_1234", "", 24900, 0, 1, 1745552783, 1745433962, "1 × Example (at $249.00 / year)", true},
		"new-pay-rails/invoice.upcoming ":                                                  {}, // upcoming, without an id
		"old-stripe-ruby-mock/invoice.paid in_000000000000000000000000":                    {"cus_00000000000000", "", "pi_000000000000000000000000", 2000, 2000, 1, 0, 1648320012, "(created by Stripe CLI)", false},
		"old-stripe-ruby-mock/invoice.payment_failed in_000000000000000000000000":          {"cus_00000000000000", "", "pi_000000000000000000000000", 2000, 0, 1, 0, 1648320007, "(created by Stripe CLI)", false},
		"old-stripe-ruby-mock/invoice.payment_succeeded in_000000000000000000000000":       {"cus_00000000000000", "", "pi_000000000000000000000000", 2000, 2000, 1, 0, 1648320012, "(created by Stripe CLI)", false},
		"resource-objects/fixtures3.2024-06-20 in_1Pgc6tB7WZ01zgkWu9fdqL6I deleted":        {}, // only an id
		"resource-objects/fixtures3.2024-09-30.acacia in_1Pgc6tB7WZ01zgkWu9fdqL6I deleted": {}, // only an id
		"resource-objects/fixtures3.2025-05-28.basil in_1Pgc6tB7WZ01zgkWu9fdqL6I deleted":  {}, // only an id
		"resource-objects/fixtures3.2025-09-30.clover in_1Pgc6tB7WZ01zgkWu9fdqL6I deleted": {}, // only an id
		"resource-objects/fixtures3.2026-08-26.dahlia in_1Pgc6tB7WZ01zgkWu9fdqL6I deleted": {}, // only an id
	}
}
