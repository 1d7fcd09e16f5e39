// The relations of the letter: a list whose entries light up both ends, and arcs from the mention looked at.

import { h, redraw, svg } from "./dom.js";

export class Relations {
  constructor(root, model, act, light) {
    Object.assign(this, { root, model, act, light });
  }

  show(current) {
    const { model } = this;
    const start = ({ head, tail }) => Math.min(model.mention(head)?.start ?? 0, model.mention(tail)?.start ?? 0);
    const relations = model.relations().sort((a, b) => start(a) - start(b));
    redraw(this.root,
      h("p", { class: "hint" }, "To relate the mention looked at with another: press l, go to the other, press Enter or click it."),
      relations.length
        ? h("ul", { class: "relations" }, relations.map((relation) => this.item(relation, current)))
        : h("p", { class: "none" }, "No relations in this letter yet."));
  }

  item(relation, current) {
    const [head, tail] = [relation.head, relation.tail].map((id) => this.model.mention(id));
    if (!head || !tail) return h("li", { class: "broken" }, `${relation.label}: one of its mentions has gone `, this.remove(relation));
    const on = () => this.light("ends", [head, tail]);
    const off = () => this.light("ends", []);
    return h("li", { class: [relation.head, relation.tail].includes(current) ? "of-current" : null, onpointerenter: on, onpointerleave: off },
      this.end(head, on, off), h("span", { class: "arc" }, ` ${relation.label.replaceAll("_", " ")} → `), this.end(tail, on, off), this.remove(relation));
  }

  end(mention, on, off) {
    return h("button", {
      type: "button", class: "chip", "data-label": mention.label, "data-control": `end-${mention.id}`,
      onfocus: on, onblur: off, onclick: () => this.act.look(mention.id),
    }, mention.text, h("span", { class: "visually-hidden" }, ` ${mention.label}`));
  }

  remove(relation) {
    return h("button", {
      type: "button", class: "remove", "aria-label": "Remove this relation", title: "Remove this relation", onclick: () => this.act.unrelate(relation.id),
    }, "✕");
  }
}

/** Draw arcs in the text from the mention looked at to those it is related with. */
export function drawArcs(layer, text, model, current) {
  layer.replaceChildren();
  const relations = current ? model.relationsOf(current) : [];
  const frame = text.root.getBoundingClientRect();
  for (const { head, tail, label } of relations) {
    const [from, to] = [head, tail].map((id) => text.parts(id)[0]?.getBoundingClientRect());
    if (!from || !to) continue;
    const [x0, y0, x1, y1] = [from.left + from.width / 2 - frame.left, from.top - frame.top, to.left + to.width / 2 - frame.left, to.top - frame.top];
    const lift = Math.min(y0, y1) - Math.min(26, 10 + Math.abs(x1 - x0) / 12);
    const path = svg("path", { d: `M ${x0} ${y0} C ${x0} ${lift}, ${x1} ${lift}, ${x1} ${y1}`, class: "arc-line", "marker-end": "url(#arrow)" });
    path.append(svg("title"));
    path.firstChild.textContent = label;
    layer.append(path);
  }
  if (relations.length) layer.append(arrowHead());
}

function arrowHead() {
  const marker = svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" });
  marker.append(svg("path", { d: "M0 0 L8 4 L0 8 z", class: "arc-head" }));
  return marker;
}
