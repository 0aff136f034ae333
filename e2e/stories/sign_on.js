/** Single sign-on at a real provider, an invitation, and a link with which an owner signs. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
// @ts-expect-error: it brings no types along
import Provider from "oidc-provider";
import { PASSWORD, clean, open, program, setUp } from "../place.js";

const SECRET = "what the provider gave to Landfall";

/** @type {import("../place.js").Place} */
let place;
/** @type {import("node:http").Server} */
let server;
let issuer = "";

before(async () => {
  server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  assert.ok(address && typeof address === "object");
  issuer = `http://localhost:${address.port}`;
  place = await open([], { oidc: { issuer, secret: SECRET } });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "landfall",
        client_secret: SECRET,
        redirect_uris: [`${place.address}/sign-on/back`],
      },
    ],
    cookies: { keys: ["a key for this story"] },
    findAccount: (/** @type {unknown} */ _, /** @type {string} */ id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: "me@example.org", email_verified: false, preferred_username: "me" }),
    }),
  });
  server.on("request", provider.callback());
  await setUp(place, "me");
});
after(async () => {
  await place.close();
  server.closeAllConnections();
  server.close();
});

/**
 * Signs on at the provider as `name`.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function signOn(page, name) {
  await page.locator('input[name="login"]').fill(name);
  await page.locator('input[name="password"]').fill("anything");
  await page.locator('button[type="submit"]').click();
  await agree(page);
}

/**
 * Agrees at the provider that Landfall learns who somebody is, where it asks.
 * @param {import("playwright-core").Page} page
 */
async function agree(page) {
  const consent = page.getByRole("button", { name: "Continue" });
  const back = page.waitForURL((it) => it.origin === place.address);
  await Promise.race([consent.waitFor(), back]);
  if (new URL(page.url()).origin !== place.address) await consent.click();
  await back;
}

test("an account is linked by its own person, who then logs in by single sign-on", async () => {
  const page = await place.as("me");
  // The provider's own pages ask for fonts elsewhere; there is no elsewhere here.
  await page.route((it) => it.hostname !== "localhost", (it) => it.fulfill({ body: "" }));
  await page.goto("/account");
  await page.getByRole("link", { name: "Link it" }).click();
  await signOn(page, "ines at the provider");
  await page.getByText("Your account is linked:").waitFor();
  await clean(page);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("link", { name: `Log in at ${issuer}` }).click({ noWaitAfter: true });
  await page.waitForURL((it) => it.pathname !== "/log-in");
  if (await page.locator('input[name="login"]').isVisible()) await signOn(page, "ines at the provider");
  else await agree(page);
  await page.waitForURL((it) => it.pathname === "/" && it.origin === place.address);
});

test("an account is linked from a terminal, which says the address to open and takes the one to which it led", async () => {
  await place.account("opal");
  const folder = await mkdtemp(join(tmpdir(), "landfall-e2e-"));
  const terminal = (/** @type {string[]} */ ...line) =>
    spawn(program(), [...line, "--server", place.address, "--data", folder], { stdio: "pipe" });
  /** @param {import("node:child_process").ChildProcessWithoutNullStreams} process */
  const ended = async (process) => {
    let said = "";
    process.stdout.on("data", (it) => (said += it));
    const [code] = await once(process, "exit");
    assert.equal(code, 0, said);
    return said;
  };
  const logIn = terminal("log-in", "opal");
  logIn.stdin.end(`${PASSWORD}\n`);
  await ended(logIn);
  const link = terminal("account", "link-sign-on");
  const address = await new Promise((resolve) => {
    let said = "";
    link.stderr.on("data", (bytes) => {
      said += bytes;
      const found = said.match(/^http:\/\/localhost\S+$/m);
      if (found) resolve(found[0]);
    });
  });
  const context = await place.browser.newContext({ baseURL: place.address });
  const page = await context.newPage();
  await page.route((it) => !["localhost", "127.0.0.1"].includes(it.hostname), (it) => it.fulfill({ body: "" }));
  await page.goto(address);
  await signOn(page, "opal at the provider");
  await page.getByText("It did not begin in this browser").waitFor();
  link.stdin.end(`${page.url()}\n`);
  assert.match(await ended(link), /your account is linked/);
  await page.goto("/log-in");
  await page.getByRole("link", { name: `Log in at ${issuer}` }).click({ noWaitAfter: true });
  await page.waitForURL((it) => it.pathname !== "/log-in");
  if (new URL(page.url()).origin !== place.address) await agree(page);
  await page.goto("/account");
  await page.getByText("You are opal").waitFor();
  assert.match(await ended(terminal("account", "unlink-sign-on")), /no longer linked/);
  await context.close();
  await rm(folder, { recursive: true, force: true });
});

test("whoever is linked with nobody is not let in, whatever name and mail the provider passes on", async () => {
  const context = await place.browser.newContext({ baseURL: place.address });
  const page = await context.newPage();
  await page.goto("/log-in");
  await clean(page);
  await page.getByRole("link", { name: `Log in at ${issuer}` }).click();
  await signOn(page, "a stranger");
  await page.getByText("No account here is linked with it").or(page.getByText("no account here is linked with it")).waitFor();
  await page.goto("/account");
  assert.equal(new URL(page.url()).pathname, "/log-in");
  await context.close();
});

test("what was not begun in this browser is not believed", async () => {
  const context = await place.browser.newContext({ baseURL: place.address });
  const page = await context.newPage();
  await page.goto("/sign-on/back?code=forged&state=forged");
  await page.getByText("It did not begin in this browser").waitFor();
  await context.close();
});
