import { describe, expect, test } from "vitest";
import { beginConnecting, endConnecting, outcomeOf } from "./connecting";
import { facts, obstacleOf, offersOf, runningOf, type Status } from "./gateways";

const off: Status = {
  billingEnabled: false,
  billingEnabledAt: null,
  billingGateway: null,
  connectedAccounts: { test: null, live: null },
  project: null,
  gateways: [{ gateway: "managed", test: true, live: false, feePercent: 0 }],
};

test("a gateway that is in use is shown also where it is no longer offered", () => {
  expect(offersOf(off).map(({ gateway }) => gateway)).toEqual(["managed"]);
  const on: Status = { ...off, billingEnabled: true, billingGateway: "stripe_platform" };
  expect(offersOf(on).at(-1)).toEqual({
    gateway: "stripe_platform",
    test: false,
    live: false,
    feePercent: 0,
  });
  expect(offersOf({ ...on, billingGateway: "managed" })).toHaveLength(1);
});

test("the fee is told where there is one", () => {
  expect(facts.stripe_connect.fee(2.5)).toBe("2.5% of each sale, and Stripe's own fees");
  expect(facts.stripe_connect.fee(0)).toBe("Stripe's own fees");
});

describe("why a project sells nothing", () => {
  test.each<[string, Partial<Status>, "test" | "live", string]>([
    ["off", {}, "test", "gateway"],
    ["the sandbox, live", { billingEnabled: true, billingGateway: "managed" }, "live", "keys"],
    ["no account", { billingEnabled: true, billingGateway: "stripe_connect" }, "live", "connect"],
    ["being switched", { billingEnabled: true, billingGateway: "managed" }, "test", "gateway"],
  ])("%s", (_, change, mode, todo) => {
    expect(obstacleOf({ ...off, ...change }, mode).todo).toBe(todo);
  });
});

test("only subscriptions that have not ended stand in the way, the most frequent first", () => {
  expect(runningOf({ canceled: 9, past_due: 1, active: 3, unpaid: 0, incomplete_expired: 2 })).toEqual([
    ["active", 3],
    ["past_due", 1],
  ]);
});

describe("coming back from Stripe", () => {
  const outcome = (query: string) => outcomeOf(new URLSearchParams(query));

  test("says what came of it", () => {
    expect(outcome("project=1")).toBeUndefined();
    expect(outcome("connect=connected")?.came).toBe("connected");
    expect(outcome("connect=denied")?.title).toBe("No account was connected");
    expect(outcome("connect=failed&error=invalid_state")?.text).toContain("ten minutes");
    expect(outcome("connect=failed&error=never_heard_of")?.text).toContain("never_heard_of");
  });

  test("is known once, in the tab that left", () => {
    expect(endConnecting(window.sessionStorage)).toBe(false);
    beginConnecting(window.sessionStorage);
    expect(endConnecting(window.sessionStorage)).toBe(true);
    expect(endConnecting(window.sessionStorage)).toBe(false);
  });
});
