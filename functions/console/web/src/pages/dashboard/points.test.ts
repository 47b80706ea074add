import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { currenciesOf, pointsOf, sum } from "./points";

const day = (date: string, revenue: Record<string, number>): Schemas["DayFigures"] => ({
  date,
  new_subscriptions: 1,
  received_payments: 2,
  failed_payments: 0,
  revenue_by_currency: revenue,
  refunds_by_currency: {},
  active_subscriptions: 3,
  subscriptions_by_status: {},
  mrr_by_currency: { gbp: 100 },
});

test("one currency at a time, in its own unit", () => {
  const days = [day("2026-03-01", { usd: 2900, jpy: 500 }), day("2026-03-02", { usd: -100 })];
  expect(pointsOf(days, "usd").map((point) => point.revenue)).toEqual([29, -1]);
  expect(pointsOf(days, "jpy").map((point) => point.revenue)).toEqual([500, 0]);
  expect(sum(pointsOf(days, "usd"), "received")).toBe(4);
  expect(currenciesOf({ days, currency: "usd" })).toEqual(["usd", "gbp", "jpy"]);
});
