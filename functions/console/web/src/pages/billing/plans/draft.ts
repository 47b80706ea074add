import type { Schemas } from "../../../api/client";
import { minorDigits } from "../../../ui/format";

export type Plan = Schemas["DeveloperPlan"];
export type Feature = Schemas["PlanFeature"];

export const intervals = ["month", "year"] as const;
export type Interval = (typeof intervals)[number];

/** What is typed of a price: an amount in the currency's main unit, or the id of a price at Stripe. */
export interface PriceDraft {
  by: "amount" | "id";
  amount: number | "";
  id: string;
}

export interface FeatureDraft {
  /** Tells the rows of the form apart while their keys are still being typed. */
  row: string;
  key: string;
  name: string;
  description: string;
  limit: number | "";
}

/** A plan as it stands in the form. */
export interface Draft {
  key: string;
  name: string;
  description: string;
  currency: string;
  month: PriceDraft;
  year: PriceDraft;
  trialDays: number | "";
  isDefault: boolean;
  visible: boolean;
  archived: boolean;
  sortOrder: number | "";
  features: FeatureDraft[];
}

const unpriced: PriceDraft = { by: "amount", amount: "", id: "" };

export function newDraft(currency: string): Draft {
  return {
    key: "",
    name: "",
    description: "",
    currency,
    month: unpriced,
    year: unpriced,
    trialDays: "",
    isDefault: false,
    visible: true,
    archived: false,
    sortOrder: "",
    features: [],
  };
}

/** The row of a feature that is saved; those that are new get another. */
const savedRow = (key: string) => `saved-${key}`;

export function draftOf(plan: Plan, currency: string): Draft {
  const at = plan.currency ?? currency;
  const price = (cents: number | null): PriceDraft => ({
    ...unpriced,
    amount: cents === null ? "" : majorOf(cents, at),
  });
  return {
    key: plan.key,
    name: plan.name,
    description: plan.description ?? "",
    currency: at,
    month: price(plan.priceMonthlyCents),
    year: price(plan.priceYearlyCents),
    trialDays: plan.trialDays || "",
    isDefault: plan.isDefault,
    visible: plan.visible,
    archived: plan.archived,
    sortOrder: plan.sortOrder || "",
    features: plan.features.map((feature) => ({
      row: savedRow(feature.key),
      key: feature.key,
      name: feature.name,
      description: feature.description ?? "",
      limit: feature.limit ?? "",
    })),
  };
}

export function majorOf(minor: number, currency: string): number {
  return minor / 10 ** minorDigits(currency);
}

export function minorOf(major: number | "", currency: string): number | null {
  return major === "" ? null : Math.round(major * 10 ** minorDigits(currency));
}

/** A key that follows from a name: lower case, digits and the joint. */
export function keyOf(name: string, joint: "-" | "_"): string {
  const words = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? []).join(joint).slice(0, 64);
}

function featuresOf(draft: Draft): Feature[] {
  return draft.features.map(({ key, name, description, limit }) => ({
    key: key.trim(),
    name: name.trim(),
    description: description.trim() || null,
    limit: limit === "" ? null : limit,
  }));
}

/** What was typed of the price is sent as the one or the other. */
function priceOf(price: PriceDraft, currency: string): { amount: number | null; id: string | null } {
  if (price.by === "id") {
    return { amount: null, id: price.id.trim() || null };
  }
  return { amount: minorOf(price.amount, currency) || null, id: null };
}

export function createRequest(draft: Draft): Schemas["CreatePlanRequest"] {
  const month = priceOf(draft.month, draft.currency);
  const year = priceOf(draft.year, draft.currency);
  return {
    key: draft.key.trim(),
    name: draft.name.trim(),
    description: draft.description.trim() || null,
    currency: month.amount || year.amount ? draft.currency : null,
    priceMonthlyCents: month.amount,
    priceYearlyCents: year.amount,
    stripePriceMonthlyId: month.id,
    stripePriceYearlyId: year.id,
    trialDays: draft.trialDays || 0,
    isDefault: draft.isDefault,
    visible: draft.visible,
    sortOrder: draft.sortOrder || 0,
    features: featuresOf(draft),
  };
}

