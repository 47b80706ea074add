import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { found, launch, look, open, pay } from "./browser";
import { api, developerToken, place, stripe, userToken } from "./place";

let browser: Browser;
let page: Page;
let project = "";
let pair: Record<string, string> = {};

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const figure = (name: string) => page.locator(`[data-figure='${name}']`);
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const as = (user: string) => bearer(userToken(user, project));
const once = (headers: Record<string, string>) => ({ ...headers, "Idempotency-Key": randomUUID() });

beforeAll(async () => {
  browser = await launch();
  page = await open(browser);
  const developer = bearer(developerToken(place.demoDeveloper));
  const { projects } = await api<{ projects: { id: string }[] }>("GET", "/api/v1/projects/", developer);
  project = projects[0]?.id ?? "";
  const made = await api<{ key: string; secret_key: string; tenant_id: string }>(
    "POST",
    `/api/v1/projects/${project}/api-keys`,
    developer,
    { name: "Walk" },
  );
  pair = {
    "x-api-key": made.key,
    "x-secret-key": made.secret_key,
    "x-tenant-id": made.tenant_id,
    "x-project-id": project,
  };
});

afterAll(() => browser?.close());

/** Pays into a user's wallet on the sandbox's hosted page. */
async function deposit(user: string, amount: number, currency: string): Promise<void> {
  const { url } = await api<{ url: string }>("POST", "/api/balance/deposit", once(as(user)), {
    amount_cents: amount,
    currency,
    success_url: `${place.url}/console`,
    cancel_url: `${place.url}/console`,
  });
  await pay(page, url, "4242 4242 4242 4242");
}

/** Charges a user for a creator's work, as the project's backend does. */
function charge(user: string, creator: string, amount: number, description: string) {
  const body = { user_id: user, creator_id: creator, amount_cents: amount, description };
  return api("POST", "/api/marketplace/charges", once(pair), body);
}

/** Goes through the sandbox's onboarding of a creator. */
async function onboard(creator: string): Promise<void> {
  const { url } = await api<{ url: string }>("POST", "/api/payouts/connect", once(as(creator)), {
    return_url: `${place.url}/console`,
    refresh_url: `${place.url}/console`,
  });
  const typed = new URLSearchParams({
    action: "complete",
    name: "Ives Tools",
    url: "https://ives.example",
    business_type: "individual",
    routing_number: "110000000",
    account_number: "000123456789",
  });
  const answer = await fetch(url, { method: "POST", body: typed, redirect: "manual" });
  expect(answer.status).toBe(303);
}

function payOut(creator: string, amount: number): Promise<{ status: string }> {
  return api("POST", "/api/payouts", once(as(creator)), { amount_cents: amount });
}

/** Has the project's own Stripe account pay out all that it has. */
async function emptyBalance(): Promise<void> {
  const { available } = await stripe<{ available: { amount: number; currency: string }[] }>("/v1/balance");
  const dollars = available.find((funds) => funds.currency === "usd");
  await stripe("/v1/payouts", { amount: String(dollars?.amount ?? 0), currency: "usd" });
}

async function visit(mode: "test" | "live"): Promise<void> {
  const query = mode === "live" ? "&mode=live" : "";
  await page.goto(`${place.url}/console/payments/wallets?project=${project}${query}`);
}

