import type { Schemas } from "../../api/client";
import { minorDigits } from "../../ui/format";

/** A day as the charts show it: amounts in the currency's own unit. */
export interface Point {
  date: string;
  revenue: number;
  recurring: number;
  received: number;
  failed: number;
  started: number;
  active: number;
}

export function pointsOf(days: Schemas["DayFigures"][], currency: string): Point[] {
  const unit = 10 ** minorDigits(currency);
  return days.map((day) => ({
    date: day.date,
    revenue: (day.revenue_by_currency[currency] ?? 0) / unit,
    recurring: (day.mrr_by_currency[currency] ?? 0) / unit,
    received: day.received_payments,
    failed: day.failed_payments,
    started: day.new_subscriptions,
    active: day.active_subscriptions,
  }));
}

/** The currencies that the days know, the main one first. */
export function currenciesOf(stats: Schemas["DailyStats"]): string[] {
  const others = new Set<string>();
  for (const day of stats.days) {
    for (const byCurrency of [day.revenue_by_currency, day.mrr_by_currency]) {
      for (const currency of Object.keys(byCurrency)) {
        others.add(currency);
      }
    }
  }
  others.delete(stats.currency);
  return [stats.currency, ...[...others].sort()];
}

export function sum(points: Point[], of: Exclude<keyof Point, "date">): number {
  return points.reduce((total, point) => total + point[of], 0);
}
