/** An incident that support enters stops a ring by its rule; once it is put right, the ring goes on. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, create, goOn, isDeploying, open, replan, setUp } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("      - support-manager\n", "")
      .replace("success-criteria:", "  - {id: sue, name: Sue Porter, roles: [support-manager]}\n\nsuccess-criteria:"),
  );
  await setUp(place, "me");
  await place.account("sue");
});
after(() => place.close());

test("support enters an incident: the ring halts, says whom it waits on, and goes on once it is put right", async () => {
  const page = await place.as("me");
  await create(page, "minimal.yaml");
  await goOn(place, ["me", "sue"], isDeploying, /act\/sign/);
  await page.goto("/d/HELLO");
  await page.getByText("Kept up to date.").waitFor();

  const sue = await place.as("sue");
  await sue.goto("/d/HELLO");
  await sue.getByRole("link", { name: "Open an incident" }).click();
  await sue.getByLabel("Title").fill("Nobody is greeted");
  await sue.getByLabel("Severity").selectOption("1");
  await sue.getByLabel("Where").first().fill("site/north");
  await clean(sue);
  await sue.locator("form.act button.main").click();
  await sue.getByText("Recorded as").waitFor();

  // The board of somebody else says so by itself: what stopped it, and whom it waits on.
  const ring = page.locator(".ring", { hasText: "pilot" });
  await ring.getByText("halted").first().waitFor();
  await ring.getByText("1 incident or refusal of severity 1, 0 are tolerated").waitFor();
  const wait = page.locator(".wait", { hasText: "Ring pilot" }).first();
  await wait.getByText(/^Me, as/).waitFor();
  await clean(page);

  // Support sees the same, and why the button is not for them.
  await sue.goto("/d/HELLO");
  const theirs = sue.locator(".wait", { hasText: "Ring pilot" }).first();
  assert.ok(await theirs.getByRole("button").isDisabled());
  await theirs.getByText("it is for somebody else to do").waitFor();

  await sue.goto("/d/HELLO/stabilise");
  await clean(sue);
  await sue.getByRole("link", { name: "Nobody is greeted" }).click();
  await sue.getByRole("link", { name: "Acknowledge", exact: true }).click();
  await sue.locator("form.act button.main").click();
  await sue.getByText("Recorded as").waitFor();
  await sue.getByRole("link", { name: "Restore", exact: true }).click();
  await sue.getByLabel("Confirmation").fill("The greeting was read aloud at north.");
  await sue.locator("form.act button.main").click();
  await sue.getByText("Recorded as").waitFor();
  await clean(sue);

  await page.getByRole("link", { name: "Resume ring pilot" }).first().click();
  for (const which of [/^Failed/, /^Lost/, /^Not started/]) {
    assert.ok(await page.getByRole("checkbox", { name: which }).isChecked(), "all of it goes on");
  }
  await clean(page);
  await page.getByLabel("Reason").fill("The greeting is there again.");
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  await sue.getByRole("link", { name: "Resolve", exact: true }).click();
  await sue.getByLabel("Cause").fill("A full disk.");
  await sue.getByLabel("Fix").first().fill("It was emptied.");
  await sue.locator("form.act button.main").click();
  await sue.getByText("Recorded as").or(sue.locator(".trouble")).first().waitFor();
  assert.deepEqual(await sue.locator(".trouble").allTextContents(), []);
  const isSigned = async (/** @type {import("playwright-core").Page} */ it) => {
    await it.goto("/d/HELLO/sites?state=signed-off");
    return (await it.locator("tbody tr").count()) === 2;
  };
  await goOn(place, ["me", "sue"], isSigned);
  await page.goto("/d/HELLO/stabilise/1");
  await page.getByText("Nobody is greeted").first().waitFor();
  await clean(page);
});
