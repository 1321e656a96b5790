// Counts a waiting time down; the sentence before and after comes from the page.

// "4:05", and from an hour on "23:04:05".
function clock(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const padded = (number) => String(number).padStart(2, "0");
  return `${hours ? `${hours}:${padded(minutes)}` : minutes}:${padded(seconds % 60)}`;
}

function arm(element) {
  const end = Date.now() + Number(element.dataset.countdown) * 1000;

  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      element.textContent = element.dataset.waiting.replace("{time}", clock(left));
      return;
    }
    clearInterval(timer);
    if ("reload" in element.dataset) {
      window.location.reload();
      return;
    }
    // Only the end is worth interrupting for, so the element becomes a live region only now.
    element.setAttribute("role", "status");
    element.textContent = element.dataset.done;
  };

  const timer = setInterval(tick, 1000);
  element.hidden = false;
  tick();
}

document.querySelectorAll("[data-countdown]").forEach(arm);
