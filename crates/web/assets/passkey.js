// @ts-check
/**
 * Passkeys: a form with `data-passkey` names where its question is asked. Before the form is sent, the
 * browser is asked, and what it answers goes along as `answer`. Without this script such a form is hidden.
 * A button with `data-passkey` in another form does the same for what is filled in there, as `_answer`.
 */

/**
 * Asks the browser what the server wants to know, and returns what it answers, as JSON.
 * @param {string} address
 * @param {URLSearchParams} [about] what it is asked about
 * @returns {Promise<string>}
 */
async function answerTo(address, about) {
  const asked = await fetch(address, { method: "POST", headers: { accept: "application/json" }, body: about });
  const question = await asked.json();
  if (!asked.ok) throw new Error(question.detail ?? "The server does not ask for a passkey now.");
  const credential = question.create
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question.create) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question.get) });
  if (!credential) throw new Error("The browser gave no passkey.");
  return JSON.stringify(credential);
}

/**
 * Says in `form` why nothing was sent.
 * @param {HTMLFormElement} form
 * @param {string} text
 */
function say(form, text) {
  let said = form.querySelector(".trouble");
  if (!said) {
    said = document.createElement("div");
    said.className = "trouble";
    said.setAttribute("role", "alert");
    form.prepend(said);
  }
  said.textContent = text;
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return "It did not work; try again.";
  if (error.name === "NotAllowedError") return "The passkey was not used: it was called off, or took too long. Try again.";
  if (error.name === "InvalidStateError") return "This device has a passkey for this account already.";
  if (error.name === "SecurityError") return `Passkeys do not work at ${location.host}: open the server by the name that it says at its start.`;
  return error.message;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement) || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = form.elements.namedItem("answer");
    if (!(field instanceof HTMLInputElement)) return;
    try {
      field.value = await answerTo(form.dataset.passkey ?? "");
      form.submit();
    } catch (error) {
      say(form, reason(error));
    }
  });
}

for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!(button instanceof HTMLButtonElement) || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  const form = button.form;
  const field = form?.elements.namedItem("_answer");
  if (!form || !(field instanceof HTMLInputElement)) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const about = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "_password") about.append(name, value);
    if (button.name) about.append(button.name, button.value);
    try {
      field.value = await answerTo(button.dataset.passkey ?? "", about);
      if (button.name) {
        const pressed = document.createElement("input");
        Object.assign(pressed, { type: "hidden", name: button.name, value: button.value });
        form.append(pressed);
      }
      form.submit();
    } catch (error) {
      say(form, reason(error));
    }
  });
}
