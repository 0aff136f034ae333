/**
 * Whoever puts their name under something shows in the act that it is them: by the button of their
 * passkey, or by a fresh log-in at the organisation's own provider. In production, which is not a rehearsal.
 */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
// @ts-expect-error: it brings no types along
import Provider from "oidc-provider";
import { clean, open, setUp, withDevice } from "../place.js";

const SECRET = "what the provider gave to Landfall";

/** @type {import("../place.js").Place} */
let place;
/** @type {import("node:http").Server} */
let server;
let issuer = "";
/** How often somebody has logged in at the provider. */
let logIns = 0;

before(async () => {
  server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  assert.ok(address && typeof address === "object");
  issuer = `http://localhost:${address.port}`;
  place = await open(["two-branches"], { oidc: { issuer, secret: SECRET } });
  const provider = new Provider(issuer, {
    clients: [
      { client_id: "landfall", client_secret: SECRET, redirect_uris: [`${place.address}/sign-on/back`] },
    ],
    cookies: { keys: ["a key for this story"] },
    findAccount: (/** @type {unknown} */ _, /** @type {string} */ id) => ({
      accountId: id,
      claims: () => ({ sub: id }),
    }),
  });
  server.on("request", provider.callback());
  await setUp(place, "me");
  for (const name of ["ivo", "saoirse", "rosalind", "farrukh"]) await place.account(name);
  const page = await place.as("ivo");
  await page.goto("/");
  await page.getByLabel("Plan").fill("two-branches");
  await page.getByLabel("As a rehearsal").uncheck();
  await page.getByRole("button", { name: "Create it as a draft" }).click();
  await page.getByText("Recorded as entry 1").waitFor();
  await does("saoirse", "rfc/submit");
  await does("rosalind", "rfc/classify");
});
after(async () => {
  await place.close();
  server.closeAllConnections();
  server.close();
});

/**
 * Logs in at the provider as `name`, and comes back.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function logIn(page, name) {
  await page.locator('input[name="login"]').fill(name);
  await page.locator('input[name="password"]').fill("anything");
  logIns += 1;
  await page.locator('button[type="submit"]').click();
  const consent = page.getByRole("button", { name: "Continue" });
  const back = page.waitForURL((it) => it.origin === place.address);
  await Promise.race([consent.waitFor(), back]);
  if (new URL(page.url()).origin !== place.address) await consent.click();
  await back;
}

/**
 * Does what waits on somebody.
 * @param {string} name
 * @param {string} kind which act it is
 */
async function does(name, kind) {
  const page = await place.as(name);
  await page.goto("/d/FG2/work");
  await page.locator(`.wait.mine a.button.main[href*="act/${kind}"]`).first().click();
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  await page.close();
}

/** @param {import("playwright-core").Page} page */
async function toApprove(page) {
  await page.goto("/d/FG2/changes/RFC-1");
  await page.getByRole("link", { name: "Approve", exact: true }).click();
  await page.getByText("What is asked").waitFor();
  await page.getByText("Show once more that it is you").waitFor();
}

/**
 * Returns what the author of the newest approval showed in the act, as the record has it.
 * @param {import("playwright-core").Page} page
 */
async function shown(page) {
  const list = await page.request.get("/api/v1/deployments/FG2/entries?order=-seq&limit=5");
  for (const line of (await list.json()).items) {
    const answer = await page.request.get(`/api/v1/deployments/FG2/entries/${line.seq}`);
    const { entry } = await answer.json();
    if (entry.event["rfc-approved"]) return entry.actor.person.known.again;
  }
  assert.fail("nobody approved anything");
}

test("the passkey button signs exactly what is recorded", async () => {
  const page = await place.as("rosalind");
  await withDevice(page);
  await page.goto("/account");
  await page.getByLabel("What you call the device").fill("Rosalind's key");
  await page.getByRole("button", { name: "Make a passkey" }).click();
  await page.getByText("The passkey is kept").waitFor();
  await toApprove(page);
  await clean(page);
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await page.getByText("Recorded as").waitFor();
  const again = await shown(page);
  assert.ok(again.by.passkey.signature, "a passkey signed");
  const client = JSON.parse(Buffer.from(again.by.passkey.client_data, "base64url").toString());
  const challenge = Buffer.from(client.challenge, "base64url");
  assert.ok(
    challenge.toString("hex") === again.challenge || challenge.toString() === again.challenge,
    "what the passkey signed is the digest of what was declared",
  );
});

test("a fresh log-in at the provider signs, and a session there is not enough", async () => {
  const page = await place.as("farrukh");
  // The provider's own pages ask for fonts elsewhere; there is no elsewhere here.
  await page.route((it) => it.hostname !== "localhost" && it.hostname !== "127.0.0.1", (it) => it.fulfill({ body: "" }));
  await page.goto("/account");
  await page.getByRole("link", { name: "Link it" }).click();
  await logIn(page, "farrukh at the provider");
  await page.getByText("Your account is linked:").waitFor();
  const before = logIns;
  await toApprove(page);
  await page.getByRole("button", { name: `Show it at ${issuer}` }).click();
  await logIn(page, "farrukh at the provider");
  assert.equal(logIns, before + 1, "the provider asked anew");
  await page.getByText("You have shown it at").waitFor();
  await clean(page);
  await page.locator("form.act button.main").click();
  await page.getByText("Recorded as").waitFor();
  const again = await shown(page);
  assert.equal(again.by["single-sign-on"].issuer, issuer);
  await page.goto("/d/FG2/changes/RFC-1");
  await page.locator("#lead", { hasText: "It is authorised" }).waitFor();
});
