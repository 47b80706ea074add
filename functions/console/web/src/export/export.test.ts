import { describe, expect, test, vi } from "vitest";
import { major, readAll, toCSV } from "./export";

describe("readAll", () => {
  const pages: Record<string, { rows: number[]; next: string | null }> = {
    first: { rows: [1, 2], next: "second" },
    second: { rows: [3], next: null },
  };
  const page = async (cursor: string | undefined) =>
    pages[cursor ?? "first"] as { rows: number[]; next: string | null };

  test("follows the cursors and tells how far it is", async () => {
    const progress = vi.fn();
    expect(await readAll(page, progress, new AbortController().signal)).toEqual([1, 2, 3]);
    expect(progress.mock.calls).toEqual([[2], [3]]);
  });

  test("ends when it is given up", async () => {
    const controller = new AbortController();
    const reading = readAll(page, () => controller.abort(), controller.signal);
    await expect(reading).rejects.toThrow(/abort/i);
  });

  test("fails with its page", async () => {
    const failing = () => Promise.reject(new Error("the API is away"));
    await expect(readAll(failing, () => undefined, new AbortController().signal)).rejects.toThrow(
      "the API is away",
    );
  });
});

describe("toCSV", () => {
  test("quotes what would break a line, and nothing else", () => {
    const rows = [
      { id: "1", text: 'a "b", c', amount: -5, missing: null },
      { id: "2", text: "two\nlines", amount: 0, missing: undefined },
    ];
    expect(toCSV(rows)).toBe('id,text,amount,missing\r\n1,"a ""b"", c",-5,\r\n2,"two\nlines",0,\r\n');
  });

  test("defuses formulas", () => {
    expect(toCSV([{ name: "=1+1" }, { name: "@sum" }])).toBe("name\r\n'=1+1\r\n'@sum\r\n");
  });

  test("of nothing", () => {
    expect(toCSV([])).toBe("\r\n");
  });
});

test("amounts for spreadsheets", () => {
  expect([major(2900, "usd"), major(500, "jpy"), major(0, null)]).toEqual(["29.00", "500", "0.00"]);
});
