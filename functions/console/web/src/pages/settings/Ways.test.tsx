import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, expect, test } from "vitest";
import { type Services, ServicesProvider } from "../../app/services";
import { stepsOf } from "./steps";
import { Ways } from "./Ways";

afterEach(cleanup);

/** Where the checklist of a new project leads to, by the links' names. */
function links(mode: "test" | "live", pricing_page: string): Record<string, string | null> {
  const config = { stripe_dashboard: "https://dashboard.stripe.com", pricing_page };
  const ways = stepsOf(mode, null, { delivered: false, bought: false }).flatMap((step) => step.ways);
  render(
    <MantineProvider env="test">
      <ServicesProvider services={{ config } as Services}>
        <MemoryRouter>
          <Ways ways={ways} project="p1" mode={mode} />
        </MemoryRouter>
      </ServicesProvider>
    </MantineProvider>,
  );
  const all = screen.getAllByRole("link");
  return Object.fromEntries(all.map((link) => [link.textContent, link.getAttribute("href")]));
}

test("the steps lead to the same mode and project", () => {
  expect(links("test", "https://app.example.com/pricing")).toEqual({
    "API keys at Stripe": "https://dashboard.stripe.com/test/apikeys",
    "Webhooks at Stripe": "https://dashboard.stripe.com/test/webhooks",
    "Products at Stripe": "https://dashboard.stripe.com/test/products",
    "Plans on the Billing page": "/billing?project=p1",
    "Your app's pricing page": "https://app.example.com/pricing?project_id=p1&mode=test",
    "Live settings": "/payments/settings?mode=live&project=p1",
  });
});

test("a pricing page that the deployment does not name is left out", () => {
  expect(links("live", "")).toEqual({
    "API keys at Stripe": "https://dashboard.stripe.com/apikeys",
    "Webhooks at Stripe": "https://dashboard.stripe.com/webhooks",
    "Products at Stripe": "https://dashboard.stripe.com/products",
    "Plans on the Billing page": "/billing?mode=live&project=p1",
  });
});
