import { minorDigits } from "../ui/format";

/** A page of rows, and where the next one begins. */
export interface PageOf<Row> {
  rows: Row[];
  next: string | null;
}

/** Reads a whole list page by page. Whoever waits is told how far it has come, and can give up. */
export async function readAll<Row>(
  page: (cursor: string | undefined) => Promise<PageOf<Row>>,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<Row[]> {
  const all: Row[] = [];
  let cursor: string | undefined;
  do {
    const { rows, next } = await page(cursor);
    signal.throwIfAborted();
    all.push(...rows);
    progress(all.length);
    cursor = next ?? undefined;
  } while (cursor);
  return all;
}

type Value = string | number | boolean | null | undefined;

/** The rows as CSV (RFC 4180), with the members' names above. */
export function toCSV(rows: object[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => names.map((name) => cell((row as Record<string, Value>)[name])));
  return [names, ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

function cell(value: Value): string {
  if (value === null || value === undefined) {
    return "";
  }
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) {
    text = `'${text}`; // a spreadsheet would run it as a formula
  }
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An amount as people write it, for spreadsheets: 29.00 and not 2900. */
export function major(minor: number, currency: string | null): string {
  const digits = currency ? minorDigits(currency) : 2;
  return (minor / 10 ** digits).toFixed(digits);
}

/** Leaves a file with the browser. */
export function download(name: string, kind: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file once it is back from the click.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
