// Two grips on the mention looked at, to drag its bounds: mouse, pen and touch alike.

import { h } from "./dom.js";

export class Handles {
  constructor(layer, text, moved) {
    Object.assign(this, { layer, text, moved, mention: null });
    this.grips = Object.fromEntries(["start", "end"].map((edge) => [edge, this.grip(edge)]));
    layer.append(...Object.values(this.grips));
  }

  grip(edge) {
    const grip = h("span", { class: `grip ${edge}`, "aria-hidden": "true", hidden: true });
    grip.addEventListener("pointerdown", (event) => this.drag(event, edge));
    return grip;
  }

  show(mention) {
    this.mention = mention;
    const parts = mention ? this.text.parts(mention.id) : [];
    for (const [edge, grip] of Object.entries(this.grips)) {
      grip.hidden = !parts.length;
      if (!parts.length) continue;
      const rects = (edge === "start" ? parts[0] : parts.at(-1)).getClientRects();
      const rect = edge === "start" ? rects[0] : rects[rects.length - 1];
      const frame = this.layer.getBoundingClientRect();
      grip.style.left = `${(edge === "start" ? rect.left : this.endOf(mention, rect)) - frame.left}px`;
      grip.style.top = `${rect.top - frame.top}px`;
      grip.style.height = `${rect.height}px`;
    }
  }

  /** Where the words end: the tag behind them is no part of the mention. */
  endOf(mention, rect) {
    const rects = this.text.rangeOf(mention.end - 1, mention.end).getClientRects();
    return rects.length ? rects[rects.length - 1].right : rect.right;
  }

  drag(event, edge) {
    if (!this.mention || event.button > 0) return;
    event.preventDefault();
    const { mention, text } = this;
    let span = [mention.start, mention.end];
    this.layer.classList.add("dragging"); // the grips let the point through, so that the text under them is found
    const move = (moving) => {
      const at = text.offsetAt(moving.clientX, moving.clientY);
      if (at === null) return;
      const edgeAt = moving.altKey ? at : text.model.points.nearestEdge(at);
      const next = edge === "start" ? [Math.min(edgeAt, mention.end - 1), mention.end] : [mention.start, Math.max(edgeAt, mention.start + 1)];
      if (next[0] === span[0] && next[1] === span[1]) return;
      span = next;
      text.light("bounds", [{ start: span[0], end: span[1] }]);
    };
    const end = (ending) => {
      for (const [name, listener] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) removeEventListener(name, listener);
      this.layer.classList.remove("dragging");
      text.light("bounds", []);
      if (ending.type === "pointerup" && (span[0] !== mention.start || span[1] !== mention.end)) this.moved(mention.id, ...span);
    };
    for (const [name, listener] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) addEventListener(name, listener);
  }
}
