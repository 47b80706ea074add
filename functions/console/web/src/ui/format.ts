/** Amounts are integers in the currency's minor unit, and currencies differ in how many digits that has. */
export function money(minor: number, currency: string, locale?: string): string {
  return amount(minor, currency, "auto", locale);
}

/** What an amount changes by, with its sign. */
export function change(minor: number, currency: string, locale?: string): string {
  return amount(minor, currency, "exceptZero", locale);
}

function amount(
  minor: number,
  currency: string,
  signDisplay: "auto" | "exceptZero",
  locale?: string,
): string {
  const digits = minorDigits(currency);
  const major = minor / 10 ** digits;
  // The browser writes some currencies without the hundredths that Stripe counts; none may get lost.
  const shown = Number.isInteger(major) ? undefined : digits;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: currency.toUpperCase(),
    signDisplay,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  return format.format(major);
}

/** The currency in the viewer's language: US Dollar. */
export function currencyName(currency: string, locale?: string): string {
  const names = new Intl.DisplayNames(locale, { type: "currency" });
  return names.of(currency.toUpperCase()) ?? currency.toUpperCase();
}

/**
 * The currencies whose amounts Stripe does not count in hundredths, as in pkg/billing/money.go. What the
 * browser knows is how people write an amount: pesos of Colombia, say, without their hundredths.
 */
const wholeCurrencies = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const thousandthCurrencies = "bhd jod kwd omr tnd".split(" ");

/** How many digits of an amount in minor units are decimals. */
export function minorDigits(currency: string): number {
  const name = currency.toLowerCase();
  return wholeCurrencies.includes(name) ? 0 : thousandthCurrencies.includes(name) ? 3 : 2;
}

/** Several currencies, the one with most money first; they are never added. */
export function monies(byCurrency: Record<string, number>, main: string): [string, number][] {
  const all = Object.entries(byCurrency).sort(([a, x], [b, y]) =>
    a === main ? -1 : b === main ? 1 : y - x || a.localeCompare(b),
  );
  return all.length > 0 ? all : [[main, 0]];
}

export function count(n: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(n);
}

/** A time with its zone, which is the viewer's. */
export function time(at: string, locale?: string, zone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone: zone,
  }).format(new Date(at));
}

export function date(at: string, locale?: string, zone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "short",
    day: "numeric",
    timeZone: zone,
  }).format(new Date(at));
}

/** A day of UTC, such as 2026-03-01, for the axis of a chart. */
export function shortDay(day: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** past_due as "Past due". */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
