import { describe, expect, test } from "vitest";
import { ApiError } from "../../../api/errors";
import {
  createRequest,
  draftOf,
  inOrder,
  keyOf,
  minorOf,
  newDraft,
  type Plan,
  priceChange,
  shownDraft,
  shownOf,
  updateRequest,
} from "./draft";
import { separators } from "./numbers";
import { hasField, refusalOf } from "./refusals";

const gold: Plan = {
  id: "plan_1",
  key: "gold",
  name: "Gold",
  description: null,
  currency: "usd",
  priceMonthlyCents: 2900,
  priceYearlyCents: null,
  stripePriceMonthlyId: "price_m",
  stripePriceYearlyId: null,
  stripeProductId: "prod_1",
  trialDays: 14,
  isDefault: false,
  sortOrder: 0,
  visible: true,
  archived: false,
  features: [{ key: "export", name: "Export", description: null, limit: 100 }],
  createdAt: "2026-03-01T12:00:00Z",
  updatedAt: null,
};

test.each([
  [29, "usd", 2900],
  [19.99, "usd", 1999],
  [1.005, "kwd", 1005],
  [2900, "jpy", 2900],
  ["" as const, "usd", null],
])("%s %s in minor units", (major, currency, minor) => {
  expect(minorOf(major, currency)).toBe(minor);
});

test.each([
  ["Gold plan, 2nd", "-", "gold-plan-2nd"],
  ["Économie d’énergie", "_", "economie_d_energie"],
  ["   ", "-", ""],
  ["a".repeat(80), "-", "a".repeat(64)],
] as const)("the key of %s", (name, joint, key) => {
  expect(keyOf(name, joint)).toBe(key);
});

describe("a request that creates", () => {
  test("has what was typed, in minor units", () => {
    const request = createRequest({
      ...newDraft("jpy"),
      name: " Gold ",
      key: "gold",
      month: { by: "amount", amount: 500, id: "" },
      year: { by: "id", amount: 3, id: " price_y " },
      trialDays: 14,
      features: [{ row: "1", key: "export", name: "Export", description: "", limit: 0 }],
    });
    expect(request).toEqual({
      key: "gold",
      name: "Gold",
      description: null,
      currency: "jpy",
      priceMonthlyCents: 500,
      priceYearlyCents: null,
      stripePriceMonthlyId: null,
      stripePriceYearlyId: "price_y",
      trialDays: 14,
      isDefault: false,
      visible: true,
      sortOrder: 0,
      features: [{ key: "export", name: "Export", description: null, limit: 0 }],
    });
  });

  test("names no currency without an amount", () => {
    expect(createRequest(newDraft("usd")).currency).toBeNull();
  });
});

describe("a request that changes", () => {
  const draft = draftOf(gold, "eur");

  test("is empty where nothing differs", () => {
    expect(updateRequest(draft, gold)).toEqual({});
  });

  test("has what differs, and nothing else", () => {
    expect(updateRequest({ ...draft, description: "All of it", trialDays: "" }, gold)).toEqual({
      description: "All of it",
      trialDays: 0,
    });
    expect(updateRequest({ ...draft, features: [] }, gold)).toEqual({ features: [] });
  });

  test("takes a price off sale, or puts another in its place", () => {
    expect(updateRequest({ ...draft, month: { ...draft.month, amount: "" } }, gold)).toEqual({
      priceMonthlyCents: 0,
    });
    expect(updateRequest({ ...draft, year: { ...draft.year, amount: 290 } }, gold)).toEqual({
      priceYearlyCents: 29000,
    });
    expect(updateRequest({ ...draft, month: { by: "id", amount: 1, id: "price_x" } }, gold)).toEqual({
      stripePriceMonthlyId: "price_x",
    });
  });

  test("sells an archived plan again, at prices", () => {
    const archived = { ...gold, archived: true, priceMonthlyCents: null, stripePriceMonthlyId: null };
    const again = { ...draftOf(archived, "usd"), archived: false, month: draft.month };
    expect(updateRequest(again, archived)).toEqual({ archived: false, priceMonthlyCents: 2900 });
    expect(updateRequest({ ...again, archived: true }, archived)).toEqual({});
  });
});

test("what saving does to a price", () => {
  const draft = draftOf(gold, "usd");
  const month = (amount: number | "") => ({ ...draft, month: { ...draft.month, amount } });
  expect(priceChange(draft, gold, "month")).toBe("none");
  expect(priceChange(month(39), gold, "month")).toBe("replaced");
  expect(priceChange(month(""), gold, "month")).toBe("removed");
  expect(priceChange(month(39), undefined, "month")).toBe("none");
  expect(priceChange({ ...draft, year: { ...draft.year, amount: 290 } }, gold, "year")).toBe("none");
});

test("the preview is ordered as the catalog is, with the draft in it", () => {
  const draft = { ...newDraft("usd"), name: "Silver", month: { by: "amount" as const, amount: 9, id: "" } };
  const free = { ...gold, id: "plan_0", key: "free", priceMonthlyCents: null };
  const plans = [shownOf(gold), shownDraft(draft, "new"), shownOf(free)];
  expect(inOrder(plans).map(({ id }) => id)).toEqual(["plan_0", "new", "plan_1"]);
  expect(inOrder([{ ...shownOf(free), sortOrder: 5 }, shownOf(gold)])[0]?.id).toBe("plan_1");
  expect(shownDraft({ ...draft, year: { by: "id", amount: "", id: "price_y" } }, "new").prices).toEqual({
    month: 900,
    year: "unknown",
  });
});

test("a refusal finds its field", () => {
  const taken = new ApiError(409, "Another plan has this key", [], undefined, "plan_key_taken");
  expect([refusalOf(taken, "key"), refusalOf(taken, "name"), hasField(taken)]).toEqual([
    "Another plan has this key",
    undefined,
    true,
  ]);
  const wrong = new ApiError(400, "…", [{ loc: ["body", "features", 1], msg: "key should match" }]);
  expect([refusalOf(wrong, "features", 1), refusalOf(wrong, "features", 0)]).toEqual([
    "key should match",
    undefined,
  ]);
  expect(hasField(new ApiError(503, "later"))).toBe(false);
  expect(refusalOf(new Error("no answer"), "key")).toBeUndefined();
});

test("numbers are typed as the viewer writes them", () => {
  expect(separators("de-DE")).toEqual({
    decimalSeparator: ",",
    thousandSeparator: ".",
    allowedDecimalSeparators: [","],
  });
});
