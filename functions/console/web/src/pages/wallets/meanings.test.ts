import { describe, expect, test } from "vitest";
import { payoutFailure, stepsOf } from "./meanings";

const payout = {
  status: "reserved" as const,
  created_at: "2026-03-01T12:00:00Z",
  ended_at: null as string | null,
  transfer_id: null as string | null,
  failure_code: null as string | null,
};
const ended = "2026-03-03T12:00:00Z";

describe("the steps of a payout", () => {
  test.each<
    [
      string,
      Partial<Omit<typeof payout, "status">> & { status: Parameters<typeof stepsOf>[0]["status"] },
      string[],
    ]
  >([
    ["begun", { status: "reserved" }, ["Reserved", "(Sent)", "(Paid)"]],
    ["under way", { status: "sent", transfer_id: "tr_1" }, ["Reserved", "Sent", "(Paid)"]],
    ["at the bank", { status: "paid", transfer_id: "tr_1", ended_at: ended }, ["Reserved", "Sent", "Paid"]],
    ["refused by Stripe", { status: "failed", ended_at: ended }, ["Reserved", "Failed"]],
    [
      "refused by the bank",
      { status: "failed", transfer_id: "tr_1", ended_at: ended },
      ["Reserved", "Sent", "Failed"],
    ],
    [
      "taken back",
      { status: "reversed", transfer_id: "tr_1", ended_at: ended },
      ["Reserved", "Sent", "Reversed"],
    ],
  ])("%s", (_, change, want) => {
    const steps = stepsOf({ ...payout, ...change });
    expect(steps.map((step) => (step.done ? step.name : `(${step.name})`))).toEqual(want);
    expect(steps.at(-1)?.at).toBe(change.ended_at ?? null);
  });
});

test("codes of banks have a meaning, others none", () => {
  expect(payoutFailure("account_closed")).toMatch(/another/);
  expect([payoutFailure("unheard_of"), payoutFailure(null)]).toEqual([undefined, undefined]);
});
