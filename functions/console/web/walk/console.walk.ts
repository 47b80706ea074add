import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { found, launch, look, open, pay as payOn } from "./browser";
import { checkout, place, settle, stripe } from "./place";

let browser: Browser;
let page: Page;
let project = "";

beforeAll(async () => {
  browser = await launch();
  page = await open(browser);
});

afterAll(() => browser?.close());

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const heading = (name: string) => page.getByRole("heading", { name, exact: true });

async function go(name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
}

const pay = (url: string, card: string) => payOn(page, url, card);

// From nothing to a paid subscription on the dashboard, as a new developer.
describe.sequential("a new developer", () => {
  test("signs in", async () => {
    await page.goto(`${place.url}/console`);
    await button("Sign in").waitFor();
    await look(page, "01-sign-in");
    await button("Sign in").click();
    await page.getByRole("link", { name: "A new developer" }).click();
    await heading("Create your first project").waitFor();
    await look(page, "02-nothing-yet");
  });

  test("creates a project", async () => {
    await page.getByRole("link", { name: "Create a project" }).click();
    await button("Create a project").click();
    await page.getByLabel("Name").fill("Harbor Tools");
    await page.getByLabel("Description").fill("Boat repairs, by subscription");
    await look(page, "03-create-project");
    await button("Create").click();
    await heading("Payment settings").waitFor();
    project = new URL(page.url()).searchParams.get("project") ?? "";
    expect(project).not.toBe("");
    await page.getByRole("status", { name: /^Not configured/ }).waitFor();
    await look(page, "04-settings-empty");
  });

  test("is told of a bad key, and keeps what was typed", async () => {
    await page.getByLabel("Secret key", { exact: true }).fill("sk_test_invalid123456abcd");
    await button("Validate the secret key").click();
    await page.getByRole("status", { name: /^Invalid/ }).waitFor();
    await look(page, "05-settings-invalid");
    await button("Save").click();
    await page.getByRole("status", { name: /^Invalid/ }).waitFor();
    expect(await page.getByLabel("Secret key", { exact: true }).inputValue()).toBe(
      "sk_test_invalid123456abcd",
    );
  });

  test("saves good keys, which nobody sees again", async () => {
    await page.getByLabel("Publishable key").fill(place.stripeKey.replace("sk_", "pk_"));
    await page.getByLabel("Secret key", { exact: true }).fill(place.stripeKey);
    await button("Save").click();
    await page.getByText("The test credentials are saved.").waitFor();
    await page.getByRole("status", { name: /^Valid/ }).waitFor();
    expect(await page.content()).not.toContain(place.stripeKey);
  });

  test("connects the webhook", async () => {
    const url = await page.getByRole("textbox", { name: "Webhook URL" }).inputValue();
    const endpoint = await stripe<{ secret: string }>("/v1/webhook_endpoints", {
      url,
      "enabled_events[]": "*",
    });
    await page.getByLabel("Webhook signing secret").fill(endpoint.secret);
    await button("Save").click();
    await page.getByText(`Saved: whsec_...${endpoint.secret.slice(-4)}`).waitFor();
    expect(await page.content()).not.toContain(endpoint.secret);
  });

  test("creates and revokes a key pair", async () => {
    await button("Create a key pair").click();
    await page.getByLabel("Name").fill("Web server");
    await button("Create").click();
    await page.getByText("Copy both now").waitFor();
    const secret = await page.getByRole("dialog").getByRole("textbox", { name: "Secret key" }).inputValue();
    expect(secret).toMatch(/^aks_/);
    await look(page, "06-key-pair");
    await button("I have copied them").click();
    await button("Revoke Web server").waitFor();
    expect(await page.content()).not.toContain(secret);
    await button("Revoke Web server").click();
    await button("Revoke").click();
    await page.getByText("Revoked", { exact: true }).waitFor();
  });

  test("sees a purchase arrive", async () => {
    await pay(await checkout("ada", project, "price_pro_monthly"), "4242 4242 4242 4242");
    await go("Dashboard");
    const active = page.locator("[data-figure='Active subscriptions']");
    await expect.poll(() => active.textContent(), { timeout: 40_000 }).toBe("1");
    await expect.poll(() => page.locator("[data-figure='Revenue']").textContent()).toMatch(/[1-9]/);
    await page
      .getByRole("region", { name: "Revenue, by day" })
      .locator("svg.recharts-surface")
      .first()
      .waitFor();
    await look(page, "07-dashboard");
  });

  test("has a checklist that knows", async () => {
    await go("Settings");
    await page.getByText("4 of 5 done").waitFor();
    await look(page, "08-settings");
  });
});

