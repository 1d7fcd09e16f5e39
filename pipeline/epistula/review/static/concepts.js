// A combobox that searches the lexicons' concepts (ARIA 1.2 pattern: the list is announced, the focus stays in the field).

import { h } from "./dom.js";

const PAUSE = 120;

export function conceptField(mention, choose) {
  const list = h("ul", { role: "listbox", id: "concept-list", "aria-label": "Concepts", hidden: true });
  const field = h("input", {
    type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "concept-list", "aria-autocomplete": "list", id: "concept",
    autocomplete: "off", spellcheck: "false", "data-control": "concept", placeholder: "search by name or identifier",
    value: mention.concept ? mention.concept.name : "",
  });
  let options = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  function show(found) {
    options = [...found, { id: null, name: "no concept" }];
    active = -1;
    list.replaceChildren(...options.map((option, index) => h("li", {
      role: "option", id: `concept-${index}`, "aria-selected": "false",
      onpointerdown: (event) => { event.preventDefault(); pick(option); },
    }, option.name, option.id && h("small", {}, ` ${option.id}`), option.alias && option.alias !== option.name && h("small", {}, ` “${option.alias}”`),
    option.score !== undefined && h("small", {}, ` likeness ${option.score.toFixed(2)}`))));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function pick({ id, name }) {
    close();
    choose(id === null ? null : { id, name });
  }

  function go(step) {
    if (list.hidden) return search();
    active = (active + step + options.length) % options.length;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", index === active));
    list.children[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", `concept-${active}`);
  }

  async function search() {
    const words = field.value.trim();
    const mine = ++asked;
    const near = mention.concept?.alternatives ?? [];
    if (!words || words === mention.concept?.name) show(near);
    const query = new URLSearchParams({ label: mention.label, q: words || mention.text });
    try {
      const response = await fetch(`/concepts?${query}`);
      if (!response.ok || mine !== asked) return;
      const { concepts } = await response.json();
      show([...near.filter((c) => !concepts.some((other) => other.id === c.id)), ...concepts]);
    } catch { /* what is offered stays as it is */ }
  }

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, PAUSE); });
  field.addEventListener("focus", () => { field.select(); search(); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") go(1);
    else if (event.key === "ArrowUp") go(-1);
    else if (event.key === "Enter" && !list.hidden && options.length) pick(options[Math.max(active, 0)]);
    else if (event.key === "Escape" && !list.hidden) { close(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  });
  return h("div", { class: "combo" }, field, list);
}
