/** A passkey is made on one's own page, and logs its holder in without a name. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, open, setUp, withDevice } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open([]);
  await setUp(place, "me");
});
after(() => place.close());

test("whoever has a passkey logs in with it, and without it once it is removed does not", async () => {
  const page = await place.as("me");
  await withDevice(page);
  await page.goto("/account");
  await page.getByLabel("What you call the device").fill("My phone");
  await clean(page);
  await page.getByRole("button", { name: "Make a passkey" }).click();
  await page.getByText("The passkey is kept").waitFor();
  await page.getByRole("cell", { name: "My phone", exact: true }).waitFor();
  await clean(page);

  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL((it) => it.pathname === "/log-in");
  await clean(page);
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.waitForURL((it) => it.pathname === "/");

  await page.goto("/account");
  await page.getByRole("button", { name: "Remove the passkey My phone" }).click();
  await page.getByText("The passkey is removed.").waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("nobody here has it").waitFor();
  assert.equal(new URL(page.url()).pathname, "/log-in/passkey");
  await clean(page);
});