describe.sequential("what was sold", () => {
  test("a payment that is refunded in part", async () => {
    await pay(await checkout("bob", project, "price_pro_monthly"), "4242 4242 4242 4242");
    await go("Transactions");
    await expect.poll(() => page.getByRole("row").count()).toBe(3);
    await button(/^Details of/)
      .first()
      .click();
    const intent = await page.getByRole("dialog").getByText(/^pi_/).textContent();
    await button("Close the details").click();
    await stripe("/v1/refunds", { payment_intent: intent ?? "", amount: "500" });
    await settle();
    await page.reload();
    await page.getByRole("cell", { name: "Partially refunded" }).waitFor();
    await look(page, "09-transactions");
  });

  test("a transaction in detail", async () => {
    await button(/^Details of/)
      .first()
      .click();
    await page.getByRole("dialog").getByText("Refunded", { exact: true }).waitFor();
    await look(page, "10-transaction");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("filters", async () => {
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await page.getByText("Nothing fits these filters.").waitFor();
    await button("Clear").click();
    await page.getByRole("combobox", { name: "Created" }).click();
    await page.getByRole("option", { name: "Last 7 days" }).click();
    await expect.poll(() => page.getByRole("row").count()).toBe(3);
    expect(page.url()).toContain("period=7");
    await button("Clear").click();
    const customer = await customerOfFirst();
    await page.getByRole("textbox", { name: "E-mail address or Stripe id" }).fill(customer);
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    await button("Clear").click();
  });

  test("exports", async () => {
    for (const [item, start] of [
      ["CSV, for spreadsheets", "\uFEFFcreated_at,project,mode,"],
      ["JSON, as the API answers", "["],
    ] as const) {
      await button("Export").click();
      const download = page.waitForEvent("download");
      await page.getByRole("menuitem", { name: item }).click();
      const text = await readFile(await (await download).path(), "utf8");
      expect(text.startsWith(start)).toBe(true);
      expect(text).toContain("partially_refunded");
    }
  });

  test("a subscription and its timeline", async () => {
    await go("Subscriptions");
    await expect.poll(() => page.getByRole("row").count()).toBe(3);
    await look(page, "11-subscriptions");
    await button(/^Details of/)
      .first()
      .click();
    await page
      .getByRole("dialog")
      .getByText(/Created: active|Created/)
      .first()
      .waitFor();
    await page.getByRole("dialog").getByRole("listitem").first().waitFor();
    await look(page, "12-timeline");
    await page.keyboard.press("Escape");
  });

  test("events, and a replay", async () => {
    await go("Events");
    await page.getByRole("textbox", { name: "Type" }).fill("invoice.paid");
    await expect.poll(() => page.getByRole("row").count()).toBe(3);
    await look(page, "13-events");
    await button(/^Details of/)
      .first()
      .click();
    await button("Replay the event").click();
    await page.getByText("Replayed: Duplicate").waitFor();
    await look(page, "14-event");
    await page.keyboard.press("Escape");
  });

  test("live shows none of it", async () => {
    await page.getByRole("textbox", { name: "Type" }).fill("");
    await page.getByText("Live", { exact: true }).click();
    await page.getByText("Live mode: real customers, real money").waitFor();
    await page.getByRole("heading", { name: "No events yet" }).waitFor();
    await look(page, "15-live");
    await page.getByText("Test", { exact: true }).click();
  });

  test("projects", async () => {
    await go("Projects");
    await heading("Harbor Tools").waitFor();
    await look(page, "16-projects");
  });

  test("deactivating says what stops and what stays", async () => {
    await go("Settings");
    await button("Deactivate").click();
    await page.getByText("What stops").waitFor();
    await look(page, "17-deactivate");
    await button("Deactivate payments").click();
    await page.getByRole("status", { name: /^Not configured/ }).waitFor();
  });
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});

async function customerOfFirst(): Promise<string> {
  await button(/^Details of/)
    .first()
    .click();
  const customer = await page.getByRole("dialog").getByText(/^cus_/).textContent();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  return customer ?? "";
}
