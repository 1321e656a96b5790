// Show and hide a password, say when Caps Lock is on, say and show how long a new one is.

function armReveal(button) {
  const input = document.getElementById(button.dataset.reveal);

  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
  };

  button.addEventListener("click", () => show(input.type === "password"));
  // Browsers keep what was typed into text fields; a password must be one again when it is sent.
  input.form?.addEventListener("submit", () => show(false));
  button.parentElement.classList.add("is-ready");
  button.hidden = false;
}

function armCapsLock(hint) {
  const input = document.getElementById(hint.dataset.capsLockOf);

  const update = (event) => {
    // A form filled by a password manager sends key events without this method.
    const on = event.getModifierState?.("CapsLock") ?? false;
    const text = on ? hint.dataset.text : "";
    if (hint.textContent !== text) {
      hint.textContent = text;
    }
  };

  input.addEventListener("keydown", update);
  input.addEventListener("keyup", update);
  input.addEventListener("blur", () => {
    hint.textContent = "";
  });
}

function armLength(hint) {
  const input = document.getElementById(hint.dataset.lengthOf);
  const minimum = Number(hint.dataset.minimum);
  let timer;

  const say = () => {
    const typed = [...input.value].length;
    const missing = minimum - typed;
    if (typed === 0) {
      hint.textContent = "";
    } else if (missing > 0) {
      hint.textContent = hint.dataset.short.replace("{n}", String(missing));
    } else {
      hint.textContent = typed < 2 * minimum ? hint.dataset.enough : hint.dataset.ample;
    }
  };

  // A pause first: a screen reader should not count along with every key.
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(say, 600);
  });
}

function armMeter(meter) {
  const input = document.getElementById(meter.dataset.meterOf);

  input.addEventListener("input", () => {
    meter.value = [...input.value].length;
    meter.hidden = meter.value === 0;
  });
}

document.querySelectorAll("[data-reveal]").forEach(armReveal);
document.querySelectorAll("[data-caps-lock-of]").forEach(armCapsLock);
document.querySelectorAll("[data-length-of]").forEach(armLength);
document.querySelectorAll("[data-meter-of]").forEach(armMeter);
