// Tabs with a roving tabindex (ARIA authoring practices).

import { all, one } from "./dom.js";

export class Tabs {
  constructor(list, shown) {
    this.tabs = all("[role=tab]", list);
    this.shown = shown;
    list.addEventListener("click", (event) => { const tab = event.target.closest("[role=tab]"); if (tab) this.open(tab.dataset.sheet); });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const at = this.tabs.indexOf(document.activeElement);
      const tab = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
      this.open(tab.dataset.sheet);
      tab.focus();
    });
  }

  open(name) {
    this.name = name;
    for (const tab of this.tabs) {
      const on = tab.dataset.sheet === name;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      one(`#${tab.getAttribute("aria-controls")}`).hidden = !on;
    }
    this.shown(name);
  }
}
