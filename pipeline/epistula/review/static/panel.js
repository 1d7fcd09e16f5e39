// The side panel's first sheet: the mention looked at, what can be decided about it, and why it was tagged.

import { attributesOf, sameForm } from "./actions.js";
import { conceptField } from "./concepts.js";
import { h, redraw } from "./dom.js";

const spelled = (name) => name.replaceAll("_", " ");

function button(name, key, run, extra = {}) {
  return h("button", { type: "button", onclick: run, "data-control": name, ...extra }, name, key && h("kbd", { "aria-hidden": "true" }, key));
}

function choice(name, value, values, decide, none) {
  const options = [...(none ? [h("option", { value: "" }, "–")] : []), ...values.map((v) => h("option", { value: v }, spelled(v)))];
  return h("label", { class: "field" }, h("span", {}, spelled(name)),
    h("select", { "data-control": name, "aria-label": spelled(name), onchange: (event) => decide(event.target.value || null), value: value ?? "" }, options));
}

export class Panel {
  /** `act`: the commands of letter.js by name. */
  constructor(root, model, act, light) {
    Object.assign(this, { root, model, act, light });
  }

  show(id) {
    const mention = id && this.model.mention(id);
    if (!mention) return redraw(this.root, h("p", { class: "none" }, "No mention is looked at. Press j for the first one, or select words to add one."));
    redraw(this.root, this.head(mention), this.decisions(mention), this.fields(mention), this.bounds(), this.why(mention), this.comment(mention));
  }

  head(mention) {
    const verdict = this.model.verdict(mention.id) ?? "open";
    const mark = { accepted: "✓ ", rejected: "✗ ", open: "" }[verdict];
    return h("div", { class: "mention-head" }, h("span", { class: "chip", "data-label": mention.label }, mention.label),
      h("strong", { class: "mention-text" }, mention.text), h("span", { class: `verdict ${verdict}` }, `${mark}${verdict}`));
  }

  decisions(mention) {
    const count = this.model.mentions().filter((other) => sameForm(mention, other)).length;
    return h("div", { class: "buttons" },
      button("Accept", "a", this.act.accept, { class: "yes" }), button("Reject", "r", this.act.reject, { class: "no" }),
      count > 1 && button(`Accept all ${count} of this form`, "A", this.act.acceptForm));
  }

  fields(mention) {
    const label = this.model.labels[mention.label];
    const change = (what) => this.act.change(what);
    const labels = Object.values(this.model.labels);
    return h("div", { class: "fields" },
      h("label", { class: "field" }, h("span", {}, "label"), h("select", {
        "data-control": "label", "aria-label": "label", value: mention.label, onchange: (event) => change({ label: event.target.value }),
      }, labels.map(({ name, key }) => h("option", { value: name }, key ? `${key} ${name}` : name)))),
      label.assertions.length > 0 && choice("assertion", mention.assertion, label.assertions, (assertion) => change({ assertion })),
      label.assertions.length > 0 && choice("attribution", mention.attribution, this.model.attributions, (attribution) => change({ attribution })),
      label.attributes.map((attribute) => this.attribute(mention, attribute, change)),
      this.undeclared(mention, label),
      h("div", { class: "field wide" }, h("label", { for: "concept" }, "concept"), conceptField(mention, (concept) => change({ concept })),
        mention.concept && h("small", {}, mention.concept.id, mention.concept.score != null && `, by likeness ${mention.concept.score.toFixed(2)}`)));
  }

  attribute(mention, { name, values, count }, change) {
    const set = (value) => change({ attributes: { [name]: value } });
    if (values.length) return choice(name, mention[name], values, set, true);
    return h("label", { class: "field" }, h("span", {}, spelled(name)), h("input", {
      type: count ? "number" : "text", min: count ? 0 : null, value: mention[name] ?? "", "data-control": name, "aria-label": spelled(name), autocomplete: "off",
      onchange: (event) => set(event.target.value === "" ? null : count ? Number(event.target.value) : event.target.value.trim()),
    }));
  }

  undeclared(mention, label) {
    const declared = label.attributes.map((attribute) => attribute.name);
    return Object.entries(attributesOf(mention)).filter(([name]) => !declared.includes(name))
      .map(([name, value]) => h("div", { class: "field" }, h("span", {}, spelled(name)), String(value)));
  }

  bounds() {
    const step = (edge, way, name, key) => button(name, key, (event) => this.act.nudge(edge, way, event.shiftKey), {
      title: `${name} by a word; by a character with Shift`,
    });
    return h("details", { class: "bounds", open: this.boundsOpen ?? true, ontoggle: (event) => { this.boundsOpen = event.target.open; } },
      h("summary", {}, "Bounds and parts"),
      h("div", { class: "buttons small" }, step("start", -1, "Start left", "["), step("start", 1, "Start right", "]"),
        step("end", -1, "End left", "{"), step("end", 1, "End right", "}")),
      h("div", { class: "buttons small" }, button("Join with next", "J", this.act.join), button("Split", "S", this.act.split), button("Relate", "l", this.act.relate)));
  }

  why(mention) {
    const by = mention.by;
    const rows = [];
    if (!by || by.rule === "review.added") rows.push(h("p", {}, "No pipeline made this mention: a reviewer added it."));
    else {
      rows.push(h("dl", {}, h("dt", {}, "component"), h("dd", {}, `${by.component} ${by.version}`), h("dt", {}, "rule"), h("dd", {}, by.rule),
        mention.concept && [h("dt", {}, "lexicon entry"), h("dd", {}, `${mention.concept.name} `, h("small", {}, mention.concept.id))]));
      const cues = Object.entries(by.cues ?? {});
      if (cues.length) rows.push(h("ul", { class: "cues" }, cues.map(([name, cue]) => h("li", {}, this.cue(name, cue)))));
      else rows.push(h("p", { class: "none" }, "No cue: its attributes rest on the words themselves or on defaults."));
    }
    return h("section", { class: "why", "aria-labelledby": "why" }, h("h2", { id: "why" }, "Why"), rows);
  }

  cue(name, cue) {
    const on = () => this.light("cue", [cue]);
    const off = () => this.light("cue", []);
    return h("button", {
      type: "button", class: "cue", "data-control": `cue-${name}`, onpointerenter: on, onpointerleave: off, onfocus: on, onblur: off,
      onclick: () => { on(); this.act.bring(cue); },
    }, h("span", {}, `${spelled(name)}: `), h("q", {}, cue.text), h("small", {}, ` ${cue.rule}`));
  }

  comment(mention) {
    const key = `comment/${mention.id}`;
    return h("label", { class: "comment" }, h("span", {}, "Comment ", h("kbd", { "aria-hidden": "true" }, "x")), h("textarea", {
      rows: 2, id: "comment", "data-control": "comment", value: this.model.get(key) ?? "",
      onchange: (event) => this.act.comment(mention.id, event.target.value.trim()),
      onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.blur(); },
    }));
  }
}
