import { describe, expect, test, vi } from "vitest";
import { bounds, type Filters, filtered } from "./filters";

const none: Filters = {
  status: undefined,
  period: undefined,
  from: undefined,
  to: undefined,
  search: undefined,
};
const now = new Date(2026, 2, 10, 15, 30);

describe("bounds", () => {
  const local = (day: number) => new Date(2026, 2, day).toISOString();

  test.each<[string, Partial<Filters>, { from?: string; to?: string }]>([
    ["any time", {}, {}],
    ["the last 7 days", { period: "7" }, { from: local(4) }],
    ["from a day on", { period: "custom", from: "2026-03-02" }, { from: local(2) }],
    ["until a day, which is included", { period: "custom", to: "2026-03-05" }, { to: local(6) }],
    ["what is no day", { period: "custom", from: "soon" }, {}],
    ["what is no period", { period: "ever" }, {}],
  ])("%s", (_, filters, want) => {
    expect(JSON.parse(JSON.stringify(bounds({ ...none, ...filters }, now)))).toEqual(want);
  });

  test("stay the same through the day", () => {
    const later = new Date(now.getTime() + 60_000);
    expect(bounds({ ...none, period: "30" }, now)).toEqual(bounds({ ...none, period: "30" }, later));
  });
});

test("the last days begin with a day, also where clocks were changed meanwhile", () => {
  vi.stubEnv("TZ", "Europe/Berlin"); // changed on 2026-03-29
  const { from } = bounds({ ...none, period: "7" }, new Date(2026, 2, 31, 15, 30));
  vi.unstubAllEnvs();
  expect(from).toBe("2026-03-24T23:00:00.000Z");
});

test("filtered", () => {
  expect([filtered(none), filtered({ ...none, search: "sub_1" })]).toEqual([false, true]);
});
