import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { found, launch, look, open } from "./browser";
import { developerToken, place } from "./place";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser?.close());

beforeEach(async () => {
  page = await open(browser);
});

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });

async function signIn(token: string, path = ""): Promise<void> {
  await page.goto(`${place.url}/console${path}`);
  await page.getByLabel("Developer token").fill(token);
  await button("Use this token").click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** Has the API fail until the test says otherwise. */
async function fail(path: string, status: number): Promise<() => Promise<void>> {
  const failing = `${place.url}/api/v1/${path}`;
  await page.route(failing, (route) =>
    status === 0 ? route.abort() : route.fulfill({ status, json: { detail: "Something is wrong inside" } }),
  );
  return () => page.unroute(failing);
}

describe("an API that fails", () => {
  test.each([
    ["", "payments/stats?*", "The figures could not be read"],
    ["/payments/subscriptions", "payments/subscriptions?*", "The subscriptions could not be read"],
    ["/payments/transactions", "payments/transactions?*", "The transactions could not be read"],
    ["/projects", "payments/projects", "The projects could not be read"],
  ])("on %s says what failed, and tries again", async (path, call, what) => {
    const repair = await fail(call, 400);
    await signIn(developerToken(place.demoDeveloper), path);
    const alert = page.getByRole("alert").filter({ hasText: what });
    await alert.waitFor();
    await alert.getByText("Something is wrong inside").waitFor();
    await look(page, `20-failure${path.replaceAll("/", "-")}`);
    await repair();
    await alert.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "hidden" });
  });

  test("loses no typed input", async () => {
    await signIn(developerToken(), "/projects");
    const repair = await fail("projects/", 0);
    await button("Create a project").click();
    await page.getByLabel("Name").fill("Typed once");
    await button("Create").click();
    await page.getByText("The project was not created").waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("Typed once");
    await repair();
    await button("Create").click();
    await page.getByRole("heading", { name: "Payment settings" }).waitFor();
  });
});

test("an expired token asks again and loses nothing", async () => {
  await signIn(developerToken(), "/projects");
  await button("Create a project").click();
  await page.getByLabel("Name").fill("Typed before");
  const repair = await fail("projects/", 401);
  await button("Create").click();
  await page.getByText("Your sign-in has expired").waitFor();
  await look(page, "21-expired");
  await repair();
  const dialog = page.getByRole("dialog").filter({ hasText: "Your sign-in has expired" });
  await dialog.getByLabel("Developer token").fill(developerToken());
  await dialog.getByRole("button", { name: "Use this token" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(await page.getByLabel("Name").inputValue()).toBe("Typed before");
});

test("what is no token is not taken", async () => {
  await page.goto(`${place.url}/console`);
  await page.getByLabel("Developer token").fill("not a token");
  await button("Use this token").click();
  await page.getByText("This is no token").waitFor();
});

test("signing out forgets the token", async () => {
  await signIn(developerToken());
  await button("Account").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
});

test("a slow network shows where things will be", async () => {
  await page.route(`${place.url}/api/v1/payments/transactions?*`, () => undefined);
  await signIn(developerToken(), "/payments/transactions");
  await page.locator("[aria-busy=true]").first().waitFor();
  await look(page, "22-loading");
});

test("the keyboard reaches the content first", async () => {
  await signIn(developerToken());
  await page.keyboard.press("Tab");
  await page.getByRole("link", { name: "Skip to the content" }).waitFor();
  await page.keyboard.press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("content");
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});
