// The pages of the PDF with the boxes of the mentions over them. Nothing here waits for a picture.

import { all, h, one, svg } from "./dom.js";

export class PageView {
  constructor(pane, model, state) {
    Object.assign(this, { pane, model, url: state.letter.url, pages: state.pages, current: null, hovered: null, layers: new Map() });
    this.width = this.widthOf();
    pane.replaceChildren(...this.pages.map((page) => this.figure(page)));
    if (!this.pages.length) pane.append(h("p", { class: "none" }, "No pages to show: the letter came as text, or its PDF is not here."));
    this.drawAll();
    pane.addEventListener("scroll", () => this.tell(), { passive: true });
  }

  /** CSS pixels of a page; the server rounds, so that few sizes are drawn. */
  widthOf() { return Math.max(300, Math.min(1000, Math.round((this.pane.clientWidth || 480) / 50) * 50)); }

  figure({ number, width, height, problem }) {
    const layer = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "boxes", "aria-hidden": "true" });
    this.layers.set(number, layer);
    const density = Math.min(3, Math.max(1, Math.ceil(globalThis.devicePixelRatio || 1)));
    return h("figure", { class: "sheet", "data-page": number },
      h("img", {
        loading: "lazy", decoding: "async", width: Math.round(width), height: Math.round(height), alt: `Page ${number} of the PDF`,
        src: `${this.url}/page/${number}.png?w=${this.width}&dpr=${density}`,
      }), layer, problem && h("figcaption", {}, problem));
  }

  drawAll() {
    const boxes = new Map([...this.layers.keys()].map((number) => [number, []]));
    for (const mention of this.model.mentions()) {
      for (const box of mention.boxes ?? []) boxes.get(box.page)?.push([mention, box]);
    }
    for (const [number, layer] of this.layers) {
      // wide ones first, so that what is nested can be clicked
      const here = boxes.get(number).sort((a, b) => b[1].x1 - b[1].x0 - (a[1].x1 - a[1].x0));
      layer.replaceChildren(...here.map(([mention, box]) => this.rectangle(mention, box)));
    }
    if (this.current) this.mark(this.current);
  }

  rectangle(mention, box) {
    const verdict = this.model.verdict(mention.id) ?? "open";
    return svg("rect", {
      x: box.x0 - 1, y: box.top - 1, width: Math.max(box.x1 - box.x0 + 2, 3), height: Math.max(box.bottom - box.top + 2, 3), rx: 1.5,
      class: `box ${verdict}`, "data-id": mention.id, "data-label": mention.label,
    });
  }

  boxes(id) { return all(`rect[data-id="${CSS.escape(id)}"]`, this.pane); }

  dress(id) {
    const verdict = this.model.verdict(id) ?? "open";
    for (const box of this.boxes(id)) {
      box.setAttribute("class", `box ${verdict}${id === this.current ? " current" : ""}${id === this.hovered ? " hovered" : ""}`);
    }
  }

  mark(id) {
    for (const box of all("rect.current", this.pane)) box.classList.remove("current");
    this.current = id;
    if (id) this.dress(id);
  }

  hover(id) {
    for (const box of all("rect.hovered", this.pane)) box.classList.remove("hovered");
    this.hovered = id;
    if (id) this.dress(id);
  }

  /** Bring the first box of a mention into view. */
  bring(id) {
    const [box] = this.boxes(id);
    if (!box || !this.pane.clientHeight) return;
    const [seen, frame] = [box.getBoundingClientRect(), this.pane.getBoundingClientRect()];
    const above = seen.top - frame.top;
    if (above < frame.height * 0.1 || above > frame.height * 0.8) this.pane.scrollTop += above - frame.height * 0.4;
    const beside = seen.left - frame.left;
    if (beside < 0 || beside > frame.width - 40) this.pane.scrollLeft += beside - frame.width * 0.4;
  }

  zoom(factor) {
    const now = Number(this.pane.style.getPropertyValue("--zoom") || 1);
    this.pane.style.setProperty("--zoom", Math.min(3, Math.max(0.5, Math.round(now * factor * 100) / 100)));
  }

  tell() {
    const middle = this.pane.getBoundingClientRect().top + this.pane.clientHeight / 2;
    const shown = all(".sheet", this.pane).find((sheet) => sheet.getBoundingClientRect().bottom > middle);
    if (shown) one("#page-number").textContent = `page ${shown.dataset.page} of ${this.pages.length}`;
  }
}
