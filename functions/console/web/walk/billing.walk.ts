import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { found, launch, look, open } from "./browser";
import { asUser, developerToken, place } from "./place";

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
const box = (name: string) => page.getByRole("textbox", { name, exact: true });
const alert = (text: string) => page.getByRole("alert").filter({ hasText: text });
const billing = `${place.url}/v1/dashboard/`;

async function go(name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
}

/** Has the API fail until the test says otherwise. */
async function fail(path: string, status: number): Promise<() => Promise<void>> {
  await page.route(billing + path, (route) =>
    status === 0 ? route.abort() : route.fulfill({ status, json: { detail: "Something is wrong inside" } }),
  );
  return () => page.unroute(billing + path);
}

async function newPlan(): Promise<void> {
  await page.getByRole("link", { name: "Create a plan" }).click();
  await heading("New plan").waitFor();
}

async function addFeature(number: number, name: string, limit = ""): Promise<void> {
  await button("Add a feature").click();
  const row = page.getByRole("group", { name: `Feature ${number}`, exact: true });
  await row.getByRole("textbox", { name: "Name of the feature" }).fill(name);
  await row.getByRole("textbox", { name: "Limit" }).fill(limit);
}

describe.sequential("switching billing on", () => {
  test("begins with nothing", async () => {
    await page.goto(`${place.url}/console/projects`);
    await page.getByLabel("Developer token").fill(developerToken());
    await button("Use this token").click();
    await button("Create a project").click();
    await page.getByLabel("Name").fill("Harbor Tools");
    await button("Create").click();
    await heading("Payment settings").waitFor();
    project = new URL(page.url()).searchParams.get("project") ?? "";
    await go("Billing");
    await heading("Sell plans to your users").waitFor();
    await look(page, "40-billing-off");
  });

  test("asks through which account, and says what each means", async () => {
    await button("Enable Billing").click();
    await page.getByRole("region", { name: "Your own keys", exact: true }).waitFor();
    await look(page, "41-billing-gateways");
  });

  test("says what failed", async () => {
    const repair = await fail("billing/enable", 503);
    await button(/^Enable billing: Sandbox/).click();
    await alert("The gateway was not picked").waitFor();
    await look(page, "42-billing-not-enabled");
    await repair();
  });

  test("with the sandbox", async () => {
    await button(/^Enable billing: Sandbox/).click();
    await page.getByText("Billing is on", { exact: true }).waitFor();
    await page.getByText("Through: Sandbox").waitFor();
    await heading("No plans yet").waitFor();
    await look(page, "43-billing-on");
  });
});

describe.sequential("plans", () => {
  test("a plan with two features, previewed while it is typed", async () => {
    await newPlan();
    await box("Name").fill("Gold");
    expect(await box("Key").inputValue()).toBe("gold");
    await box("Description").fill("For crews with more than one boat");
    await page.getByRole("textbox", { name: "Monthly price" }).fill("29");
    await page.getByRole("textbox", { name: "Yearly price" }).fill("290");
    await page.getByRole("textbox", { name: "Free trial" }).fill("14");
    await addFeature(1, "Repair log");
    await addFeature(2, "Boats", "25");
    const preview = page.getByRole("region", { name: "Preview", exact: true });
    await preview.getByText("$29.00").waitFor();
    await preview.getByText("Boats: 25").waitFor();
    await look(page, "44-plan-new");
  });

  test("a failure loses nothing", async () => {
    const repair = await fail(`apps/${project}/billing/plans?*`, 0);
    await button("Create the plan").click();
    await alert("The plan was not saved").waitFor();
    expect(await page.getByRole("textbox", { name: "Monthly price" }).inputValue()).toBe("29");
    await repair();
    await button("Create the plan").click();
    await page.getByText("The plan Gold is saved.").waitFor();
    await button("Edit of Gold").waitFor();
  });

  test("what is wrong is said at its field", async () => {
    await newPlan();
    await box("Name").fill("Free");
    await box("Key").fill("gold");
    await button("Create the plan").click();
    await page.getByText("Another plan has this key", { exact: true }).first().waitFor();
    await box("Key").fill("Not a key");
    await addFeature(1, "Repair log");
    await page.getByRole("textbox", { name: "Key of the feature" }).fill("Repair Log");
    await button("Create the plan").click();
    await expect.poll(() => page.locator("[aria-invalid=true]").count()).toBe(2);
    await look(page, "45-plan-refused");
  });

  test("leaving with unsaved changes asks", async () => {
    await go("Dashboard");
    await page.getByText("Leave without saving?").waitFor();
    await look(page, "46-plan-leaving");
    await button("Stay").click();
    await page.getByText("Leave without saving?").waitFor({ state: "hidden" });
    expect(await box("Name").inputValue()).toBe("Free");
    await box("Key").fill("free");
    await page.getByRole("textbox", { name: "Key of the feature" }).fill("repair_log");
    await page.getByRole("switch", { name: "Default" }).click();
    await button("Create the plan").click();
    await button("Edit of Free").waitFor();
    await look(page, "47-plans");
  });

  test("somebody buys, and the price changes for others only", async () => {
    await buy("ada");
    await button("Edit of Gold").click();
    await heading("Edit Gold").waitFor();
    await page.getByRole("textbox", { name: "Monthly price" }).fill("39");
    await page.getByText("Present subscribers go on paying $29.00").waitFor();
    await look(page, "48-plan-price");
    await button("Save").click();
    await page.getByRole("cell", { name: "$39.00" }).waitFor();
  });

  test("an archived plan is not sold, and can be again", async () => {
    await button("Edit of Gold").click();
    await button("Archive").click();
    await page.getByRole("dialog").getByText("Whoever has it keeps it").waitFor();
    await look(page, "57-archive");
    await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
    await button("Edit of Gold").waitFor({ state: "hidden" });
    await page.getByRole("switch", { name: "Show archived plans" }).click();
    await button("Edit of Gold").click();
    await page.getByText("Sell this plan again").waitFor();
    await look(page, "58-archived");
    await page.getByRole("switch", { name: "Sell this plan again" }).click();
    await page.getByRole("textbox", { name: "Monthly price" }).fill("39");
    await button("Save").click();
    await page.getByRole("cell", { name: "$39.00" }).waitFor();
  });
});

