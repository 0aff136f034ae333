/** Pictures of the main views, of the demo while it runs and of a small deployment on a phone. */

import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { act, create, goOn, open, replan, setUp } from "./place.js";

const folder = process.argv[2] ?? "pictures";
const WIDE = { width: 1200, height: 760 };
const PHONE = { width: 390, height: 780 };

await mkdir(folder, { recursive: true });
const place = await open(["minimal.yaml", "release"]);

/**
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function picture(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

/** The demo in the middle of its work, and at its end. */
async function demo() {
  const program = process.env["LANDFALL"] ?? "";
  const run = spawn(program, ["demo"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const link = await new Promise((resolve, reject) => {
    const read = (/** @type {Buffer} */ bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/\S+\/welcome\/\S+/);
      if (found) resolve(found[0]);
    };
    run.stdout.on("data", read);
    run.stderr.on("data", read);
    run.on("exit", () => reject(new Error(said)));
  });
  const context = await place.browser.newContext({ baseURL: new URL(link).origin, viewport: WIDE });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.goto("/");
  await page.locator("tbody a").first().click();
  const board = page.url();
  // The ring stands still for a moment only: it is looked at as it stood by then.
  const halt = page.locator("tbody tr", { hasText: "Ring early: halted" }).first();
  const deadline = Date.now() + 60_000;
  do await page.goto(`${board}/record?text=halted`);
  while ((await halt.count()) === 0 && Date.now() < deadline);
  const at = ((await halt.locator("a").first().textContent()) ?? "").trim();
  for (const [path, name] of /** @type {const} */ ([["", "board"], ["/waiting", "waiting"], ["/calendar", "calendar"]])) {
    await page.goto(`${board}${path}?at=${at}`);
    await picture(page, name);
  }
  run.removeAllListeners("exit");
  if (run.exitCode === null) await new Promise((resolve) => run.once("exit", resolve));
  await context.close();
}

try {
  await demo();
  await replan(place, "minimal.yaml", (text) =>
    text
      .replace("success-criteria:", "  - {id: ann, name: Ann Abaroa}\n\nsuccess-criteria:")
      .replace("north, owner: me", "north, owner: ann"),
  );
  await setUp(place, "me");
  await place.account("ann");
  const page = await place.as("me");
  await page.setViewportSize(WIDE);
  await create(page, "minimal.yaml");
  await goOn(
    place,
    ["me", "ann"],
    async (it) => {
      await it.goto("/d/HELLO/sites/north");
      const row = it.locator("#part-signatures tr", { hasText: "Site Owner" });
      return ((await row.textContent()) ?? "").includes("requested");
    },
    /site-owner/,
  );
  const phone = await place.as("ann");
  await phone.setViewportSize(PHONE);
  await phone.goto("/d/HELLO/sites/north");
  await picture(phone, "site-phone");
  await page.goto("/d/HELLO/changes/RFC-1");
  await picture(page, "change");
  await act(page, "/d/HELLO/act/hold-deployment", { Reason: "A storm is coming." });
  await page.goto("/d/HELLO/work");
  await picture(page, "work");
} finally {
  await place.close();
}
