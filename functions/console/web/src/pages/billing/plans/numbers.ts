/** How the viewer writes numbers, for fields that take some. */
export function separators(locale?: string): {
  decimalSeparator: string;
  thousandSeparator: string;
  allowedDecimalSeparators: string[];
} {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.8);
  const of = (type: string, fallback: string) => parts.find((part) => part.type === type)?.value ?? fallback;
  const decimal = of("decimal", ".");
  return {
    decimalSeparator: decimal,
    thousandSeparator: of("group", ""),
    allowedDecimalSeparators: [decimal],
  };
}

/** The currencies by their codes, each with its name in the viewer's language. */
export function currencies(locale?: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => ({
    value: code.toLowerCase(),
    label: `${code} – ${names.of(code)}`,
  }));
}
