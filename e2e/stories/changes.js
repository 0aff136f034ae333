/** A request for change is approved by a quorum; the plan changes; its approver sees the difference. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, create, goOn, open, replan, setUp } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("success-criteria:", "  - {id: ann, name: Ann Abaroa, roles: [change-authority]}\n\nsuccess-criteria:")
      .replace("levels: [{role: change-authority}]", "levels: [{role: change-authority, quorum: 2}]"),
  );
  await setUp(place, "me");
  await place.account("ann");
});
after(() => place.close());

/** @param {import("playwright-core").Page} page */
async function approve(page) {
  await page.goto("/d/HELLO/changes/RFC-1");
  await page.getByRole("link", { name: "Approve", exact: true }).click();
  await page.getByText("What is asked").waitFor();
  await clean(page);
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  await page.goto("/d/HELLO/changes/RFC-1");
}

test("two approve, a change of the plan voids it, and both see what changed", async () => {
  const [page, ann] = [await place.as("me"), await place.as("ann")];
  await create(page, "minimal.yaml");
  const isAssessed = async (/** @type {import("playwright-core").Page} */ it) => {
    await it.goto("/d/HELLO");
    const hasBaseline = ((await it.locator("#board-head").textContent()) ?? "").includes("(baseline 1)");
    await it.goto("/d/HELLO/changes/RFC-1");
    return hasBaseline && ((await it.locator("#lead").textContent()) ?? "").includes("being assessed");
  };
  await goOn(place, ["me"], isAssessed, /act\/(rfc\/approve|open)/);
  await page.goto("/d/HELLO/changes/RFC-1");
  await clean(page);
  await approve(page);
  await page.getByText("1 of 2").waitFor();
  assert.ok(!((await page.locator("#lead").textContent()) ?? "").includes("authorised"), "one is no quorum");
  await approve(ann);
  await ann.locator("#lead", { hasText: "It is authorised" }).waitFor();

  await replan(place, "minimal.yaml", (text) => text.replace("soak: 1s", "soak: 2s"));
  await page.goto("/d/HELLO/plan");
  await page.getByLabel("Plan", { exact: true }).fill("minimal.yaml");
  await page.getByLabel("Reason").fill("The soak was too short.");
  await page.getByRole("button", { name: "Replace the plan" }).click();
  await page.getByText("Recorded as").waitFor();
  await ann.goto("/d/HELLO/changes/RFC-1");
  await ann.getByRole("heading", { name: "What changed since it was approved" }).waitFor();
  await ann.getByText("The soak was too short.").first().waitFor();
  await clean(ann);

  await page.goto("/d/HELLO/plan");
  await page.getByRole("link", { name: "compare with what was before" }).click();
  await page.getByRole("heading", { name: "What changed", exact: true }).waitFor();
  await page.getByText(/soak/).first().waitFor();
  await clean(page);
});
