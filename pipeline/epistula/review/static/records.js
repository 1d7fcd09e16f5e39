// Case records as a table, a column a record; a cell that has the focus lights up what it rests on.

import { h, redraw } from "./dom.js";

const AGES = ["", "child", "adult", "unspecified"];
const SEXES = ["", "female", "male"];

/** Field, its kind, the label its evidence has. */
const FIELDS = [
  ["n", "count", "PATIENTS"], ["age_group", AGES, "PATIENTS"], ["sex", SEXES, "PATIENTS"], ["diagnosis", "list", "DIAGNOSIS"],
  ["autoantibodies", "list", "AUTOANTIBODY"], ["drugs", "list", "DRUG"], ["organ_systems", "list", "ORGAN"],
  ["outcomes", "outcomes", "OUTCOME"], ["attribution", "attribution", null], ["citation", "list", "CITATION"],
];

const EMPTY = {
  n: null, age_group: null, sex: null, diagnosis: [], autoantibodies: [], drugs: [], organ_systems: [], outcomes: [], attribution: null, citation: [], evidence: [],
};

/** An outcome a line: category, organ system, number; a missing one is left out ("death 1", "improvement lung"). */
export const outcomesAsText = (outcomes) => outcomes.map((o) => [o.category, o.organ_system, o.n].filter((v) => v !== null && v !== undefined).join(" ")).join("\n");

export function outcomesFrom(text) {
  return text.split("\n").map((line) => line.trim().split(/\s+/)).filter(([category]) => category).map(([category, ...rest]) => {
    const n = /^\d+$/.test(rest.at(-1) ?? "") ? Number(rest.pop()) : null;
    return { category, organ_system: rest.join("_") || null, n };
  });
}

const itemsFrom = (text) => text.split(/[\n;]/).map((item) => item.trim()).filter(Boolean);

export class Records {
  constructor(root, model, act, light) {
    Object.assign(this, { root, model, act, light });
  }

  show(current) {
    const records = this.model.records();
    const add = h("button", { type: "button", "data-control": "add-record", onclick: () => this.act.record(null, EMPTY) }, "Add a case record");
    if (!records.length) return redraw(this.root, h("p", { class: "none" }, "No case record in this letter yet."), add);
    redraw(this.root, h("p", { class: "hint" }, "One entry a line. An outcome is: category, organ system, number of patients."),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Case records" }, h("table", { class: "records" },
        h("thead", {}, h("tr", {}, h("td", {}), records.map(([index], place) => h("th", { scope: "col" }, `group ${place + 1} `, h("button", {
          type: "button", class: "remove", "aria-label": `Delete record ${place + 1}`, onclick: () => this.act.record(index, null),
        }, "✕"))))),
        h("tbody", {}, FIELDS.map(([field, kind, label]) => h("tr", {}, h("th", { scope: "row" }, field.replaceAll("_", " ")),
          records.map(([index, record], place) => h("td", {}, this.cell(index, record, field, kind, label, place))))),
        h("tr", {}, h("th", { scope: "row" }, "evidence"), records.map(([index, record], place) => h("td", {}, this.evidence(index, record, current, place))))))),
      add);
  }

  cell(index, record, field, kind, label, place) {
    const common = {
      "data-control": `record-${index}-${field}`, "aria-label": `${field.replaceAll("_", " ")}, group ${place + 1}`,
      onfocus: () => this.light("evidence", this.restsOn(record, field, label)), onblur: () => this.light("evidence", []),
      onpointerenter: () => this.light("evidence", this.restsOn(record, field, label)), onpointerleave: () => this.light("evidence", []),
    };
    const set = (value) => this.act.record(index, { ...EMPTY, ...this.model.get(`record/${index}`), [field]: value });
    const value = record[field];
    if (kind === "count") {
      return h("input", { ...common, type: "number", min: 0, value: value ?? "", onchange: (e) => set(e.target.value === "" ? null : Number(e.target.value)) });
    }
    if (kind === "list" || kind === "outcomes") {
      const text = kind === "list" ? (value ?? []).join("\n") : outcomesAsText(value ?? []);
      const read = kind === "list" ? itemsFrom : outcomesFrom;
      return h("textarea", { ...common, rows: Math.max(1, text.split("\n").length), value: text, onchange: (e) => set(read(e.target.value)) });
    }
    const values = kind === "attribution" ? ["", ...this.model.attributions] : kind;
    return h("select", { ...common, value: value ?? "", onchange: (e) => set(e.target.value || null) }, values.map((v) => h("option", { value: v }, v || "–")));
  }

  /** The mentions a cell rests on: named evidence of its label, and those that say its value. */
  restsOn(record, field, label) {
    const evidence = (record.evidence ?? []).map((id) => this.model.mention(id)).filter(Boolean);
    if (!label) return evidence;
    const values = new Set([record[field]].flat().filter((v) => v !== null && v !== undefined).map((v) => String(v.category ?? v).toLowerCase()));
    const says = (m) => [m.text, m.concept?.name, m.antigen, m.system, m.category].some((v) => v && values.has(String(v).toLowerCase()));
    const named = evidence.filter((m) => m.label === label);
    const saying = field === "outcomes" ? [] : this.model.mentions().filter((m) => m.label === label && says(m));
    return [...new Set([...named, ...saying])];
  }

  evidence(index, record, current, place) {
    const mentions = (record.evidence ?? []).map((id) => [id, this.model.mention(id)]);
    const set = (evidence) => this.act.record(index, { ...EMPTY, ...record, evidence });
    const other = current && !(record.evidence ?? []).includes(current);
    return h("div", { class: "evidence" }, mentions.map(([id, mention]) => h("span", {},
      h("button", {
        type: "button", class: "chip", "data-label": mention?.label, disabled: !mention, onclick: () => this.act.look(id),
        onfocus: () => mention && this.light("evidence", [mention]), onblur: () => this.light("evidence", []),
      }, mention?.text ?? "gone"),
      h("button", {
        type: "button", class: "remove", "aria-label": `Take ${mention?.text ?? "it"} out of the evidence`, onclick: () => set(record.evidence.filter((e) => e !== id)),
      }, "✕"))),
    other && h("button", {
      type: "button", "data-control": `evidence-${index}`, "aria-label": `Add the mention looked at to the evidence of group ${place + 1}`,
      onclick: () => set([...(record.evidence ?? []), current]),
    }, "+ this mention"));
  }
}
