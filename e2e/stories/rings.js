/** A ring is halted from the board and goes on again; a page that is open says so by itself. */

import { after, before, test } from "node:test";
import { act, clean, create, goOn, isDeploying, open, setUp } from "../place.js";

/** @type {import("../place.js").Place} */
let place;
before(async () => {
  place = await open(["minimal.yaml", "release"]);
  await setUp(place, "me");
});
after(() => place.close());

test("a ring is halted with a reason that everybody sees, and resumed", async () => {
  const page = await place.as("me");
  await create(page, "minimal.yaml");
  await goOn(place, ["me"], isDeploying, /act\/sign/);
  await page.goto("/d/HELLO");
  const watching = await place.as("me");
  await watching.goto("/d/HELLO");
  await watching.getByText("Kept up to date.").waitFor();
  const halt = (await page.getByRole("link", { name: "Halt ring pilot" }).getAttribute("href")) ?? "";
  await act(page, halt, { Reason: "The network is being repaired." });
  await watching.getByText("The network is being repaired").first().waitFor();
  const resume = watching.getByRole("link", { name: "Resume ring pilot" });
  await resume.waitFor();
  await clean(watching);
  await act(page, (await resume.getAttribute("href")) ?? "", { Reason: "It is repaired." });
  await watching.getByRole("link", { name: "Resume ring pilot" }).waitFor({ state: "detached" });
});
