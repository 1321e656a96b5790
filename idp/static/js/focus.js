// After a failed form the summary gets the focus, so that it is read first and a key leads to the field.
const summary = document.querySelector("[data-problem]");

if (summary) {
  summary.focus();
}
