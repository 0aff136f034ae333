/** Every page, in light and dark, on a screen and a phone, with scripts and without. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, create, open, setUp } from "../place.js";

const PAGES = [
  "", "/work", "/waiting", "/act", "/act/incident/open", "/act/change-schedule/request-emergency", "/core", "/sites",
  "/sites/north", "/calendar", "/changes", "/changes/RFC-1", "/stabilise", "/quiet-period", "/outcomes", "/handover",
  "/milestones", "/documents", "/documents/site/north", "/reports/exceptions", "/record", "/record/1", "/people", "/plan",
];

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await setUp(place, "me");
  const page = await place.as("me");
  await create(page, "minimal.yaml");
});
after(() => place.close());

test("every page can be used by everybody, and complains about nothing", async () => {
  const page = await place.as("me");
  for (const size of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    for (const path of ["/", "/account", ...PAGES.map((it) => `/d/HELLO${it}`)]) {
      await page.goto(path);
      await clean(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= size.width, `${path} is ${wide} wide on a screen of ${size.width}`);
    }
  }
});

test("every page can be read without a script", async () => {
  const page = await place.as("me");
  const cookies = await page.context().cookies();
  const context = await place.browser.newContext({ baseURL: place.address, javaScriptEnabled: false });
  await context.addCookies(cookies);
  const plain = await context.newPage();
  for (const path of PAGES) {
    await plain.goto(`/d/HELLO${path}`);
    assert.equal(await plain.locator("h1").count(), 1, path);
    assert.ok(((await plain.locator("main").textContent()) ?? "").trim().length > 40, path);
  }
  await plain.goto("/d/HELLO/act/incident/open");
  assert.ok(await plain.locator("form.act button.main").isVisible());
  await context.close();
});

test("a page can be used with a keyboard alone", async () => {
  const page = await place.as("me");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto("/d/HELLO");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
});
