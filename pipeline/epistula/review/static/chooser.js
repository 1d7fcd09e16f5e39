// A small dialog to choose one of a few things by digit, arrow or click.

import { h, one } from "./dom.js";

/** Resolve to the value chosen, or null. `options`: [{value, name, key, label}]. */
export function choose(title, options) {
  const dialog = one("#chooser");
  return new Promise((resolve) => {
    const end = (value) => { dialog.removeEventListener("close", closed); dialog.close(); resolve(value); };
    const closed = () => resolve(null);
    const buttons = options.map((option, index) => h("button", {
      type: "button", class: "chip", "data-label": option.label, autofocus: index === 0, onclick: () => end(option.value),
    }, option.key && h("kbd", {}, option.key), option.name));
    dialog.replaceChildren(h("h2", { id: "chooser-title" }, title), h("div", { class: "choices" }, buttons),
      h("button", { type: "button", onclick: () => end(null) }, "Cancel"));
    dialog.onkeydown = (event) => {
      event.stopPropagation(); // the keys of the letter are off while it is open
      const hit = options.find((option) => option.key === event.key);
      if (hit) { event.preventDefault(); return end(hit.value); }
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const at = buttons.indexOf(document.activeElement);
      buttons[(at + step + buttons.length) % buttons.length].focus();
    };
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  });
}
