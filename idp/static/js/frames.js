// Goes on as soon as every frame has loaded; the window's own load event waits for them. An app
// that does not answer is not waited for.
const PATIENCE = 5000;

const link = document.querySelector("a[data-continue]");
const [navigation] = performance.getEntriesByType("navigation");

// Whoever comes here by the back button wants to go further back, not forward again.
if (link && navigation?.type !== "back_forward") {
  let left = false;
  const leave = () => {
    if (!left) {
      left = true;
      window.location.assign(link.href);
    }
  };
  if (document.readyState === "complete") {
    leave();
  } else {
    window.addEventListener("load", leave);
    setTimeout(leave, PATIENCE);
  }
}
