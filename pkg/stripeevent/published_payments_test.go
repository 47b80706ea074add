package stripeevent_test

import "billhook/pkg/billing"

// publishedCharge is what a charge in the published data says, as read from
// its JSON by hand: before 2025-03-31.basil it names its invoice or tells that
// there is none, since then only an expanded intent's order does.
type publishedCharge struct {
	payment, intent, owner, description string
	status                              billing.TransactionStatus
	amount, refunded, created           int64
	ofInvoice                           bool
	code, decline                       string
}

func publishedCharges() map[string]publishedCharge {
	return map[string]publishedCharge{
		"recorded/2020-08-27__test_allows_subscription_quantities__04 ch_1IeOJrKXBGcbgpbZNcfvGI99":             {"in_1IeOJrKXBGcbgpbZRxBicQXh", "pi_1IeOJrKXBGcbgpbZmmMlXiCE", "cus_JGwCTJz8UjwDQ6", "", billing.TransactionSucceeded, 25000, 0, 1617990035, false, "", ""},
		"recorded/2020-08-27__test_can_create_a_charge__03 ch_3JKb9OKXBGcbgpbZ1x2y5kcf":                        {"pi_3JKb9OKXBGcbgpbZ1myTJBzw", "pi_3JKb9OKXBGcbgpbZ1myTJBzw", "cus_JyYFhtrM35717e", "", billing.TransactionSucceeded, 2900, 0, 1628049135, false, "", ""},
		"recorded/2020-08-27__test_can_create_a_subscription__03 ch_3JKbBMKXBGcbgpbZ0Zcklibl":                  {"in_1JKbBLKXBGcbgpbZZZ94xkme", "pi_3JKbBMKXBGcbgpbZ0LDZ8OLf", "cus_JyYHwsiDUpzWIv", "", billing.TransactionSucceeded, 2500, 0, 1628049256, false, "", ""},
		"recorded/2020-08-27__test_can_pass_shipping_information_to_charge__04 ch_1IfSGrKXBGcbgpbZrWfZOQOO":    {"pi_1IfSGqKXBGcbgpbZDkz0si6Y", "pi_1IfSGqKXBGcbgpbZDkz0si6Y", "cus_JI2LXBzoTW2gkQ", "", billing.TransactionSucceeded, 2500, 0, 1618243553, false, "", ""},
		"recorded/2020-08-27__test_can_pass_shipping_information_to_charge__05 ch_1IfSGrKXBGcbgpbZrWfZOQOO":    {"pi_1IfSGqKXBGcbgpbZDkz0si6Y", "pi_1IfSGqKXBGcbgpbZDkz0si6Y", "cus_JI2LXBzoTW2gkQ", "", billing.TransactionSucceeded, 2500, 0, 1618243553, false, "", ""},
		"recorded/2020-08-27__test_can_swap_a_subscription__04 ch_1IeOJlKXBGcbgpbZNmycmXMx":                    {"in_1IeOJkKXBGcbgpbZAMGvEYY1", "pi_1IeOJkKXBGcbgpbZpBeDqcav", "cus_JGwCeFcm2dHwLR", "", billing.TransactionSucceeded, 2500, 0, 1617990029, false, "", ""},
		"recorded/2020-08-27__test_card_is_automatically_updated_on_subscribe__07 ch_1IeMpFKXBGcbgpbZ9blFfJdK": {"in_1IeMpEKXBGcbgpbZjv021iXT", "pi_1IeMpFKXBGcbgpbZ20zUl552", "cus_JGueA8XMGG3C71", "", billing.TransactionSucceeded, 1000, 0, 1617984293, false, "", ""},
		"recorded/2020-08-27__test_fails_when_subscribing_with_SCA_card__04 ch_1IeOOjKXBGcbgpbZL261gU3c":       {"in_1IeOOiKXBGcbgpbZSL1r74Qn", "pi_1IeOOiKXBGcbgpbZlUkjYXBf", "cus_JGwHbSlIvxVtff", "", billing.TransactionFailed, 2500, 0, 1617990337, false, "authentication_required", "authentication_required"},
		"recorded/2020-08-27__test_handles_coupons__04 ch_1IeONhKXBGcbgpbZcI9gyfo7":                            {"in_1IeONhKXBGcbgpbZSoAZyHwz", "pi_1IeONhKXBGcbgpbZwcng8Zb7", "cus_JGwGSOC6vwEhDG", "", billing.TransactionSucceeded, 1500, 0, 1617990273, false, "", ""},
		"recorded/2022-11-15__test_connect_direct_subscription__02 ch_3M6iuwQK2ZHS99Rk0mWvIiU9":                {"in_1M6iuwQK2ZHS99RkeBIkgLc1", "pi_3M6iuwQK2ZHS99Rk0rBPQwb7", "cus_MqPktYoCReICqt", "", billing.TransactionSucceeded, 1000, 0, 1669071407, false, "", ""},
		"recorded/2025-10-29.clover__test_connect_transfer__03 ch_3SRznCQK2ZHS99Rk0MchjeIw":                    {"", "pi_3SRznCQK2ZHS99Rk0DfSsxK7", "cus_TOnNRMI1CGJPpe", "", billing.TransactionSucceeded, 1000, 0, 1762799178, false, "", ""},
		"recorded/2025-10-29.clover__test_stripe_can_create_a_subscription__05 ch_3SRzqCKXBGcbgpbZ0B7F9MJA":    {"", "pi_3SRzqCKXBGcbgpbZ0OZAHYwq", "cus_TOnRzwk3w8KAot", "", billing.TransactionSucceeded, 2500, 0, 1762799365, true, "", ""},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__05 ch_3SRzq0KXBGcbgpbZ1ZdyMInK":      {"", "pi_3SRzq0KXBGcbgpbZ10anNW0j", "cus_TOnQXxIJoBFbC5", "", billing.TransactionSucceeded, 2500, 0, 1762799353, true, "", ""},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__11 ch_3SRzq4KXBGcbgpbZ0sQ5nHiN":      {"", "pi_3SRzq4KXBGcbgpbZ0MrJyXgp", "cus_TOnQXxIJoBFbC5", "", billing.TransactionSucceeded, 22500, 0, 1762799356, true, "", ""},
		"recorded/2025-10-29.clover__test_stripe_handles_coupons__05 ch_3SRzoDKXBGcbgpbZ09FiySWO":              {"", "pi_3SRzoDKXBGcbgpbZ0qqsd8Nw", "cus_TOnOcioLlQifd9", "", billing.TransactionSucceeded, 2250, 0, 1762799241, true, "", ""},
		"resource-objects/fixtures3.2024-06-20 ch_1PgafuB7WZ01zgkWXYmPNZs8":                                    {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "My First Test Charge (created for API docs)", billing.TransactionPending, 100, 0, 1234567890, false, "", ""},
		"resource-objects/fixtures3.2024-09-30.acacia ch_1PgafuB7WZ01zgkWXYmPNZs8":                             {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "My First Test Charge (created for API docs)", billing.TransactionPending, 100, 0, 1234567890, false, "", ""},
		"resource-objects/fixtures3.2025-05-28.basil ch_1PgafuB7WZ01zgkWXYmPNZs8":                              {"", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "", billing.TransactionPending, 100, 0, 1234567890, false, "", ""},
		"resource-objects/fixtures3.2025-09-30.clover ch_1PgafuB7WZ01zgkWXYmPNZs8":                             {"", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "", billing.TransactionPending, 100, 0, 1234567890, false, "", ""},
		"resource-objects/fixtures3.2026-08-26.dahlia ch_1PgafuB7WZ01zgkWXYmPNZs8":                             {"", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "ch_1PgafuB7WZ01zgkWXYmPNZs8", "", billing.TransactionPending, 100, 0, 1234567890, false, "", ""},
		"new-pay-rails/charge.updated ch_1234":                                                                 {"", "pi_1234", "cus_1234", "", billing.TransactionSucceeded, 24900, 0, 1746103518, false, "", ""},
		"old-stripe-ruby-mock/charge.refunded ch_000000000000000000000000":                                     {"ch_000000000000000000000000", "ch_000000000000000000000000", "ch_000000000000000000000000", "(created by Stripe CLI)", billing.TransactionSucceeded, 100, 100, 1648319947, false, "", ""},
	}
}

