import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { found, launch, look, open } from "./browser";
import { developerToken, place } from "./place";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await open(browser);
});

afterAll(() => browser?.close());

test("the reference is the contract, and calls with the tab's own token", async () => {
  await page.goto(`${place.url}/console`);
  await page.getByLabel("Developer token").fill(developerToken());
  await page.getByRole("button", { name: "Use this token" }).click();
  await page.getByRole("link", { name: "API reference" }).click();
  await page.getByText("Read the figures of each of the last days").waitFor();
  await look(page, "30-reference");
  await page.getByText("Read the figures across the developer's projects", { exact: true }).click();
  await page.getByRole("button", { name: "Execute" }).click();
  await page.locator(".live-responses-table").getByText("200", { exact: true }).first().waitFor();
  expect(await page.locator(".live-responses-table").textContent()).toContain("total_projects");
  await page.screenshot({ path: `${place.pictures}/31-reference-tried.png` });
});

test("everybody can use the pages", () => {
  expect(found).toEqual([]);
});
