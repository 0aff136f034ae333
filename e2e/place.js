/**
 * A place for a story: a server on a record of its own, a browser, and people who log in.
 */

import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** A password that everybody has here. */
export const PASSWORD = "the quiet period is long";

const root = fileURLToPath(new URL("..", import.meta.url));
const shots = process.env["SHOTS"] ?? "";

/**
 * Returns the path of the program.
 * @returns {string}
 */
export function program() {
  const named = process.env["LANDFALL"];
  assert.ok(named, "LANDFALL names the program");
  return named;
}

/** @returns {string} */
function browserPath() {
  const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  const found = places.find((it) => it && existsSync(it));
  assert.ok(found, "install Debian's chromium, or name one in CHROMIUM");
  return found;
}

/**
 * @typedef {object} Place
 * @property {string} address where the server is
 * @property {string} secret what makes the first account
 * @property {string} plans the folder of its plans
 * @property {import("playwright-core").Browser} browser
 * @property {(name: string) => Promise<import("playwright-core").Page>} as a page of somebody who has logged in
 * @property {(name: string) => Promise<void>} account makes an account
 * @property {() => Promise<void>} close
 */

/**
 * Opens a place with the given example plans.
 * @param {string[]} plans paths under `examples/`
 * @param {{ oidc?: { issuer: string, secret: string } }} [more] a sign-on service that it knows
 * @returns {Promise<Place>}
 */
