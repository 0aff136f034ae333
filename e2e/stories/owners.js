/** Two site owners: one signs on a phone, the other refuses with reasons. Then a ring is halted. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, clean, create, goOn, open, replan, setUp } from "../place.js";

const PHONE = { width: 390, height: 844 };

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("success-criteria:", "  - {id: ann, name: Ann Abaroa}\n  - {id: bob, name: Bob Bellini}\n\nsuccess-criteria:")
      .replace("north, owner: me", "north, owner: ann")
      .replace("south, owner: me", "south, owner: bob"),
  );
  await setUp(place, "me");
  for (const name of ["ann", "bob"]) await place.account(name);
  const page = await place.as("me");
  await create(page, "minimal.yaml");
  await page.close();
});
after(() => place.close());

test("a site owner signs on a phone", async () => {
  const everybody = ["me", "ann", "bob"];
  for (const site of ["north", "south"]) {
    await goOn(place, everybody, (page) => isAsked(page, site), /site-owner/);
  }
  const page = await place.as("ann");
  await page.setViewportSize(PHONE);
  await page.goto("/d/HELLO/work");
  await clean(page);
  await page.goto("/d/HELLO/sites/north");
  await page.getByRole("heading", { name: "Is the site operating as expected?" }).waitFor();
  await clean(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `the page is ${wide} wide`);
  await page.getByRole("link", { name: "Sign", exact: true }).first().click();
  await page.getByText("I confirm that site north is operating as expected.").first().waitFor();
  await clean(page);
  const button = page.locator("form.act button.main");
  const box = await button.boundingBox();
  assert.ok(box && box.height >= 44, "the button can be hit by a thumb");
  await button.click();
  await page.getByText("Recorded as").waitFor();
  await page.goto("/d/HELLO/sites/north");
  await page.getByText("signed off since").waitFor();
});

test("a signature that others could have given is disputed until its signer confirms it", async () => {
  const page = await place.as("ann");
  await act(page, "/d/HELLO/act/dispute/report", {
    Person: "ann",
    Since: "2026-01-01T00:00",
    Reason: "My phone was stolen.",
  });
  await page.goto("/d/HELLO/documents/site/north");
  const row = page.locator("tr", { hasText: "Site Owner" }).first();
  await row.getByText(/is disputed \(dispute 1\)/).waitFor();
  await clean(page);
  await row.getByRole("link", { name: "Confirm it" }).click();
  await page.getByText("This signature is mine, and I stand by it.").waitFor();
  await page.getByText("My phone was stolen.").first().waitFor();
  await clean(page);
  // What was reported signs nothing, not even this, until another person says that it was replaced.
  await page.locator("form.act button.main").click();
  await page.getByText("others could sign as ann").waitFor();
  await act(await place.as("me"), "/d/HELLO/act/dispute/renew", { Dispute: "1", Statement: "A new phone." });
  await row.page().goto("/d/HELLO/documents/site/north");
  await row.getByRole("link", { name: "Confirm it" }).click();
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  await page.goto("/d/HELLO/documents/site/north");
  await row.getByText("signed by").waitFor();
});

test("another refuses, with reasons that everybody sees", async () => {
  const page = await place.as("bob");
  await page.setViewportSize(PHONE);
  await page.goto("/d/HELLO/sites/south");
  await page.getByRole("link", { name: "Refuse, with reasons" }).click();
  await page.getByLabel("Reasons").fill("The greeting is not in our language.");
  await clean(page);
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  const mine = await place.as("me");
  await mine.goto("/d/HELLO/sites/south");
  await mine.getByText("The greeting is not in our language.").first().waitFor();
  await mine.goto("/d/HELLO/work");
  await mine.getByRole("heading", { name: "Site south" }).first().waitFor();
  await clean(mine);
});

test("a deployment is held and let go, and its page says so by itself", async () => {
  const watching = await place.as("ann");
  await watching.goto("/d/HELLO");
  await watching.getByText("Kept up to date.").waitFor();
  const page = await place.as("me");
  await act(page, "/d/HELLO/act/hold-deployment", { Reason: "A storm is coming." });
  await watching.getByText("A storm is coming").first().waitFor();
  await act(page, "/d/HELLO/act/release-deployment", { Reason: "It has passed." });
  await watching.getByText("It has passed").first().waitFor();
  await clean(watching);
});

/**
 * @param {import("playwright-core").Page} page
 * @param {string} site
 */
async function isAsked(page, site) {
  await page.goto(`/d/HELLO/sites/${site}`);
  const row = page.locator("#part-signatures tr", { hasText: "Site Owner" });
  return ((await row.textContent()) ?? "").includes("requested");
}
