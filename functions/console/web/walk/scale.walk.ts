import { readFile } from "node:fs/promises";
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Schemas } from "../src/api/client";
import { found, launch, look, open } from "./browser";
import { developerToken, place } from "./place";

const many = 10_000;

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await open(browser);
});

afterAll(() => browser?.close());

async function signIn(path: string): Promise<void> {
  await page.goto(`${place.url}/console${path}`);
  await page.getByLabel("Developer token").fill(developerToken(place.demoDeveloper));
  await page.getByRole("button", { name: "Use this token", exact: true }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

function payment(number: number): Schemas["AggregatedPayment"] {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    project_id: "00000000-0000-4000-8000-000000000000",
    project_name: "Lighthouse",
    subscription_id: null,
    user_id: `user-${number}`,
    is_test_mode: true,
    payment_intent_id: `pi_${number}`,
    status: "succeeded",
    amount_cents: number,
    currency: "usd",
    description: null,
    refunded_amount_cents: 0,
    failure_code: null,
    decline_code: null,
    failure_message: null,
    attempts: 0,
    next_attempt_at: null,
    dispute_status: null,
    dispute_reason: null,
    type: "one_time_payment",
    invoice_id: null,
    customer_id: `cus_${number}`,
    customer_email: `user-${number}@example.com`,
    provider: "stripe",
    created_at: new Date(Date.UTC(2026, 0, 1) - number * 60_000).toISOString(),
  };
}

/** Answers as the API would that has many payments; a cursor is the number of the next row. */
async function answer(route: Route): Promise<void> {
  const query = new URL(route.request().url()).searchParams;
  const size = Number(query.get("page_size"));
  const first = Number(query.get("cursor") ?? 0);
  const last = Math.min(first + size, many);
  const list: Schemas["AggregatedPaymentList"] = {
    payments: Array.from({ length: last - first }, (_, i) => payment(first + i)),
    total: many,
    page: 1,
    page_size: size,
    next_cursor: last < many ? String(last) : null,
  };
  await route.fulfill({ json: list });
}

describe("with 10,000 rows", () => {
  beforeAll(async () => {
    await page.route(`${place.url}/api/v1/payments/transactions?*`, answer);
    await signIn("/payments/transactions");
  });

  afterAll(() => page.unrouteAll());

  test("a page is a page", async () => {
    await page.getByText("Page 1 · 10,000 transactions").waitFor();
    expect(await page.getByRole("row").count()).toBe(26);
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByText("Page 2 · 10,000 transactions").waitFor();
    await page.getByRole("button", { name: "Details of pi_25", exact: true }).waitFor();
    await look(page, "60-many");
  });

  test("an export has all of them, and tells how far it is", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "JSON, as the API answers" }).click();
    await page.getByText(/^[1-9][\d,]* rows so far$/).waitFor();
    const rows = JSON.parse(await readFile(await (await download).path(), "utf8"));
    expect(rows).toEqual(Array.from({ length: many }, (_, i) => payment(i)));
  });
});

// Counts how far things move that nobody has touched: the cumulative layout shift, of which browsers'
// makers call a tenth little.
const watch = `
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
`;

describe("on a slow network nothing jumps", () => {
  beforeAll(async () => {
    await page.route(`${place.url}/api/**`, async (route) => {
      await new Promise((later) => setTimeout(later, 400));
      await route.continue();
    });
    await page.route(`${place.url}/v1/**`, async (route) => {
      await new Promise((later) => setTimeout(later, 600));
      await route.continue();
    });
    await page.addInitScript(watch);
  });

  afterAll(() => page.unrouteAll({ behavior: "ignoreErrors" }));

  test.each([
    "/",
    "/projects",
    "/billing",
    "/payments/settings",
    "/payments/subscriptions",
    "/payments/transactions",
    "/payments/wallets",
    "/events",
  ])("on %s", async (path) => {
    await page.goto(`${place.url}/console${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
    expect(await page.evaluate<number>("window.shifted")).toBeLessThan(0.1);
  });
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});
