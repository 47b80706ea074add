import { expect, test } from "vitest";
import { priceOf } from "./price";

const row = {
  amount_cents: 2900,
  currency: "usd",
  interval: "month",
  interval_count: 1,
  monthly_amount_cents: 2900,
};

test.each<[string, Partial<Parameters<typeof priceOf>[0]>, string]>([
  ["a month", {}, "$29.00 / month"],
  ["a year", { amount_cents: 29000, interval: "year", monthly_amount_cents: 2417 }, "$290.00 / year"],
  ["yen for a quarter", { amount_cents: 900, currency: "jpy", interval_count: 3 }, "¥900 / 3 months"],
  [
    "an interval that nobody has told",
    { interval: null, interval_count: 0, amount_cents: 0 },
    "$29.00 / month",
  ],
  ["no fixed amount", { amount_cents: 0, monthly_amount_cents: 0 }, "–"],
])("%s", (_, change, want) => {
  expect(priceOf({ ...row, ...change }, "en-US")).toBe(want);
});
