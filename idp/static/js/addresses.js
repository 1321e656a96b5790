// The live check of addresses: ask the server, which judges them when the form is sent too, and show
// its reasons below the field. Without this script the answer to the form shows the same.

const PAUSE = 500; // a screen reader should not hear about every key

function shown(one) {
  const item = document.createElement("li");
  const address = document.createElement("code");
  address.textContent = one.uri;
  const reason = document.createElement("span");
  reason.textContent = ` ${one.says}. ${one.instead}`;
  item.append(address, reason);
  return item;
}

function tell(region, answer) {
  const summary = region.querySelector("[data-summary]");
  const list = region.querySelector("ul");
  // The list first: what changes in a live region is read when it changes.
  list.replaceChildren(...answer.refused.map(shown));
  if (summary.textContent !== answer.summary) {
    summary.textContent = answer.summary;
  }
  region.classList.toggle("is-refused", answer.refused.length > 0);
}

function arm(region) {
  const field = document.getElementById(region.dataset.check);
  const form = field.form;
  let timer;
  let latest = 0;

  const ask = async () => {
    const mine = ++latest;
    const body = new URLSearchParams({
      csrf_token: form.elements.csrf_token.value,
      application_type: region.dataset.applicationType,
      [field.name]: field.value,
    });
    try {
      const response = await fetch(region.dataset.action, { method: "POST", body });
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      if (response.ok && isJson && mine === latest) {
        tell(region, (await response.json())[field.name]);
      }
    } catch {
      // Without an answer nothing is said; the form is judged when it is sent.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

document.querySelectorAll("[data-check]").forEach(arm);
