import type { Schemas } from "../../api/client";
import { money } from "../../ui/format";

type Row = Pick<
  Schemas["AggregatedSubscription"],
  "amount_cents" | "currency" | "interval" | "interval_count" | "monthly_amount_cents"
>;

/** What is paid and how often: $290.00 / year, ¥500 / 3 months. */
export function priceOf(row: Row, locale?: string): string {
  if (!row.currency || !row.interval) {
    return perMonth(row, locale);
  }
  if (row.amount_cents === 0 && row.monthly_amount_cents === 0) {
    return "–";
  }
  const every = row.interval_count > 1 ? `${row.interval_count} ${row.interval}s` : row.interval;
  return `${money(row.amount_cents, row.currency, locale)} / ${every}`;
}

/** What it comes to in a month; Stripe may not have told the interval yet. */
export function perMonth(row: Row, locale?: string): string {
  return row.currency && row.monthly_amount_cents > 0
    ? `${money(row.monthly_amount_cents, row.currency, locale)} / month`
    : "–";
}
