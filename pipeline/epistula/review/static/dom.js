// Making and finding elements. Text always goes in as text, never as markup.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Make an element; `onclick` and the like are listeners, null and false leave an attribute out. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false || name === "value") continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  if (properties.value !== undefined && properties.value !== null) node.value = properties.value; // after its options
  if ("value" in node) node.drawn = node.value;
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element. */
export function svg(tag, attributes = {}) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Draw `root` anew and give the focus back to the control that had it, by its data-control. */
export function redraw(root, ...children) {
  const held = root.contains(document.activeElement) ? document.activeElement.dataset.control : null;
  root.replaceChildren(...children.flat(2).filter(Boolean));
  if (held) one(`[data-control="${CSS.escape(held)}"]`, root)?.focus({ preventScroll: true });
}

/** Whether somebody is typing into a field below `root`: it must not be drawn anew now. `later` is called when they are done. */
export function isBeingTypedIn(root, later) {
  const field = document.activeElement;
  if (!root.contains(field) || !("drawn" in field) || field.value === field.drawn) return false;
  field.addEventListener("blur", () => setTimeout(later), { once: true });
  return true;
}

let timer = 0;

/** Say something to those who listen: a polite live region, emptied first so that the same words are said again. */
export function say(words) {
  const region = one("#said");
  clearTimeout(timer);
  region.textContent = "";
  timer = setTimeout(() => { region.textContent = words; }, 30);
}
