// What a decision does to a letter's document: the same as the server's actions.py, so that the page need not wait for it.
// `effectOf(document, action, arguments)` → {changes: {key: value or null}, focus: id of the mention to look at next}.

import { mentionId, relationId } from "./ids.js";

export class Impossible extends Error {}

const FIXED = ["id", "start", "end", "label", "text", "page", "boxes", "concept", "assertion", "attribution", "by"];

export function attributesOf(mention) {
  return Object.fromEntries(Object.entries(mention).filter(([name]) => !FIXED.includes(name)));
}

const CUT = /[ \t\n\u00a0,;/]/; // what is left out where a mention is split

const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

export const sameForm = (one, other) => one.label === other.label && folded(one.text) === folded(other.text);

const verdict = (id, value) => ({ [`verdict/${id}`]: value });

function wanted(doc, id) {
  const mention = doc.mention(id);
  if (!mention) throw new Impossible("This mention is no longer there.");
  return mention;
}

/** Put `fresh` in the place of `old`: verdict, comment and relations go with it. */
function replaced(doc, old, fresh) {
  const changes = {};
  if (fresh.id !== old.id) {
    if (doc.mention(fresh.id)) throw new Impossible("There is such a mention already.");
    Object.assign(changes, { [`mention/${old.id}`]: null, [`verdict/${old.id}`]: null });
    const comment = doc.get(`comment/${old.id}`);
    if (comment) Object.assign(changes, { [`comment/${old.id}`]: null, [`comment/${fresh.id}`]: comment });
    for (const relation of doc.relationsOf(old.id)) {
      const [head, tail] = [relation.head, relation.tail].map((id) => (id === old.id ? fresh.id : id));
      const id = relationId(relation.label, head, tail);
      changes[`relation/${relation.id}`] = null;
      if (doc.labels[doc.mentionOr(head, fresh).label]?.relations[relation.label] === doc.mentionOr(tail, fresh).label) {
        changes[`relation/${id}`] = { ...relation, id, head, tail };
      }
    }
  }
  if (fresh.id !== old.id) {
    for (const [number, record] of doc.records()) {
      if (!record.evidence?.includes(old.id)) continue;
      const evidence = record.evidence.map((id) => (id === old.id ? fresh.id : id));
      changes[`record/${number}`] = { ...record, evidence: [...new Set(evidence)] };
    }
  }
  changes[`mention/${fresh.id}`] = fresh;
  changes[`verdict/${fresh.id}`] = "accepted";
  return { changes, focus: fresh.id };
}

/** A mention at another place; where it lies on the page only the server knows. */
function at(doc, mention, start, end) {
  if (!(start >= 0 && start < end && end <= doc.points.length)) throw new Impossible("A mention needs words.");
  return { ...mention, start, end, text: doc.points.slice(start, end), id: doc.idFor(mention.label, start, end) };
}

function bare(doc, label, start, end) {
  const carries = doc.labels[label].assertions.length > 0;
  return at(doc, {
    id: "", start, end, label, text: "", page: null, boxes: [], concept: null,
    assertion: carries ? "present" : null, attribution: carries ? "own" : null, by: null,
  }, start, end);
}

function relabelled(doc, mention, label) {
  const declared = doc.labels[label];
  const kept = declared.attributes.map((a) => a.name).filter((name) => name in mention);
  const fresh = bare(doc, label, mention.start, mention.end);
  for (const name of kept) fresh[name] = mention[name];
  if (declared.assertions.includes(mention.assertion)) fresh.assertion = mention.assertion;
  if (mention.attribution && fresh.attribution) fresh.attribution = mention.attribution;
  return { ...fresh, page: mention.page, boxes: mention.boxes, by: mention.by };
}

const ACTIONS = {
  accept: (doc, { mention }) => ({ changes: verdict(wanted(doc, mention).id, "accepted") }),
  reject: (doc, { mention }) => ({ changes: verdict(wanted(doc, mention).id, "rejected") }),

  accept_form(doc, { mention }) {
    const form = wanted(doc, mention);
    const same = doc.mentions().filter((other) => other === form || (sameForm(form, other) && !doc.verdict(other.id)));
    return { changes: Object.assign({}, ...same.map((other) => verdict(other.id, "accepted"))) };
  },

  change(doc, { mention, label, attributes, ...others }) {
    const old = wanted(doc, mention);
    let fresh = label && label !== old.label ? relabelled(doc, old, label) : { ...old };
    for (const name of ["assertion", "attribution", "concept"]) if (name in others) fresh[name] = others[name];
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === null) delete fresh[name];
      else fresh[name] = value;
    }
    return replaced(doc, old, fresh);
  },

  move(doc, { mention, start, end }) {
    const old = wanted(doc, mention);
    return replaced(doc, old, { ...at(doc, old, start, end), page: null, boxes: [] });
  },

  add(doc, { start, end, label }) {
    const fresh = bare(doc, label, start, end);
    if (doc.mention(fresh.id) && doc.verdict(fresh.id) !== "rejected") throw new Impossible("There is such a mention already.");
    return { changes: { [`mention/${fresh.id}`]: fresh, ...verdict(fresh.id, "accepted") }, focus: fresh.id };
  },

  join(doc, { mentions }) {
    const parts = mentions.map((id) => wanted(doc, id));
    if (new Set(parts.map((part) => part.label)).size > 1) throw new Impossible("Only mentions of one label can be joined.");
    const [start, end] = [Math.min(...parts.map((m) => m.start)), Math.max(...parts.map((m) => m.end))];
    const whole = { ...at(doc, parts[0], start, end), boxes: parts.flatMap((m) => m.boxes) };
    const { changes, focus } = replaced(doc, parts[0], whole);
    for (const part of parts) {
      if (part.id !== whole.id) Object.assign(changes, { [`mention/${part.id}`]: null, [`verdict/${part.id}`]: null });
    }
    return { changes, focus };
  },

  split(doc, { mention, at: where }) {
    const old = wanted(doc, mention);
    let [end, start] = [where, where];
    while (end > old.start && CUT.test(doc.points.chars[end - 1])) end--;
    while (start < old.end && CUT.test(doc.points.chars[start])) start++;
    const [first, second] = [at(doc, old, old.start, end), at(doc, old, start, old.end)];
    const { changes, focus } = replaced(doc, old, first);
    return { changes: { ...changes, [`mention/${second.id}`]: second, ...verdict(second.id, "accepted") }, focus };
  },

  relate(doc, { head, tail, label }) {
    const [from, to] = [wanted(doc, head), wanted(doc, tail)];
    if (doc.labels[from.label].relations[label] !== to.label) throw new Impossible(`${from.label} ${label} ${to.label} is not declared.`);
    const id = relationId(label, head, tail);
    if (doc.get(`relation/${id}`)) throw new Impossible("They are related so already.");
    return { changes: { [`relation/${id}`]: { id, head, tail, label, by: null } } };
  },

  unrelate: (doc, { relation }) => ({ changes: { [`relation/${relation}`]: null } }),

  record(doc, { index, value }) {
    const number = index ?? Math.max(-1, ...doc.records().map(([n]) => n)) + 1;
    return { changes: { [`record/${number}`]: value } };
  },

  comment: (doc, { on, text }) => ({ changes: { [`comment/${on}`]: text || null } }),
  done: (doc, { value }) => ({ changes: { done: value || null } }),
};

export function effectOf(doc, action, args) {
  return ACTIONS[action](doc, args);
}
