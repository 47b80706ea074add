import { describe, expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { nothing, requestOf, savedOf } from "./credentials";
import { stepsOf } from "./steps";

const config = {
  is_active: true,
  has_live_credentials: false,
  test_publishable_key_masked: "pk_test_...4242",
  test_secret_key_masked: "sk_test_...4242",
  test_webhook_secret_masked: null,
} as Schemas["StripeConfig"];

const done = (...args: Parameters<typeof stepsOf>) => stepsOf(...args).map((step) => step.done);

describe("the checklist", () => {
  const known = (delivered: boolean, bought: boolean) => ({ delivered, bought });

  test("knows what is done", () => {
    expect(done("test", null, known(false, false))).toEqual([false, false, false, false, false]);
    expect(done("test", config, known(true, false))).toEqual([true, false, true, false, false]);
    expect(done("live", config, known(false, false))).toEqual([false, false, false, false]);
    expect(done("test", { ...config, has_live_credentials: true }, known(true, true))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  test("starts over where payments are deactivated", () => {
    expect(done("test", { ...config, is_active: false }, known(true, true))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});

describe("credentials", () => {
  test("only what was typed is sent, under the mode's names", () => {
    expect(requestOf({ ...nothing, secret_key: " sk_live_1 " }, "live")).toEqual({
      live_secret_key: "sk_live_1",
    });
  });

  test("what is saved is known masked", () => {
    expect(savedOf(config, "test")).toEqual({
      publishable_key: "pk_test_...4242",
      secret_key: "sk_test_...4242",
      webhook_secret: null,
    });
    expect(savedOf(null, "live").secret_key).toBeNull();
  });
});