/** Only what differs from the plan as it was read: somebody else may change the rest meanwhile. */
export function updateRequest(draft: Draft, plan: Plan): Schemas["UpdatePlanRequest"] {
  const request: Schemas["UpdatePlanRequest"] = {};
  const set = <K extends keyof typeof request>(name: K, value: (typeof request)[K], before: unknown) => {
    if (JSON.stringify(value) !== JSON.stringify(before)) {
      request[name] = value;
    }
  };
  set("name", draft.name.trim(), plan.name);
  set("description", draft.description.trim() || null, plan.description);
  set("trialDays", draft.trialDays || 0, plan.trialDays);
  set("isDefault", draft.isDefault, plan.isDefault);
  set("visible", draft.visible, plan.visible);
  set("sortOrder", draft.sortOrder || 0, plan.sortOrder);
  set("features", featuresOf(draft), plan.features);
  set("archived", draft.archived, plan.archived);
  if (draft.archived) {
    return request; // it has no prices
  }
  const month = priceOf(draft.month, draft.currency);
  const year = priceOf(draft.year, draft.currency);
  if (month.id) {
    set("stripePriceMonthlyId", month.id, plan.stripePriceMonthlyId);
  } else {
    set("priceMonthlyCents", month.amount ?? 0, plan.priceMonthlyCents ?? 0);
  }
  if (year.id) {
    set("stripePriceYearlyId", year.id, plan.stripePriceYearlyId);
  } else {
    set("priceYearlyCents", year.amount ?? 0, plan.priceYearlyCents ?? 0);
  }
  if (month.amount || year.amount) {
    set("currency", draft.currency, plan.currency);
  }
  return request;
}

/** What saving does to a price that the plan is sold at; those who have it keep it in any case. */
export function priceChange(
  draft: Draft,
  plan: Plan | undefined,
  interval: Interval,
): "none" | "replaced" | "removed" {
  const before = interval === "month" ? plan?.priceMonthlyCents : plan?.priceYearlyCents;
  if (!plan || before === null || before === undefined || draft.archived) {
    return "none";
  }
  const { amount, id } = priceOf(draft[interval], draft.currency);
  const saved = interval === "month" ? plan.stripePriceMonthlyId : plan.stripePriceYearlyId;
  if (id !== null) {
    return id === saved ? "none" : "replaced";
  }
  if (amount === null) {
    return "removed";
  }
  return amount === before ? "none" : "replaced";
}

/** A plan as the pricing table shows it; nothing of a price is known that is only an id. */
export interface Shown {
  id: string;
  name: string;
  description: string | null;
  currency: string | null;
  prices: Record<Interval, number | "unknown" | null>;
  trialDays: number;
  isDefault: boolean;
  features: Feature[];
  sortOrder: number;
  key: string;
}

export function shownOf(plan: Plan): Shown {
  return {
    ...plan,
    prices: { month: plan.priceMonthlyCents, year: plan.priceYearlyCents },
  };
}

export function shownDraft(draft: Draft, id: string): Shown {
  const price = (interval: Interval) => {
    const { amount, id: at } = priceOf(draft[interval], draft.currency);
    return at !== null ? ("unknown" as const) : amount;
  };
  return {
    id,
    key: draft.key,
    name: draft.name.trim() || "Name of the plan",
    description: draft.description.trim() || null,
    currency: draft.currency,
    prices: { month: price("month"), year: price("year") },
    trialDays: draft.trialDays || 0,
    isDefault: draft.isDefault,
    features: featuresOf(draft).filter((feature) => feature.name !== ""),
    sortOrder: draft.sortOrder || 0,
  };
}

/** The order of the catalog: by sort order, then by what a month costs, then by key. */
export function inOrder(plans: Shown[]): Shown[] {
  const monthly = ({ prices: { month, year } }: Shown) => {
    const at = (price: Shown["prices"]["month"]) => (typeof price === "number" ? price : 0);
    return month !== null ? at(month) : Math.floor((at(year) + 6) / 12);
  };
  return [...plans].sort(
    (a, b) => a.sortOrder - b.sortOrder || monthly(a) - monthly(b) || (a.key < b.key ? -1 : 1),
  );
}
