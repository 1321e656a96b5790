// Copy buttons: put the text of the named elements on the clipboard, one per line, and say so.

function arm(button) {
  const status = document.getElementById(button.getAttribute("aria-describedby"));

  button.addEventListener("click", async () => {
    const sources = document.querySelectorAll(button.dataset.copy);
    const text = [...sources].map((source) => source.textContent.trim()).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = button.dataset.copied;
    } catch {
      status.textContent = button.dataset.failed;
    }
  });
  button.hidden = false;
}

// Browsers offer the clipboard to secure pages only.
if (navigator.clipboard) {
  document.querySelectorAll("button[data-copy]").forEach(arm);
}
