import { expect, test } from "vitest";
import { meaningOf } from "../pages/transactions/failures";
import { pricingPage, stripeObject, stripePage } from "./stripe";

test("pages of Stripe's dashboard", () => {
  const dashboard = "https://dashboard.stripe.com";
  expect(stripePage(dashboard, "apikeys", true)).toBe("https://dashboard.stripe.com/test/apikeys");
  expect(stripeObject(dashboard, "sub_1", true)).toBe(
    "https://dashboard.stripe.com/test/subscriptions/sub_1",
  );
  expect(stripeObject(dashboard, "in_1", false)).toBe("https://dashboard.stripe.com/invoices/in_1");
  expect(stripeObject(dashboard, "tr_1", true)).toBe(
    "https://dashboard.stripe.com/test/connect/transfers/tr_1",
  );
  expect(stripeObject(dashboard, "dp_1", false)).toBeUndefined();
});

test("the pricing page is told the project and the mode", () => {
  expect(pricingPage("https://app.example.com/pricing?from=console", "p1", "test")).toBe(
    "https://app.example.com/pricing?from=console&project_id=p1&mode=test",
  );
  expect(pricingPage("", "p1", "test")).toBeUndefined();
});

test("the bank's own reason says more than Stripe's code", () => {
  expect(meaningOf("card_declined", "insufficient_funds")).toMatch(/not enough money/);
  expect(meaningOf("card_declined", "unheard_of")).toMatch(/bank refused/);
  expect(meaningOf(null, null)).toBeUndefined();
});
