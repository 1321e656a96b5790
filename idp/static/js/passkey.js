// Passkeys: a form's button asks the browser for one, and the form carries the answer away. On the
// sign-in page the browser also offers them where the user name is typed.
//
//   <form data-passkey="get|create" data-options="…" [data-autofill]>   `data-options`: asked by POST
//   <input type="hidden" name="answer">, a submit button, an element with role=status

const RENEW = 4 * 60 * 1000; // a challenge is good for five minutes
const { PublicKeyCredential: Passkey } = window;

// --- JSON: ours for all, since extensions that hold passkeys answer with objects of their own -------

function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function base64url(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function optionsFrom(json) {
  const options = { ...json, challenge: bytes(json.challenge) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    options[list] = json[list]?.map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return json.user ? { ...options, user: { ...json.user, id: bytes(json.user.id) } } : options;
}

function jsonOf(credential) {
  const response = { transports: credential.response.getTransports?.() };
  for (const name of ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]) {
    const value = credential.response[name];
    response[name] = value ? base64url(value) : undefined;
  }
  const rawId = base64url(credential.rawId);
  return { id: credential.id, rawId, type: credential.type, clientExtensionResults: {}, response };
}

// --- Asking ----------------------------------------------------------------------------------------

class PageIsOver extends Error {}

async function optionsOf(form) {
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch(form.dataset.options, { method: "POST", body });
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new PageIsOver();
  }
  return optionsFrom(await response.json());
}

async function ask(form, extra) {
  const publicKey = await optionsOf(form);
  const credential = await navigator.credentials[form.dataset.passkey]({ ...extra, publicKey });
  send(form, credential);
}

function send(form, credential) {
  form.elements.answer.value = JSON.stringify(jsonOf(credential));
  HTMLFormElement.prototype.submit.call(form);
}

// --- The button ------------------------------------------------------------------------------------

function arm(form) {
  const button = form.querySelector("button[type=submit]");
  const status = form.querySelector("[role=status]");
  const say = (text) => {
    status.textContent = text;
  };
  form.querySelector(".without-script").hidden = true;
  if (!Passkey || !navigator.credentials) {
    say(form.dataset.unsupported);
    return;
  }
  const background = form.hasAttribute("data-autofill") ? new Background(form) : null;

  const explain = (error) => {
    if (error instanceof PageIsOver) {
      window.location.reload();
    } else if (error.name === "NotAllowedError" || error.name === "AbortError") {
      say(form.dataset.cancelled);
    } else if (error.name === "InvalidStateError" && form.dataset.known) {
      say(form.dataset.known);
    } else {
      say(form.dataset.failed);
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(form.dataset.waiting);
    await background?.stop();
    try {
      await ask(form, {});
    } catch (error) {
      button.disabled = false;
      explain(error);
      background?.start();
    }
  });
  // Whoever comes back by the back button finds the page as it was left, its answer used up.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      window.location.reload();
    }
  });
  button.disabled = false;
  background?.start();
}

// --- Autofill --------------------------------------------------------------------------------------

class Background {
  constructor(form) {
    this.form = form;
    this.done = Promise.resolve();
  }

  start() {
    this.controller = new AbortController();
    this.done = this.wait(this.controller.signal);
  }

  async stop() {
    this.controller?.abort();
    await this.done;
  }

  async wait(stopped) {
    if (!AbortSignal.any || !(await Passkey.isConditionalMediationAvailable?.())) {
      return;
    }
    while (!stopped.aborted) {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(RENEW)]);
      try {
        await ask(this.form, { mediation: "conditional", signal });
        return;
      } catch {
        // Over, or stopped for the button: only a challenge that grew old is asked for again.
        if (!signal.aborted) {
          return;
        }
      }
    }
  }
}

document.querySelectorAll("form[data-passkey]").forEach(arm);
