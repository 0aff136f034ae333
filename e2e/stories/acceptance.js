/** Through the quiet period to the customer's acceptance, signed with a passkey. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, create, goOn, open, replan, setUp, withDevice } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("      - customer\n", "")
      .replace("success-criteria:", "  - {id: cora, name: Cora Stone, roles: [customer]}\n\nsuccess-criteria:"),
  );
  await setUp(place, "me");
  await place.account("cora");
});
after(() => place.close());

const OF_THE_CUSTOMER = /act\/sign.*milestone-review.*customer/;

/**
 * Returns whether the board says this of the deployment.
 * @param {string} words
 */
function stands(words) {
  return async (/** @type {import("playwright-core").Page} */ page) => {
    await page.goto("/d/HELLO");
    return ((await page.locator("#board-head").textContent()) ?? "").includes(words);
  };
}

test("a quiet period passes, its review is voted on, and the customer accepts with a passkey", async () => {
  const page = await place.as("me");
  await create(page, "minimal.yaml");

  // A rehearsal: its clock jumps over whatever nobody is asked for.
  await goOn(place, ["me", "cora"], stands("in its quiet period"));
  await page.goto("/d/HELLO/quiet-period");
  await page.getByRole("heading", { name: "Was it uneventful?" }).waitFor();
  await clean(page);
  await goOn(place, ["me", "cora"], stands("in its milestone review"));

  // The customer makes a passkey and comes in with it from then on.
  const cora = await place.as("cora");
  await withDevice(cora);
  await cora.goto("/account");
  await cora.getByLabel("What you call the device").fill("Cora's phone");
  await cora.getByRole("button", { name: "Make a passkey" }).click();
  await cora.getByText("The passkey is kept").waitFor();
  await cora.getByRole("button", { name: "Log out" }).click();
  await cora.getByRole("button", { name: "Log in with a passkey" }).click();
  await cora.waitForURL((it) => it.pathname === "/");

  // Everybody else signs; the customer is asked, answers the survey in words, and is waited for.
  const isAsked = async (/** @type {import("playwright-core").Page} */ it) => {
    await it.goto("/d/HELLO/milestones");
    const row = it.locator("tr", { hasText: "Customer" }).last();
    return ((await row.textContent()) ?? "").includes("requested");
  };
  await goOn(place, ["me", "cora"], isAsked, OF_THE_CUSTOMER);
  await page.goto("/d/HELLO/milestones");
  await clean(page);
  await cora.goto("/d/HELLO/work");
  await clean(cora);
  await cora.locator(".wait.mine a.button.main").first().click();
  await cora.getByText("The solution meets").first().waitFor();
  await clean(cora);
  await cora.locator("form.act button.main").click();
  await cora.getByText("Recorded as").waitFor();

  await goOn(place, ["me"], stands("is closing"));
  await page.goto("/d/HELLO/documents/milestone-review");
  const signed = page.locator("tr", { hasText: "Customer" }).first();
  assert.match((await signed.textContent()) ?? "", /Cora Stone/);
  assert.match((await signed.textContent()) ?? "", /signed/);
  await clean(page);
});
