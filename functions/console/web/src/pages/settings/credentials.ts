import type { Schemas } from "../../api/client";
import type { Mode } from "../../app/scope";

export const fields = ["publishable_key", "secret_key", "webhook_secret"] as const;
export type Field = (typeof fields)[number];
export type Typed = Record<Field, string>;

export const nothing: Typed = { publishable_key: "", secret_key: "", webhook_secret: "" };

/** What is saved, masked; the secrets themselves are never told. */
export function savedOf(config: Schemas["StripeConfig"] | null, mode: Mode): Record<Field, string | null> {
  return {
    publishable_key: config?.[`${mode}_publishable_key_masked`] ?? null,
    secret_key: config?.[`${mode}_secret_key_masked`] ?? null,
    webhook_secret: config?.[`${mode}_webhook_secret_masked`] ?? null,
  };
}

/** The request that saves what was typed: what was left empty stays as it is. */
export function requestOf(typed: Typed, mode: Mode): Schemas["StripeConfigRequest"] {
  const request: Record<string, string> = {};
  for (const field of fields) {
    const value = typed[field].trim();
    if (value) {
      request[`${mode}_${field}`] = value;
    }
  }
  return request;
}

/** What is left in the form once something was saved: what was typed since then. */
export function withoutSaved(typed: Typed, sent: Typed): Typed {
  const left = { ...typed };
  for (const field of fields) {
    if (left[field] === sent[field]) {
      left[field] = "";
    }
  }
  return left;
}

export const prefixes: Record<Field, (mode: Mode) => string> = {
  publishable_key: (mode) => `pk_${mode}_…`,
  secret_key: (mode) => `sk_${mode}_… or rk_${mode}_…`,
  webhook_secret: () => "whsec_…",
};
