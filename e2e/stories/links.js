/** An invitation, and a link with which the owner of a site signs on a phone without an account. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, create, goOn, open, PASSWORD, replan, setUp } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("success-criteria:", "  - {id: ann, name: Ann Abaroa}\n\nsuccess-criteria:")
      .replace("north, owner: me", "north, owner: ann"),
  );
  await setUp(place, "me");
});
after(() => place.close());

test("whoever is invited comes in once, and chooses a password", async () => {
  const page = await place.as("me");
  await page.goto("/account");
  const form = page.locator('form[action="/account/accounts"]');
  await form.getByLabel("Name").fill("bob");
  await form.getByRole("button", { name: "Make the account" }).click();
  await page.getByText("The account is made.").waitFor();
  await page.getByRole("button", { name: "Invite bob" }).click();
  const link = (await page.locator("code.secret").textContent()) ?? "";
  assert.ok(link.startsWith(`${place.address}/welcome/`), link);
  const context = await place.browser.newContext({ baseURL: place.address });
  const guest = await context.newPage();
  await guest.goto(link);
  await clean(guest);
  await guest.getByRole("button", { name: "Come in" }).click();
  await guest.getByText("You are in.").waitFor();
  await guest.getByLabel("The new one").fill(PASSWORD);
  await guest.getByRole("button", { name: "Change the password" }).click();
  await guest.getByText("The password is changed").waitFor();
  await guest.goto(link);
  await guest.getByText("The link opens nothing").waitFor();
  await context.close();
});

test("an owner without an account signs by a link, once", async () => {
  const page = await place.as("me");
  await create(page, "minimal.yaml");
  let link = await made(page);
  const phone = await place.browser.newContext({ baseURL: place.address, viewport: { width: 390, height: 844 } });
  const owner = await phone.newPage();
  const isAsked = async (/** @type {import("playwright-core").Page} */ it) => {
    await it.goto("/d/HELLO/sites/north");
    const row = it.locator("#part-signatures tr", { hasText: "Site Owner" });
    if (((await row.textContent()) ?? "").includes("requested")) return true;
    await owner.goto(link);
    const acknowledge = owner.getByRole("button", { name: /^Acknowledge/ });
    if (await acknowledge.isVisible()) await acknowledge.click();
    return false;
  };
  await goOn(place, ["me"], isAsked, /site-owner/);
  const older = link;
  link = await made(page);
  await owner.goto(older);
  await owner.getByText("The link opens nothing").waitFor();
  await owner.goto(link);
  await owner.getByRole("heading", { name: "Is the site operating as expected?" }).waitFor();
  await clean(owner);
  const wide = await owner.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `the page is ${wide} wide`);
  await owner.getByRole("button", { name: "Sign", exact: true }).click();
  await owner.getByText("Thank you.").waitFor();
  await clean(owner);
  await owner.goto(link);
  await owner.getByText("The link opens nothing").waitFor();
  await phone.close();
  await page.goto("/d/HELLO/sites/north");
  await page.getByText("signed off since").waitFor();
});

test("a calendar reads its person's slots by an address of its own, until it is ended", async () => {
  const page = await place.as("me");
  await page.goto("/account");
  await page.getByRole("button", { name: "Make an address" }).click();
  const address = (await page.locator("code.secret").textContent()) ?? "";
  const read = await fetch(`${address}.ics`);
  assert.equal(read.status, 200);
  assert.match(await read.text(), /^BEGIN:VCALENDAR\r\n/);
  const row = page.getByRole("row", { name: /your calendar/ });
  await row.getByRole("button", { name: /End/ }).click();
  await page.getByText("It has ended.").waitFor();
  assert.equal((await fetch(`${address}.ics`)).status, 401);
});

test("what was refused for want of authority is seen by whoever looks after accounts", async () => {
  const bob = await place.as("bob");
  const made = await bob.request.post("/account/invite", { form: { name: "me" } });
  assert.equal(made.status(), 403);
  const page = await place.as("me");
  await page.goto("/account/refusals");
  await page.getByRole("cell", { name: "bob" }).first().waitFor();
  await clean(page);
});

/** @param {import("playwright-core").Page} page */
async function made(page) {
  await page.goto("/d/HELLO/sites/north");
  await page.getByRole("button", { name: "Make a link" }).click();
  await page.getByRole("heading", { level: 1, name: "A link for the site's owner" }).waitFor();
  const link = await page.locator("dd", { hasText: "/l/" }).textContent();
  assert.ok(link);
  return link.trim();
}