// publishedIntent is what a payment intent in the published data says.
type publishedIntent struct {
	payment, owner            string
	amount, received, created int64
	ofInvoice                 bool
}

func publishedIntents() map[string]publishedIntent {
	return map[string]publishedIntent{
		"recorded/2020-08-27__test_allows_subscription_quantities__04 pi_1IeOJrKXBGcbgpbZmmMlXiCE":                     {"in_1IeOJrKXBGcbgpbZRxBicQXh", "cus_JGwCTJz8UjwDQ6", 25000, 25000, 1617990035, false},
		"recorded/2020-08-27__test_can_create_a_charge__03 pi_3JKb9OKXBGcbgpbZ1myTJBzw":                                {"pi_3JKb9OKXBGcbgpbZ1myTJBzw", "cus_JyYFhtrM35717e", 2900, 2900, 1628049134, false},
		"recorded/2020-08-27__test_can_create_a_subscription__03 pi_3JKbBMKXBGcbgpbZ0LDZ8OLf":                          {"in_1JKbBLKXBGcbgpbZZZ94xkme", "cus_JyYHwsiDUpzWIv", 2500, 2500, 1628049256, false},
		"recorded/2020-08-27__test_can_pass_shipping_information_to_charge__04 pi_1IfSGqKXBGcbgpbZDkz0si6Y":            {"pi_1IfSGqKXBGcbgpbZDkz0si6Y", "cus_JI2LXBzoTW2gkQ", 2500, 2500, 1618243552, false},
		"recorded/2020-08-27__test_can_swap_a_subscription__04 pi_1IeOJkKXBGcbgpbZpBeDqcav":                            {"in_1IeOJkKXBGcbgpbZAMGvEYY1", "cus_JGwCeFcm2dHwLR", 2500, 2500, 1617990028, false},
		"recorded/2020-08-27__test_card_is_automatically_updated_on_subscribe__07 pi_1IeMpFKXBGcbgpbZ20zUl552":         {"in_1IeMpEKXBGcbgpbZjv021iXT", "cus_JGueA8XMGG3C71", 1000, 1000, 1617984293, false},
		"recorded/2020-08-27__test_fails_when_subscribing_with_SCA_card__04 pi_1IeOOiKXBGcbgpbZlUkjYXBf":               {"in_1IeOOiKXBGcbgpbZSL1r74Qn", "cus_JGwHbSlIvxVtff", 2500, 0, 1617990336, false},
		"recorded/2020-08-27__test_handles_coupons__04 pi_1IeONhKXBGcbgpbZwcng8Zb7":                                    {"in_1IeONhKXBGcbgpbZSoAZyHwz", "cus_JGwGSOC6vwEhDG", 1500, 1500, 1617990273, false},
		"recorded/2020-08-27__test_raises_action_required_error_when_SCA_required__03 pi_3JKbANKXBGcbgpbZ0YTMK9ds":     {"pi_3JKbANKXBGcbgpbZ0YTMK9ds", "cus_JyYGyTyllXl5zP", 2900, 0, 1628049195, false},
		"recorded/2025-03-31.basil__test_stripe_fails_when_subscribing_with_SCA_card__01 pi_3RExbRKXBGcbgpbZ1B6qa3Vl":  {"", "cus_S9G70rTV7l5N5O", 2500, 0, 1744916161, false},
		"recorded/2025-10-29.clover__test_connect_transfer__03 pi_3SRznCQK2ZHS99Rk0DfSsxK7":                            {"", "cus_TOnNRMI1CGJPpe", 1000, 1000, 1762799178, false},
		"recorded/2025-10-29.clover__test_stripe_can_create_a_subscription__04 pi_3SRzqCKXBGcbgpbZ0OZAHYwq":            {"", "cus_TOnRzwk3w8KAot", 2500, 2500, 1762799364, true},
		"recorded/2025-10-29.clover__test_stripe_can_create_a_subscription__05 pi_3SRzqCKXBGcbgpbZ0OZAHYwq":            {"", "cus_TOnRzwk3w8KAot", 2500, 2500, 1762799364, true},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__04 pi_3SRzq0KXBGcbgpbZ10anNW0j":              {"", "cus_TOnQXxIJoBFbC5", 2500, 2500, 1762799352, true},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__05 pi_3SRzq0KXBGcbgpbZ10anNW0j":              {"", "cus_TOnQXxIJoBFbC5", 2500, 2500, 1762799352, true},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__09 pi_3SRzq4KXBGcbgpbZ0MrJyXgp":              {"", "cus_TOnQXxIJoBFbC5", 22500, 22500, 1762799356, true},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__10 pi_3SRzq4KXBGcbgpbZ0MrJyXgp":              {"", "cus_TOnQXxIJoBFbC5", 22500, 22500, 1762799356, true},
		"recorded/2025-10-29.clover__test_stripe_can_swap_a_subscription__11 pi_3SRzq4KXBGcbgpbZ0MrJyXgp":              {"", "cus_TOnQXxIJoBFbC5", 22500, 22500, 1762799356, true},
		"recorded/2025-10-29.clover__test_stripe_fails_when_subscribing_with_SCA_card__03 pi_3SOMcAKXBGcbgpbZ0Z16rhBm": {"", "cus_TL2hSyYyURUQnS", 2500, 0, 1761933594, true},
		"recorded/2025-10-29.clover__test_stripe_fails_when_subscribing_with_SCA_card__05 pi_3SOMiiKXBGcbgpbZ0Dutf0y8": {"", "cus_TL2oHontrkNu6S", 2500, 0, 1761934000, true},
		"recorded/2025-10-29.clover__test_stripe_fails_when_subscribing_with_SCA_card__07 pi_3SOMtXKXBGcbgpbZ0XZhu9dO": {"", "cus_TL2z606Sjg2Tby", 2500, 0, 1761934671, true},
		"recorded/2025-10-29.clover__test_stripe_fails_when_subscribing_with_SCA_card__09 pi_3SON5gKXBGcbgpbZ0p4wNyUI": {"", "cus_TL3CDQTM5kqv2j", 2500, 0, 1761935424, true},
		"recorded/2025-10-29.clover__test_stripe_fails_when_subscribing_with_SCA_card__11 pi_3SPPFWKXBGcbgpbZ0EyqrZBR": {"", "cus_TM7UE7v1NhAjsA", 2500, 0, 1762182050, true},
		"recorded/2025-10-29.clover__test_stripe_fails_when_subscribing_with_SCA_card__13 pi_3SPPHyKXBGcbgpbZ0BjRPRh3": {"", "cus_TM7XRN7YPnwjW4", 2500, 0, 1762182202, true},
		"recorded/2025-10-29.clover__test_stripe_handles_coupons__04 pi_3SRzoDKXBGcbgpbZ0qqsd8Nw":                      {"", "cus_TOnOcioLlQifd9", 2250, 2250, 1762799241, true},
		"recorded/2025-10-29.clover__test_stripe_handles_coupons__05 pi_3SRzoDKXBGcbgpbZ0qqsd8Nw":                      {"", "cus_TOnOcioLlQifd9", 2250, 2250, 1762799241, true},
		"recorded/2026-03-25.dahlia__test_stripe_fails_when_subscribing_with_SCA_card__18 pi_3TGnF4KXBGcbgpbZ0JnTWfNF": {"", "cus_UFHo6401omwF5E", 2500, 0, 1774905662, true},
		"resource-objects/fixtures3.2024-06-20 pi_1PgafyB7WZ01zgkWSjxsAJo3":                                            {"pi_1PgafyB7WZ01zgkWSjxsAJo3", "pi_1PgafyB7WZ01zgkWSjxsAJo3", 1099, 0, 1234567890, false},
		"resource-objects/fixtures3.2024-09-30.acacia pi_1PgafyB7WZ01zgkWSjxsAJo3":                                     {"pi_1PgafyB7WZ01zgkWSjxsAJo3", "pi_1PgafyB7WZ01zgkWSjxsAJo3", 1099, 0, 1234567890, false},
		"resource-objects/fixtures3.2025-05-28.basil pi_1PgafyB7WZ01zgkWSjxsAJo3":                                      {"", "pi_1PgafyB7WZ01zgkWSjxsAJo3", 1099, 0, 1234567890, false},
		"resource-objects/fixtures3.2025-09-30.clover pi_1PgafyB7WZ01zgkWSjxsAJo3":                                     {"", "pi_1PgafyB7WZ01zgkWSjxsAJo3", 1099, 0, 1234567890, false},
		"resource-objects/fixtures3.2026-08-26.dahlia pi_1PgafyB7WZ01zgkWSjxsAJo3":                                     {"", "pi_1PgafyB7WZ01zgkWSjxsAJo3", 1099, 0, 1234567890, false},
	}
}

