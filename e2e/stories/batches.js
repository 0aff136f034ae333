/** The owner of four sites looks at two of them, which are drawn, and signs for all on a phone. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, create, goOn, open, replan, setUp } from "../place.js";

const PHONE = { width: 390, height: 844 };

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  const more = ["east", "west"].map((it) => `  - {id: ${it}, owner: me, users: 1, computers: 1}\n`).join("");
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("soak: 1s", "soak: 1s, concurrency: free, sites-at-once: 4")
      .replace("\nrfcs:", `${more}\nrfcs:`),
  );
  await setUp(place, "me");
  const page = await place.as("me");
  await create(page, "minimal.yaml");
  await page.close();
});
after(() => place.close());

test("an owner of several sites looks at the sample and signs once", async () => {
  const offers = /** @param {import("playwright-core").Page} page */ async (page) => {
    await page.goto("/d/HELLO/work");
    return (await page.getByRole("link", { name: "Sign for 4 sites in a batch" }).count()) > 0;
  };
  await goOn(place, ["me"], offers, /site-owner/);
  const page = await place.as("me");
  await page.setViewportSize(PHONE);
  await page.goto("/d/HELLO/work");
  await page.getByRole("link", { name: "Sign for 4 sites in a batch" }).click();
  await clean(page);
  await page.getByRole("link", { name: "Begin a batch of 4 sites" }).click();
  await clean(page);
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  await page.getByRole("button", { name: "Sign all 4" }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Sign all 4" }).isDisabled(), "the sample comes first");
  for (let left = 2; left > 0; left -= 1) {
    assert.equal(await page.getByRole("link", { name: "Look at it" }).count(), left);
    await page.getByRole("link", { name: "Look at it" }).first().click();
    await page.getByText("What the sheet says").waitFor();
    await clean(page);
    await page.locator("form.act button.main").click();
    await page.getByText("Recorded as").waitFor();
  }
  await clean(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `the page is ${wide} wide`);
  await page.getByRole("link", { name: "Sign all 4" }).click();
  await page.getByText("I confirm that each of the listed sites is operating as expected.").waitFor();
  await clean(page);
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  await page.goto("/d/HELLO/documents/site/west");
  await page.getByText(/in batch 1 of 4, 2 looked at/).waitFor();
  await page.goto("/d/HELLO/batches");
  await page.getByRole("link", { name: "1", exact: true }).click();
  await page.getByText("2 of the 2 sheets that were drawn are looked at").waitFor();
  await clean(page);
});
