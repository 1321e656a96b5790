// Counts a waiting time down; the sentence before and after comes from the page.

function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
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