// publishedRefunds is the charge of each refund; empty: none.
func publishedRefunds() map[string]string {
	return map[string]string{
		"resource-objects/fixtures3.2024-06-20 re_1Pgc72B7WZ01zgkWqPvrRrPE":        "ch_1PgafuB7WZ01zgkWXYmPNZs8",
		"resource-objects/fixtures3.2024-09-30.acacia re_1Pgc72B7WZ01zgkWqPvrRrPE": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
		"resource-objects/fixtures3.2025-05-28.basil obj_123":                      "",
		"resource-objects/fixtures3.2025-05-28.basil re_1Pgc72B7WZ01zgkWqPvrRrPE":  "ch_1PgafuB7WZ01zgkWXYmPNZs8",
		"resource-objects/fixtures3.2025-09-30.clover obj_123":                     "",
		"resource-objects/fixtures3.2025-09-30.clover re_1Pgc72B7WZ01zgkWqPvrRrPE": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
		"resource-objects/fixtures3.2026-08-26.dahlia re_1Pgc72B7WZ01zgkWqPvrRrPE": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
		"new-pay-rails/charge.refunded re_3LQOJoKXBGcbgpbZ10i9Mg75":                "ch_3LQOJoKXBGcbgpbZ1ZhroS8X",
		"old-stripe-ruby-mock/charge.refunded re_000000000000000000000000":         "ch_000000000000000000000000",
	}
}

