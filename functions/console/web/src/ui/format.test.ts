import { describe, expect, test } from "vitest";
import { change, currencyName, date, minorDigits, money, monies, shortDay, time, words } from "./format";

describe("money", () => {
  test.each([
    [2900, "usd", "$29.00"],
    [500, "jpy", "¥500"],
    [1230, "kwd", "KWD 1.230"],
    [100, "isk", "ISK 1"],
    [-250, "eur", "-€2.50"],
    [5_000_000, "cop", "COP 50,000"],
    [2950, "idr", "IDR 29.50"],
  ])("%d of %s", (minor, currency, want) => {
    expect(money(minor, currency, "en-US").replace(/\u00a0/g, " ")).toBe(want);
  });

  test("knows how many digits Stripe counts", () => {
    const digits = ["usd", "jpy", "kwd", "isk", "cop", "pkr", "mga", "ugx"].map(minorDigits);
    expect(digits).toEqual([2, 0, 3, 2, 2, 2, 0, 2]);
  });
});

test("the main currency comes first, then the largest", () => {
  expect(monies({ eur: 5, usd: 1, gbp: 9 }, "usd")).toEqual([
    ["usd", 1],
    ["gbp", 9],
    ["eur", 5],
  ]);
  expect(monies({}, "usd")).toEqual([["usd", 0]]);
});

test("times have their zone", () => {
  const at = "2026-03-01T23:30:00Z";
  expect(time(at, "en-US", "Europe/Berlin")).toContain("Mar 2, 2026");
  expect(time(at, "en-US", "Europe/Berlin")).toContain("GMT+1");
  expect(date(at, "en-US", "UTC")).toBe("Mar 1, 2026");
});

test("days of UTC stay the same everywhere", () => {
  expect(shortDay("2026-03-01", "en-US")).toBe("Mar 1");
});

test("words", () => {
  expect([words("past_due"), words("active"), words("")]).toEqual(["Past due", "Active", ""]);
});

test("what an amount changes by has its sign", () => {
  expect([change(500, "usd", "en-US"), change(-500, "jpy", "en-US"), change(0, "usd", "en-US")]).toEqual([
    "+$5.00",
    "-¥500",
    "$0.00",
  ]);
});

test("currencies have names", () => {
  expect([currencyName("usd", "en"), currencyName("kwd", "en")]).toEqual(["US Dollar", "Kuwaiti Dinar"]);
});