describe.sequential("wallets and payouts", () => {
  test("say how wallets come to be, while there are none", async () => {
    await page.goto(`${place.url}/console`);
    await page.getByLabel("Developer token").fill(developerToken(place.demoDeveloper));
    await button("Use this token").click();
    await page.getByRole("link", { name: "Wallets & payouts" }).click();
    await page.getByRole("heading", { name: "Which project?" }).waitFor();
    await visit("test");
    await page.getByRole("heading", { name: "No prepaid balances yet" }).waitFor();
    await page.getByText("POST /api/balance/deposit").waitFor();
    await look(page, "40-no-wallets");
  });

  test("show whose the money is", async () => {
    await deposit("wendy", 10_000, "usd");
    await deposit("wendy", 900, "jpy");
    await deposit("theo", 4500, "kwd");
    await api("POST", "/api/balance/spend", once(as("wendy")), {
      amount_cents: 400,
      description: "Image generation",
    });
    await api("POST", "/api/balance/holds", once(as("wendy")), {
      amount_cents: 600,
      description: "A long render",
    });
    await charge("wendy", "ives", 3000, "A tool call");
    await charge("wendy", "nell", 2500, "A voice-over");
    await visit("test");
    const dollars = page.getByRole("region", { name: "US Dollar" });
    // What is held comes from an index, which follows by a moment.
    await expect
      .poll(async () => {
        await page.reload();
        await dollars.waitFor();
        return dollars.textContent();
      })
      .toContain("$6.00 of it held");
    expect(await dollars.locator(figure("Owed to users")).textContent()).toBe("$41.00");
    await dollars.getByText("Adds up to").waitFor();
    await page.getByRole("region", { name: "Japanese Yen" }).getByText("¥900").first().waitFor();
    await page
      .getByRole("region", { name: "Kuwaiti Dinar" })
      .getByText(/KWD.4\.500/)
      .first()
      .waitFor();
    await page.getByText("No payouts yet.").waitFor();
    await look(page, "41-wallets");
  });

  test("a payout that Stripe refuses, and one on its way", async () => {
    await onboard("ives");
    await onboard("nell");
    await emptyBalance();
    expect((await payOut("nell", 2000)).status).toBe("failed");
    await stripe("/v1/payment_intents", {
      amount: "50000",
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: "true",
      "automatic_payment_methods[enabled]": "true",
      "automatic_payment_methods[allow_redirects]": "never",
    });
    expect((await payOut("ives", 2500)).status).toBe("sent");
    await visit("test");
    await page.getByRole("cell", { name: "Sent" }).waitFor();
    await page.getByRole("heading", { name: "Payouts", exact: true }).scrollIntoViewIfNeeded();
    await look(page, "42-payouts");
    await button("Details of the payout to nell").click();
    await page.getByRole("dialog").getByText("too little in your own Stripe balance").waitFor();
    await look(page, "43-payout-failed");
    await page.keyboard.press("Escape");
    await button("Details of the payout to ives").click();
    await page.getByRole("dialog").getByText("Not at the bank yet").waitFor();
    await page.getByRole("dialog").getByRole("link", { name: /^tr_/ }).waitFor();
    await look(page, "44-payout-sent");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("payouts of one status", async () => {
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Reversed" }).click();
    await page.getByText("No payout has this status.").waitFor();
  });

  test("a user's wallet, by currency, with its history", async () => {
    await page.getByLabel("User id").fill("wendy");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("USD", { exact: true }).click();
    await dialog.getByText("$35.00", { exact: true }).first().waitFor();
    await dialog.getByText("Image generation").waitFor();
    await look(page, "45-wallet");
    await dialog.getByText("JPY", { exact: true }).click();
    await dialog.getByText("+¥900").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.getByLabel("User id").fill("nobody");
    await button("Open the wallet").click();
    await page.getByText("This user has no wallet in test mode.").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  test("a failing API says so, and offers to try again", async () => {
    await page.route(`${place.url}/api/v1/payments/payouts?*`, (route) =>
      route.fulfill({ status: 400, json: { detail: "Something is wrong inside" } }),
    );
    await visit("test");
    const alert = page.getByRole("alert").filter({ hasText: "The payouts could not be read" });
    await alert.waitFor();
    await page.unroute(`${place.url}/api/v1/payments/payouts?*`);
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("cell", { name: "Sent" }).waitFor();
  });

  test("a slow network shows where things will be", async () => {
    await page.route(`${place.url}/api/v1/payments/ledger?*`, () => undefined);
    await visit("test");
    await page.getByRole("status", { name: "Loading" }).waitFor();
    await look(page, "46-wallets-loading");
    await page.unroute(`${place.url}/api/v1/payments/ledger?*`);
  });

  test("live mode has none of it", async () => {
    await visit("live");
    await page.getByRole("heading", { name: "No prepaid balances yet" }).waitFor();
  });
});

test("an e-mail address finds what its owner has bought", async () => {
  await page.goto(`${place.url}/console/payments/transactions?project=${project}`);
  await page.getByRole("row").nth(1).waitFor();
  const search = page.getByRole("textbox", { name: "E-mail address or Stripe id" });
  await search.fill("Wendy@Example.com");
  await expect.poll(() => page.getByRole("row").count()).toBe(3);
  await page.getByText("2 transactions").waitFor();
  await look(page, "47-search");
  await search.fill("wendy@");
  await page.getByText("No id of Stripe's, and no e-mail address").waitFor();
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});