// publishedDispute is what a dispute in the published data says.
type publishedDispute struct {
	charge          string
	status          billing.DisputeStatus
	reason          string
	amount, created int64
}

func publishedDisputes() map[string]publishedDispute {
	return map[string]publishedDispute{
		"resource-objects/fixtures3.2024-06-20 dp_1Pgc71B7WZ01zgkWMevJiAUx":        {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "warning_needs_response", "general", 1000, 1234567890},
		"resource-objects/fixtures3.2024-09-30.acacia dp_1Pgc71B7WZ01zgkWMevJiAUx": {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "warning_needs_response", "general", 1000, 1234567890},
		"resource-objects/fixtures3.2025-05-28.basil dp_1Pgc71B7WZ01zgkWMevJiAUx":  {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "warning_needs_response", "general", 1000, 1234567890},
		"resource-objects/fixtures3.2025-09-30.clover dp_1Pgc71B7WZ01zgkWMevJiAUx": {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "warning_needs_response", "general", 1000, 1234567890},
		"resource-objects/fixtures3.2026-08-26.dahlia dp_1Pgc71B7WZ01zgkWMevJiAUx": {"ch_1PgafuB7WZ01zgkWXYmPNZs8", "warning_needs_response", "general", 1000, 1234567890},
	}
}

// publishedSession is what a completed session in the published data says. The
// zero publishedSession is an open one, which no event carries.
type publishedSession struct {
	customer, subscription, intent string
	amount                         int64
}

func publishedSessions() map[string]publishedSession {
	return map[string]publishedSession{
		"resource-objects/fixtures3.2024-06-20 cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY":           {}, // open
		"resource-objects/fixtures3.2024-09-30.acacia cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY":    {}, // open
		"resource-objects/fixtures3.2025-05-28.basil cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY":     {}, // open
		"resource-objects/fixtures3.2025-09-30.clover cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY":    {}, // open
		"resource-objects/fixtures3.2026-08-26.dahlia cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY":    {}, // open
		"new-pay-rails/checkout.session.completed cs_test_a1UejXx8ebIdTzFolicVypUAZpOBVkoQKDbaarXoPlPVtj8p0zujPEEhjT":        {"cus_M5wW9RPFk9xNZ5", "sub_1LNkeSKXBGcbgpbZ7jMqOPSi", "", 0},
		"old-stripe-ruby-mock/checkout.session.completed cs_test_0000000000000000000000000000000000000000000000000000000000": {"cus_00000000000000", "", "pi_000000000000000000000000", 3000},
	}
}
