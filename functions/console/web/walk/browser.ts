import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { place, settle } from "./place";

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: place.chromium, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A tab that fails the test for whatever the browser complains about, the policy's violations first. */
export async function open(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  watch(page);
  return page;
}

/** What the browser says of a page; answers that the test has made fail are expected. */
export function watch(page: Page): void {
  page.on("console", (message) => {
    const expected = /status of (4|5)\d\d|ERR_FAILED|ERR_CONNECTION/.test(message.text());
    if (message.type() === "error" && !expected && page.url().startsWith(place.url)) {
      throw new Error(`the browser says: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => {
    throw error;
  });
}

/** Pays on the sandbox's hosted page, in a tab of its own. */
export async function pay(page: Page, url: string, card: string): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(url);
  await tab.getByText(card).click();
  await tab.locator("form button[type=submit]").click();
  await tab.waitForLoadState();
  await settle();
  await tab.close();
}

const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function faults(page: Page): Promise<string[]> {
  // Added by the browser's own door: the page's policy allows no script from elsewhere.
  await page.evaluate(await axe);
  const results = await page.evaluate<AxeResults>(
    "axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast': { enabled: true } } })",
  );
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`),
    );
}

/** What all looks have found. A walk goes on, and ends by asking that there is nothing. */
export const found: string[] = [];

/** Chromium may have drawn nothing yet of a tab that has just been opened, and then refuses; later it does not. */
async function picture(page: Page, name: string): Promise<void> {
  await page.bringToFront();
  const taken = () => page.screenshot({ path: join(place.pictures, `${name}.png`), animations: "disabled" });
  await taken().catch(taken);
}

/** Looks at a page in light and in dark and on a phone: leaves pictures, and finds what axe finds. */
export async function look(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    // The reference has no such mark; it follows at once.
    if (await page.locator("html[data-mantine-color-scheme]").count()) {
      await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor({ state: "attached" });
    }
    await picture(page, `${name}-${scheme}`);
    found.push(...(await faults(page)).map((fault) => `${name}, ${scheme}: ${fault}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, `${name}-phone`);
  const wider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
  if (wider) {
    found.push(`${name} is wider than a phone`);
  }
  if (size) {
    await page.setViewportSize(size);
  }
}
