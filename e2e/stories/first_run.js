/** From the first start of a server to a rehearsal that goes on by itself. */

import { after, before, test } from "node:test";
import { clean, goOn, open, setUp } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
});
after(() => place.close());

test("the first account is made, a rehearsal is created and opened, and its sites are signed for", async () => {
  await setUp(place, "me");
  const page = await place.as("me");
  await clean(page);
  await page.getByLabel("Plan").fill("minimal.yaml");
  await page.getByRole("button", { name: "Create it as a draft" }).click();
  await page.getByRole("heading", { level: 1, name: "A first rehearsal" }).waitFor();
  await page.getByText("Recorded as entry 1").waitFor();
  await clean(page);
  await goOn(place, ["me"], async (page) => {
    await page.goto("/d/HELLO/sites?state=signed-off");
    return (await page.locator("tbody tr").count()) === 2;
  });
  for (const path of ["", "/sites/north", "/outcomes", "/record", "/milestones"]) {
    await page.goto(`/d/HELLO${path}`);
    await clean(page);
  }
});
