// @ts-check
/**
 * Passkeys: a form with `data-passkey` names where its question is asked. Before the form is sent, the
 * browser is asked, and what it answers goes along as `answer`. Without this script such a form is hidden.
 */

/**
 * Asks the browser what the server wants to know, and returns what it answers, as JSON.
 * @param {string} address
 * @returns {Promise<string>}
 */
async function answerTo(address) {
  const asked = await fetch(address, { method: "POST", headers: { accept: "application/json" } });
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
