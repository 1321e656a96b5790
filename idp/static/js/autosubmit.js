// Sends the answer on to the application. The page's button does the same without a script.
const form = document.querySelector("form[data-autosubmit]");
const [navigation] = performance.getEntriesByType("navigation");

// Whoever comes here by the back button wants to go further back, not forward again.
if (form && navigation?.type !== "back_forward") {
  // The prototype's method, because a parameter called "submit" would hide the form's own.
  HTMLFormElement.prototype.submit.call(form);
}