export async function open(plans, more = {}) {
  const folder = await mkdtemp(join(tmpdir(), "landfall-e2e-"));
  const shown = join(folder, "plans");
  await mkdir(shown);
  for (const plan of plans) await cp(join(root, "examples", plan), join(shown, plan), { recursive: true });
  const signOn = [];
  if (more.oidc) {
    const file = join(folder, "oidc");
    await writeFile(file, more.oidc.secret);
    signOn.push("--oidc-issuer", more.oidc.issuer, "--oidc-client-id", "landfall", "--oidc-client-secret-file", file);
  }
  const server = spawn(
    program(),
    ["serve", "--data", join(folder, "record"), "--listen", "127.0.0.1:0", "--plans", shown, ...signOn],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  const set = await new Promise((resolve, reject) => {
    server.stderr.on("data", (bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/[^ ]*\/set-up\?secret=\S+/);
      if (found) resolve(found[0]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  const address = new URL(set).origin;
  const secret = new URL(set).searchParams.get("secret") ?? "";
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  /** @type {Map<string, import("playwright-core").BrowserContext>} */
  const contexts = new Map();
  const place = {
    address,
    secret,
    plans: shown,
    browser,
    /** @param {string} name */
    async as(name) {
      let known = contexts.get(name);
      if (!known) {
        known = await browser.newContext({ baseURL: address });
        const page = watched(await known.newPage());
        await page.goto("/log-in");
        await page.getByLabel("Name").fill(name);
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Log in", exact: true }).click();
        await page.waitForURL((it) => it.pathname === "/");
        contexts.set(name, known);
        return page;
      }
      return watched(await known.newPage());
    },
    /** @param {string} name */
    async account(name) {
      const page = await place.as("me");
      await page.goto("/account");
      const form = page.locator('form[action="/account/accounts"]');
      await form.getByLabel("Name").fill(name);
      await form.getByLabel("First password").fill(PASSWORD);
      await form.getByRole("button", { name: "Make the account" }).click();
      await page.getByText("The account is made.").waitFor();
      await page.close();
    },
    async close() {
      await browser.close();
      server.removeAllListeners("exit");
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  return place;
}

/**
 * Makes the first account.
 * @param {Place} place
 * @param {string} name
 */
export async function setUp(place, name) {
  const context = await place.browser.newContext({ baseURL: place.address });
  const page = watched(await context.newPage());
  await page.goto(`/set-up?secret=${place.secret}`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await clean(page);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.waitForURL((it) => it.pathname === "/log-in");
  await context.close();
}

/**
 * Gives a page a device that holds passkeys and verifies who holds it.
 * @param {import("playwright-core").Page} page
 */
export async function withDevice(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** @type {WeakMap<import("playwright-core").Page, string[]>} */
const errors = new WeakMap();

/**
 * Notes whatever a page complains about.
 * @param {import("playwright-core").Page} page
 */
function watched(page) {
  /** @type {string[]} */
  const found = [];
  errors.set(page, found);
  page.on("console", (it) => {
    // A page that says no is no fault: the browser notes its status all the same.
    const isStatus = it.text().startsWith("Failed to load resource: the server responded with a status of 4");
    if (it.type() === "error" && !isStatus) found.push(it.text());
  });
  page.on("pageerror", (it) => found.push(String(it)));
  return page;
}

/**
 * Holds that a page complains about nothing and can be used by everybody.
 * @param {import("playwright-core").Page} page
 */
export async function clean(page) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
    const { violations } = await axe.analyze();
    const said = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
    assert.deepEqual(said, [], `${page.url()} in ${colorScheme}`);
    if (shots) {
      const name = new URL(page.url()).pathname.replaceAll("/", "_") || "_";
      await mkdir(shots, { recursive: true });
      const size = page.viewportSize()?.width ?? 0;
      await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(errors.get(page) ?? [], [], page.url());
}

/**
 * Changes a plan of the place.
 * @param {Place} place
 * @param {string} plan
 * @param {(text: string) => string} change
 */
export async function replan(place, plan, change) {
  const path = join(place.plans, plan);
  const text = await readFile(path, "utf8");
  const changed = change(text);
  assert.notEqual(changed, text, "the plan is changed");
  await writeFile(path, changed);
}

/**
 * Creates a deployment of a plan of the place.
 * @param {import("playwright-core").Page} page
 * @param {string} plan
 */
export async function create(page, plan) {
  await page.goto("/");
  await page.getByLabel("Plan").fill(plan);
  await page.getByRole("button", { name: "Create it as a draft" }).click();
  await page.getByText("Recorded as entry 1").waitFor();
}

/**
 * Returns whether the first ring of the deployment is open.
 * @param {import("playwright-core").Page} page
 */
export async function isDeploying(page) {
  await page.goto("/d/HELLO");
  return page.getByRole("link", { name: "Halt ring pilot" }).isVisible();
}

/**
 * Fills in what a form asks for and nobody has said yet, and sends it.
 * @param {import("playwright-core").Page} page
 */
async function send(page) {
  const asked = "form.act textarea[required], form.act input[required]:not([type=checkbox]):not([type=radio])";
  for (const field of await page.locator(asked).all()) {
    if ((await field.getAttribute("type")) === "password") await field.fill(PASSWORD);
    else if ((await field.inputValue()) === "") await field.fill("Looked at, and as it should be.");
  }
  for (const scale of await page.locator("form.survey fieldset.scale").all()) {
    await scale.getByRole("radio").nth(4).check();
  }
  await Promise.all([page.waitForEvent("load"), page.locator("form.act button.main").click()]);
}

/**
 * Does one act by its form.
 * @param {import("playwright-core").Page} page
 * @param {string} path
 * @param {Record<string, string>} fields
 */
export async function act(page, path, fields) {
  await page.goto(path);
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).first().fill(text);
  await send(page);
  const refused = await page.locator(".trouble").allTextContents();
  assert.deepEqual(refused, [], path);
}

/**
 * Lets people do whatever waits on them, until `isOver`.
 * @param {Place} place
 * @param {string[]} names
 * @param {(page: import("playwright-core").Page) => Promise<boolean>} isOver
 * @param {RegExp} [leave] what nobody does
 */
export async function goOn(place, names, isOver, leave) {
  const deadline = Date.now() + 90_000;
  const pages = await Promise.all(names.map((it) => place.as(it)));
  /** @type {Set<string>} */
  const refused = new Set();
  while (Date.now() < deadline) {
    for (const page of pages) {
      await page.goto("/d/HELLO/work");
      const links = await page.locator(".wait.mine a.button.main").evaluateAll((all) => all.map((it) => it.getAttribute("href") ?? ""));
      const next = links.find((it) => !refused.has(it) && !leave?.test(it));
      if (next) {
        await page.goto(next);
        await send(page);
        if ((await page.locator(".trouble").count()) > 0) refused.add(next);
      }
    }
    const [first] = pages;
    if (first && (await isOver(first))) {
      await Promise.all(pages.map((it) => it.close()));
      return;
    }
  }
  assert.fail(`it did not come so far; refused: ${[...refused].join(" ")}`);
}
