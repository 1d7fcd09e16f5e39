// The help sheet, and the switch for single keys.

import { one } from "./dom.js";
import { keysAreOff, switchKeys } from "./keys.js";

export function openHelp() {
  const dialog = one("#help");
  if (dialog.open) return dialog.close();
  return dialog.showModal();
}

const toggle = one("#keys-on");
if (toggle) {
  toggle.checked = !keysAreOff();
  toggle.addEventListener("change", () => switchKeys(toggle.checked));
}
one("#help")?.addEventListener("keydown", (event) => { if (event.key === "?") { event.preventDefault(); openHelp(); } });
