// The letter's document as the reviewer sees it: what the server has confirmed, with decisions not yet saved on top.

import { mentionId, sha256 } from "./ids.js";
import { Points } from "./points.js";

export const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

export class Model {
  constructor(state) {
    this.text = state.text;
    this.points = new Points(state.text);
    this.labels = Object.fromEntries(state.labels.map((label) => [label.name, label]));
    this.attributions = state.attributions;
    this.predicted = new Set(Array.isArray(state.predicted) ? state.predicted : Object.keys(state.predicted ?? {}));
    this.confirmed = new Map(Object.entries(state.document));
    this.view = new Map(this.confirmed);
    this.sorted = null;
  }

  get(key) { return this.view.get(key) ?? null; }
  mention(id) { return this.get(`mention/${id}`); }
  mentionOr(id, other) { return this.mention(id) ?? other; }
  verdict(id) { return this.get(`verdict/${id}`); }

  /** All mentions in the order of the text, rejected ones too. */
  mentions() {
    this.sorted ??= this.#under("mention/").map(([, mention]) => mention)
      .sort((a, b) => a.start - b.start || b.end - a.end || (a.label < b.label ? -1 : 1));
    return this.sorted;
  }

  relations() { return this.#under("relation/").map(([, relation]) => relation); }
  relationsOf(id) { return this.relations().filter(({ head, tail }) => head === id || tail === id); }

  /** [number, record], by number. */
  records() {
    return this.#under("record/").map(([key, value]) => [Number(key.slice(7)), value]).sort((a, b) => a[0] - b[0]);
  }

  #under(prefix) {
    return [...this.view].filter(([key]) => key.startsWith(prefix));
  }

  idFor(label, start, end) {
    this.hash ??= sha256(this.text);
    return mentionId(this.hash, label, start, end);
  }

  /** Make changes of the view; returns the keys that are not as before. */
  see(changes) {
    return this.#write(this.view, changes);
  }

  /** Make changes that the server has confirmed. */
  confirm(changes) {
    return this.#write(this.confirmed, changes);
  }

  /** The view is what is confirmed with `layers` of changes on top; returns the keys that are not as before. */
  lay(layers) {
    const before = this.view;
    this.view = new Map(this.confirmed);
    this.sorted = null;
    for (const layer of layers()) this.see(layer);
    const keys = new Set([...before.keys(), ...this.view.keys()]);
    return [...keys].filter((key) => !same(before.get(key), this.view.get(key)));
  }

  #write(where, changes) {
    const changed = [];
    for (const [key, value] of Object.entries(changes)) {
      if (same(where.get(key) ?? null, value)) continue;
      changed.push(key);
      if (value === null) where.delete(key);
      else where.set(key, value);
      if (key.startsWith("mention/")) this.sorted = null;
    }
    return changed;
  }
}
