/** The output of a step is seen as it is printed, and stays when it has ended. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, create, goOn, open, replan, setUp } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
/** What the step waits for. */
let gate = "";
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  gate = join(place.plans, "gate");
  await replan(place, "minimal.yaml", (text) =>
    text.replace(
      "        run: [grep, -q, Landfall, '/tmp/landfall-hello/${site.id}/greeting.txt']\n",
      `        script: |\n          echo 'reads <b>aloud</b>'\n          until [ -e '${gate}' ]; do sleep 0.1; done\n          echo 'and is heard'\n`,
    ),
  );
  await setUp(place, "me");
});
after(() => place.close());

test("what a step prints is seen while it runs, and found again when it has ended", async () => {
  const page = await place.as("me");
  await create(page, "minimal.yaml");
  const runs = async (/** @type {import("playwright-core").Page} */ it) => {
    await it.goto("/d/HELLO/sites/north");
    return it.locator("#part-running-now a", { hasText: "read" }).first().isVisible();
  };
  await goOn(place, ["me"], runs);
  await page.goto("/d/HELLO/sites/north");
  await page.locator("#part-running-now a", { hasText: "read" }).first().click();
  const stream = page.locator("#stream");
  await stream.getByText("reads <b>aloud</b>").waitFor();
  await page.getByText("It is still running.").waitFor();
  assert.ok(!((await stream.textContent()) ?? "").includes("heard"));
  await clean(page);

  await writeFile(gate, "");
  await page.getByText("It has ended.").waitFor();
  assert.equal(await stream.textContent(), "reads <b>aloud</b>\nand is heard\n");

  await page.reload();
  assert.equal(await stream.textContent(), "reads <b>aloud</b>\nand is heard\n");
  await page.getByText(/ended well|succeeded/).first().waitFor();
  await clean(page);
});
