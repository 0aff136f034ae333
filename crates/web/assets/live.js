// @ts-check
/**
 * Keeps a page as the record is: for every new entry the page is fetched again, and each part of it
 * that has changed is put in place of the old one. Focus, open parts and the place on the page stay.
 */

/** How long to wait for more entries before the page is fetched, in milliseconds. */
const GATHER_MS = 400;

const events = document.body.dataset.events;
const said = document.getElementById("live");

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let isFetching = false;
let isAsked = false;

/** @param {string} text */
function say(text) {
  if (said && said.textContent !== text) said.textContent = text;
}

/**
 * Puts the parts of a newer page in place.
 * @param {Document} newer
 */
function replace(newer) {
  for (const old of document.querySelectorAll("[data-live][id]")) {
    const fresh = newer.getElementById(old.id);
    // That it has changed before says nothing about it.
    old.classList.remove("changed");
    if (!old.classList.length) old.removeAttribute("class");
    if (!fresh || fresh.isEqualNode(old)) continue;
    // What somebody is typing is never taken away.
    const active = document.activeElement;
    const isInside = active instanceof HTMLElement && old.contains(active);
    if (isInside && active.matches("input, textarea, select")) continue;
    const focused = isInside ? path(active, old) : undefined;
    const open = [...old.querySelectorAll("details[open]")].map((it) => path(it, old));
    const node = document.adoptNode(fresh);
    old.replaceWith(node);
    node.classList.add("changed");
    // What is drawn by a script has to be drawn again.
    node.dispatchEvent(new CustomEvent("landfall:replaced", { bubbles: true }));
    for (const at of open) find(node, at)?.setAttribute("open", "");
    if (focused) {
      const found = find(node, focused);
      if (found instanceof HTMLElement) found.focus({ preventScroll: true });
    }
  }
}

/**
 * Returns where `node` is in `root`, by the positions of its ancestors.
 * @param {Element} node
 * @param {Element} root
 * @returns {number[]}
 */
function path(node, root) {
  const at = [];
  for (let it = node; it !== root && it.parentElement; it = it.parentElement) {
    at.unshift([...it.parentElement.children].indexOf(it));
  }
  return at;
}

/**
 * @param {Element} root
 * @param {number[]} at
 * @returns {Element | undefined}
 */
function find(root, at) {
  /** @type {Element | undefined} */
  let node = root;
  for (const position of at) node = node?.children[position];
  return node;
}

async function refresh() {
  if (isFetching) {
    isAsked = true;
    return;
  }
  isFetching = true;
  try {
    // What was answered to a form is no page that can be looked at again.
    const address = new URL(document.body.dataset.again ?? "", location.href);
    address.searchParams.delete("done");
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (answer.ok && !answer.redirected) {
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    say("The server cannot be reached; this page may be old.");
  } finally {
    isFetching = false;
    if (isAsked) {
      isAsked = false;
      refresh();
    }
  }
}

if (events) {
  const source = new EventSource(events);
  source.addEventListener("open", () => say("Kept up to date."));
  source.addEventListener("entry", () => {
    // Where entries come without end, the page keeps up all the same.
    timer ??= setTimeout(() => {
      timer = undefined;
      refresh();
    }, GATHER_MS);
  });
  source.addEventListener("error", () => say("The connection is lost; trying again."));
  // A page that is left must not hold a connection.
  addEventListener("pagehide", () => source.close());
}
