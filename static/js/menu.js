// The header's disclosure menu: Escape closes it and gives the focus back.

export function closeMenuOnEscape() {
  const menu = document.querySelector("[data-menu]");
  if (!menu) return;
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
