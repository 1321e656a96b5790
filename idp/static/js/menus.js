// Menus made of <details>: Escape and a click elsewhere close them.
document.querySelectorAll("details[data-menu]").forEach((menu) => {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    const wasInside = menu.contains(document.activeElement);
    menu.open = false;
    // What had the focus is gone from the page; whoever is elsewhere by now stays there.
    if (wasInside) menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
