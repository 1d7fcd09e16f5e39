// What has been decided on this letter, by whom and when.

import { h, redraw } from "./dom.js";

export class History {
  constructor(root, model, url, act) {
    Object.assign(this, { root, model, url, act });
  }

  async show(current) {
    redraw(this.root, ...this.always(), h("p", { class: "none" }, "Loading …"));
    try {
      const response = await fetch(`${this.url}/history`, { headers: { Accept: "application/json" } });
      const { events } = await response.json();
      redraw(this.root, ...this.always(), this.list(events, current));
    } catch {
      redraw(this.root, ...this.always(), h("p", { class: "none" }, "The history cannot be read now."));
    }
  }

  always() {
    return [h("label", { class: "comment" }, h("span", {}, "Comment on the letter"), h("textarea", {
      rows: 2, "data-control": "letter-comment", value: this.model.get("comment/letter") ?? "",
      onchange: (event) => this.act.comment("letter", event.target.value.trim()),
    }))];
  }

  list(events, current) {
    if (!events.length) return h("p", { class: "none" }, "Nothing has been decided here yet.");
    return h("ol", { class: "history" }, events.map((event) => {
      const about = [...new Set(event.changes.map(({ key }) => key.split("/")[1]).filter(Boolean))];
      const words = event.changes.map((c) => c.after?.text ?? c.before?.text).find(Boolean) ?? about.map((id) => this.model.mention(id)?.text).find(Boolean);
      return h("li", { class: `${event.undone ? "undone" : ""} ${about.includes(current) ? "of-current" : ""}` },
        h("strong", {}, event.kind.replaceAll("_", " ")), words && h("span", {}, ` “${words}”`), event.undone && h("em", {}, " (undone)"),
        h("small", {}, ` ${event.who || "reviewer"}, `, h("time", { datetime: event.when }, new Date(event.when).toLocaleString())));
    }));
  }
}