describe.sequential("switching billing off", () => {
  test("is refused while somebody subscribes, and says where", async () => {
    await button("Disable billing").click();
    await page.getByRole("dialog").getByText("What stops").waitFor();
    await page
      .getByRole("dialog")
      .getByRole("link", { name: /^1 trialing/ })
      .waitFor();
    await look(page, "49-disable");
    await page.getByRole("dialog").getByRole("button", { name: "Disable billing" }).click();
    await alert("Billing stays on").waitFor();
    await look(page, "50-disable-refused");
    await page
      .getByRole("dialog")
      .getByRole("link", { name: /^1 trialing/ })
      .click();
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    expect(page.url()).toContain("status=trialing");
  });

  test("is done once nobody does", async () => {
    await asUser("ada", project, "POST", "subscription/cancel", { immediately: true });
    await page.goBack();
    await button("Disable billing").click();
    await page.getByRole("dialog").getByRole("listitem").filter({ hasText: "Test mode: none" }).waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Disable billing" }).click();
    await page.getByText("Billing is off", { exact: true }).waitFor();
    await heading("Through which Stripe account?").waitFor();
    await look(page, "51-disabled");
  });
});

describe.sequential("an account of the tenant's own", () => {
  test("is not connected by who declines", async () => {
    await button("Connect with Stripe in test mode").click();
    await button("Deny").click();
    await page.getByText("No account was connected").waitFor();
    await look(page, "52-connect-denied");
    await page.getByRole("status").getByRole("button", { name: "Dismiss" }).click();
    await page.getByText("No account was connected").waitFor({ state: "hidden" });
  });

  test("is connected, and used from then on", async () => {
    await button("Connect with Stripe in test mode").click();
    await page.locator("#business_name").fill("Harbor Tools");
    await button("Connect").click();
    await page.getByText("Your Stripe account is connected").waitFor();
    await page.getByText("Billing is on", { exact: true }).waitFor();
    await page.getByText("Through: Your Stripe account").waitFor();
    await look(page, "53-connected");
  });

  test("is disconnected after asking", async () => {
    await button(/^Disconnect/).click();
    await page.getByRole("dialog").getByText("can no longer act for").waitFor();
    await look(page, "54-disconnect");
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect", exact: true }).click();
    await page.getByText("No Stripe account is connected in test mode.").waitFor();
  });

  test("comes back too late to a page that says so", async () => {
    await page.goto(`${place.url}/v1/billing/connect/callback?state=outdated&code=ac_1`);
    await alert("It took longer than ten minutes").waitFor();
  });
});

describe.sequential("where it fails or is slow", () => {
  test.each([
    ["billing/status*", "The billing switch could not be read"],
    ["apps/*/billing/plans?*", "The plans could not be read"],
  ])("%s", async (path, what) => {
    const repair = await fail(path, 400);
    await page.goto(`${place.url}/console/billing?project=${project}`);
    await alert(what).waitFor();
    await look(page, path.startsWith("apps") ? "56-plans-failure" : "55-billing-failure");
    await repair();
    await button("Try again").click();
    await heading("Plans").waitFor();
  });

  test("a plan of the other mode is not there", async () => {
    await button("Edit of Gold").click();
    await heading("Edit Gold").waitFor();
    await page.getByText("Live", { exact: true }).click();
    await heading("There is no such plan in live mode").waitFor();
    await page.getByRole("link", { name: "All plans" }).click();
    await heading("No plans yet").waitFor();
    await look(page, "59-billing-live");
  });

  test("skeletons hold the place", async () => {
    await page.route(`${billing}billing/status*`, () => undefined);
    await page.goto(`${place.url}/console/billing?project=${project}`);
    await page.getByRole("status", { name: "Loading" }).waitFor();
    await look(page, "60-billing-loading");
  });
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});

/** Buys the plan on the sandbox's hosted page, and waits until it has arrived. */
async function buy(user: string): Promise<void> {
  const { url } = await asUser<{ url: string }>(user, project, "POST", "checkout", {
    planKey: "gold",
    successUrl: `${place.url}/console`,
    cancelUrl: `${place.url}/console`,
  });
  const tab = await page.context().newPage();
  await tab.goto(url);
  await tab.getByText("4242 4242 4242 4242").click();
  await tab.locator("form button[type=submit]").click();
  await tab.waitForURL(`${place.url}/console*`);
  await tab.close();
  const had = async () => {
    const answer = await asUser<{ subscription: object | null }>(user, project, "GET", "subscription");
    return answer.subscription !== null;
  };
  await expect.poll(had, { timeout: 30_000 }).toBe(true);
}
