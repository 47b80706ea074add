import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { found, launch, look, open, watch } from "./browser";
import { place } from "./place";

// From nothing to a paid subscription on the dashboard, by clicks alone: what a new developer does
// after `make dev`. Nothing here calls an API.
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await open(browser);
});

afterAll(() => browser?.close());

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const heading = (name: string) => page.getByRole("heading", { name, exact: true });
const checklist = () => page.getByRole("region", { name: "What to do next" });

async function go(name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
}

/** The tab that a link out of the console opens. */
async function follow(link: Locator): Promise<Page> {
  const [tab] = await Promise.all([page.waitForEvent("popup"), link.click()]);
  watch(tab);
  await tab.waitForLoadState();
  return tab;
}

const away = (name: string) => checklist().getByRole("link", { name });

describe.sequential("by clicks alone", () => {
  test("signs in to an empty console", async () => {
    await page.goto(`${place.url}/console`);
    await button("Sign in").click();
    await page.getByRole("heading", { name: "Who are you?" }).waitFor();
    await look(page, "30-who");
    await page.getByRole("link", { name: "A new developer" }).click();
    await heading("Create your first project").waitFor();
    await page.getByRole("link", { name: "Create a project" }).click();
    await button("Create a project").click();
    await page.getByLabel("Name").fill("Lantern Press");
    await button("Create").click();
    await page.getByText("0 of 5 done").waitFor();
    await look(page, "31-checklist");
  });

  test("opens an account at Stripe, and saves its keys", async () => {
    const tab = await follow(away("API keys at Stripe"));
    await tab.getByRole("heading", { name: "New account" }).waitFor();
    await look(tab, "32-stripe-account");
    await tab.getByLabel("Name").fill("Lantern Press");
    await tab.getByRole("button", { name: "Create a test account" }).click();
    await tab.getByRole("heading", { name: "API keys" }).waitFor();
    await look(tab, "33-stripe-keys");
    const publishable = await tab.getByText(/^pk_test_/).innerText();
    const secret = await tab.getByText(/^sk_test_/).innerText();
    await tab.close();

    await page.getByLabel("Publishable key").fill(publishable);
    await page.getByLabel("Secret key", { exact: true }).fill(secret);
    await button("Save").click();
    await page.getByText("1 of 5 done").waitFor();
    expect(await page.content()).not.toContain(secret);
  });

  test("registers the webhook", async () => {
    await button("Copy Webhook URL").click();
    const tab = await follow(away("Webhooks at Stripe"));
    await tab.getByLabel("Endpoint URL").focus();
    await tab.keyboard.press("ControlOrMeta+V");
    await look(tab, "34-stripe-webhook");
    await tab.getByRole("button", { name: "Add the endpoint" }).click();
    await tab.getByText("shown this once").waitFor();
    await look(tab, "35-stripe-secret");
    const secret = await tab.getByText(/^whsec_/).innerText();
    await tab.close();

    await page.getByLabel("Webhook signing secret").fill(secret);
    await button("Save").click();
    await page.getByText("2 of 5 done").waitFor();
    expect(await page.content()).not.toContain(secret);
  });

  test("makes a product, of which an event arrives by itself", async () => {
    const tab = await follow(away("Products at Stripe"));
    await tab.getByLabel("Name").fill("Lantern monthly");
    await tab.getByLabel("Price", { exact: true }).fill("19.00");
    await tab.getByRole("button", { name: "Add the product" }).click();
    await tab.getByText("Lantern monthly is on sale").waitFor();
    await look(tab, "36-stripe-products");
    await tab.close();
    await page.getByText("3 of 5 done").waitFor();
  });

  test("is told on the dashboard that nothing is sold yet", async () => {
    await go("Dashboard");
    await page.getByText("Nothing is sold yet").waitFor();
    await look(page, "37-nothing-sold");
    await page.getByRole("link", { name: "Open the checklist" }).click();
  });

  test("buys in the app", async () => {
    const tab = await follow(away("Your app's pricing page"));
    await tab.getByRole("heading", { name: "Lantern monthly" }).waitFor();
    await look(tab, "38-shop");
    await tab.getByRole("button", { name: "Buy Lantern monthly" }).click();
    await tab.getByText("4242 4242 4242 4242").click();
    await look(tab, "39-hosted-page");
    await tab.locator("form button[type=submit]").click();
    await tab.getByRole("heading", { name: "Subscription active" }).waitFor();
    await look(tab, "40-shop-subscribed");
    await tab.getByRole("button", { name: "Manage the subscription" }).click();
    await tab.waitForURL(`${place.stripe}/**`);
    await tab.getByText("Lantern monthly").first().waitFor();
    await look(tab, "41-portal");
    await tab.close();
  });

  test("sees it arrive by itself", async () => {
    await page.getByText("4 of 5 done").waitFor();
    await page.getByText("Your first test payment arrived").waitFor();
    await look(page, "42-arrived");
    await go("Dashboard");
    await expect.poll(() => page.locator("[data-figure='Active subscriptions']").textContent()).toBe("1");
    await expect.poll(() => page.locator("[data-figure='Revenue']").textContent()).toContain("$19.00");
    await page.getByRole("link", { name: "See the transaction" }).waitFor();
    await look(page, "43-first-payment");
  });

  test("finds the subscription at Stripe", async () => {
    await go("Subscriptions");
    await button(/^Details of/).click();
    const tab = await follow(page.getByRole("dialog").getByRole("link", { name: /^sub_/ }));
    await tab.getByRole("heading", { name: "Subscription" }).waitFor();
    await tab.getByText("customer.subscription.created").waitFor();
    await look(tab, "44-stripe-subscription");
    await tab.close();
    await page.keyboard.press("Escape");
  });

  test("signs in again after a while, over a form that is half filled", async () => {
    await go("Projects");
    await button("Create a project").click();
    await page.getByLabel("Name").fill("Typed before");
    const url = page.url();
    await page.evaluate("sessionStorage.setItem('walk', 'the same page')");
    await page.route(`${place.url}/api/v1/projects/`, (route) =>
      route.fulfill({ status: 401, json: { detail: "Could not validate credentials" } }),
    );
    await button("Create").click();
    const dialog = page.getByRole("dialog").filter({ hasText: "Your sign-in has expired" });
    await dialog.waitFor();
    await page.unroute(`${place.url}/api/v1/projects/`);
    const popup = await follow(dialog.getByRole("button", { name: "Sign in again" }));
    await popup.getByText("Signed in here before").waitFor();
    await popup.screenshot({ path: `${place.pictures}/45-again.png` });
    await Promise.all([popup.waitForEvent("close"), popup.getByText("Signed in here before").click()]);
    await dialog.waitFor({ state: "hidden" });
    expect(page.url()).toBe(url);
    expect(await page.getByLabel("Name").inputValue()).toBe("Typed before");
    await button("Create").click();
    await heading("Payment settings").waitFor();
  });
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});
