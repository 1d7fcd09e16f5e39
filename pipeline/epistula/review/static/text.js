// The letter's text by zones with its mentions: drawing, and the way between places in the page and offsets.

import { all, h, one } from "./dom.js";
import { levelsOf, segmentsOf, stretches } from "./layout.js";
import { Points } from "./points.js";

export class TextView {
  constructor(root, model, zones, tags) {
    Object.assign(this, { root, model, tags, current: null });
    this.zones = stretches(model.points, zones).map((zone) => ({ ...zone, runs: [] }));
    this.styles = Object.fromEntries(Object.keys(model.labels).map((name, index) => [name, index % 4]));
    root.replaceChildren(...this.zones.map((zone) => {
      zone.words = h("div", { class: "words" });
      const name = zone.kind.replaceAll("_", " ");
      return h("section", { class: "zone", "data-kind": zone.kind }, name && h("span", { class: "kind" }, name), zone.words);
    }));
    this.zones.forEach((zone) => this.draw(zone));
  }

  draw(zone) {
    const { model } = this;
    const here = model.mentions().filter((m) => m.start < zone.end && m.end > zone.start);
    const levels = levelsOf(here);
    zone.runs = [];
    zone.words.replaceChildren(...segmentsOf(zone.start, zone.end, here).map(({ start, end, covering }) => {
      const text = document.createTextNode(model.points.slice(start, end));
      zone.runs.push({ start, end, text });
      let node = h("span", { class: "run", "data-at": start }, text);
      for (const mention of covering.sort((a, b) => levels.get(a.id) - levels.get(b.id))) {
        node = h("span", {
          "data-id": mention.id, "data-label": mention.label, "data-level": Math.min(levels.get(mention.id), 5),
          "data-first": start === Math.max(mention.start, zone.start), "data-last": end === mention.end,
          "data-tag": this.tags[mention.label],
        }, node);
        this.dress(node, mention);
      }
      return node;
    }));
  }

  /** What of a part depends on more than its place: verdict, whether it is the one looked at, its name for listeners. */
  dress(node, mention) {
    const verdict = this.model.verdict(mention.id) ?? "open";
    const current = mention.id === this.current;
    node.className = `part s${this.styles[mention.label]} ${verdict}${current ? " current" : ""}`;
    if (!("first" in node.dataset)) return;
    node.tabIndex = current ? 0 : -1;
    node.setAttribute("role", "group");
    const made = this.model.predicted.has(mention.id) ? "" : ", made here";
    node.setAttribute("aria-label", `${mention.label} ${mention.text}, ${verdict}${made}`);
    if (current) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  }

  parts(id) { return all(`[data-id="${CSS.escape(id)}"]`, this.root); }

  dressAll(id) {
    const mention = this.model.mention(id);
    if (mention) this.parts(id).forEach((part) => this.dress(part, mention));
  }

  /** Draw anew what holds any of these stretches. */
  drawOver(spans) {
    for (const zone of this.zones) {
      if (spans.some((span) => span.start < zone.end && span.end > zone.start)) this.draw(zone);
    }
  }

  /** Look at a mention: mark it, bring it into view, and take the focus to it when asked. */
  look(id, { focus = false, scroll = true } = {}) {
    const before = this.current;
    this.current = id;
    if (before) this.dressAll(before);
    if (!id) return;
    this.dressAll(id);
    const [head] = this.parts(id);
    if (!head) return;
    if (focus) head.focus({ preventScroll: true });
    if (scroll) this.bring(head);
  }

  /** Scroll so that an element stands well inside the pane; not at all when it does already. */
  bring(element) {
    const pane = this.root.closest(".scroller");
    for (let again = 0; again < 2; again++) { // zones far away get their true height only when they are near
      const [box, frame] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
      const above = box.top - frame.top;
      if (above > frame.height * 0.12 && above < frame.height * 0.72) return;
      pane.scrollTop += above - frame.height * 0.35;
    }
  }

  zoneAt(offset) {
    return this.zones.find((zone) => offset < zone.end) ?? this.zones.at(-1);
  }

  /** The DOM position of an offset; at a seam the end of the run before it when `end`. */
  placeOf(offset, end = false) {
    const zone = this.zoneAt(end ? offset - 1 : offset);
    const run = zone.runs.find((r) => (end ? offset <= r.end : offset < r.end)) ?? zone.runs.at(-1);
    return [run.text, Points.unit(run.text.data, Math.max(offset - run.start, 0))];
  }

  rangeOf(start, end) {
    const range = document.createRange();
    range.setStart(...this.placeOf(start));
    range.setEnd(...this.placeOf(end, true));
    return range;
  }

  /** The offset of a DOM position, or null outside of the text. */
  offsetOf(node, units) {
    if (node.nodeType !== Node.TEXT_NODE) {
      const inner = node.childNodes[units] ?? node.childNodes[units - 1];
      const run = inner && (inner.nodeType === Node.TEXT_NODE ? inner.parentElement : one(".run", inner) ?? inner.closest?.(".run"));
      if (!run?.dataset?.at) return null;
      const start = Number(run.dataset.at);
      return node.childNodes[units] ? start : start + Array.from(run.textContent).length;
    }
    const run = node.parentElement?.closest(".run");
    if (!run || !this.root.contains(run)) return null;
    return Number(run.dataset.at) + Points.count(node.data, units);
  }

  /** What is selected in the text: [start, end], the same for a caret; null when nothing of it is. */
  selected() {
    const selection = getSelection();
    if (!selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const [start, end] = [this.offsetOf(range.startContainer, range.startOffset), this.offsetOf(range.endContainer, range.endOffset)];
    return start === null || end === null ? null : [start, end];
  }

  select(start, end) {
    getSelection().setBaseAndExtent(...this.placeOf(start), ...this.placeOf(end, true));
    this.bring(this.placeOf(start)[0].parentElement);
  }

  /** The offset under a point of the screen, or null. */
  offsetAt(x, y) {
    if (document.caretPositionFromPoint) {
      const found = document.caretPositionFromPoint(x, y);
      return found && this.offsetOf(found.offsetNode, found.offset);
    }
    const found = document.caretRangeFromPoint?.(x, y);
    return found ? this.offsetOf(found.startContainer, found.startOffset) : null;
  }

  /** Light up stretches of text under a name ("cue", "ends", "evidence"); none puts the light out. */
  light(name, spans) {
    if (!globalThis.CSS?.highlights) return;
    if (!spans.length) CSS.highlights.delete(name);
    else CSS.highlights.set(name, new Highlight(...spans.map(({ start, end }) => this.rangeOf(start, end))));
  }
}
