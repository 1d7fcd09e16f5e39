// The letter page: puts its parts together. What a command does is here; how things look is in the parts.

import { Impossible } from "./actions.js";
import { alertConflict, alertWith } from "./alerts.js";
import { choose } from "./chooser.js";
import { all, isBeingTypedIn, one, say } from "./dom.js";
import { Handles } from "./handles.js";
import { openHelp } from "./help.js";
import { History } from "./history.js";
import { listen } from "./keys.js";
import { tagsOf } from "./layout.js";
import { Model } from "./model.js";
import { Modes } from "./modes.js";
import { Outbox } from "./outbox.js";
import { PageView } from "./pages.js";
import { Panel } from "./panel.js";
import { Records } from "./records.js";
import { drawArcs, Relations } from "./relations.js";
import { Sync } from "./sync.js";
import { Tabs } from "./tabs.js";
import { TextView } from "./text.js";

const state = JSON.parse(one("#state").textContent);
const model = new Model(state);
const labels = Object.values(model.labels);
const text = new TextView(one("#text"), model, state.zones, tagsOf(labels.map(({ name }) => name)));
const pages = new PageView(one("#pages"), model, state);
const light = (name, spans) => text.light(name, spans);
let current = null;
let caret = null; // where in the mention looked at was clicked: Split cuts there

// --- deciding -------------------------------------------------------------------------------------------------------

/** Run a command that decides; what cannot be done is said, not thrown. */
function decide(action, args, said) {
  try {
    const focus = sync.decide(action, args);
    if (focus) look(focus);
    say(said);
    return true;
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
    say(error.message);
    alertWith(error.message, ["Close"]);
    return false;
  }
}

/** A command about the mention looked at. */
const about = (run) => (...args) => {
  const mention = current && model.mention(current);
  return mention ? run(mention, ...args) : say("No mention is looked at.");
};

const cycle = (name, valuesOf) => about((mention) => {
  const values = valuesOf(mention);
  if (!values.length) return say(`${mention.label} has no ${name}.`);
  const next = values[(values.indexOf(mention[name]) + 1) % values.length];
  return decide("change", { mention: mention.id, [name]: next }, `${name} ${next}`);
});

const declares = (mention) => model.labels[mention.label].assertions;

function judged(action, word) {
  return about((mention) => decide(action, { mention: mention.id }, `${word} ${mention.text}`) && advance(mention));
}

/** Go to the next mention that is not decided; back to the first one after the last. */
function advance(mention) {
  const mentions = model.mentions();
  const at = mentions.indexOf(mention) + 1;
  const next = [...mentions.slice(at), ...mentions.slice(0, at)].find(({ id }) => !model.verdict(id));
  if (next) look(next.id, { focus: isInText() });
  else say("All mentions are decided. d marks the letter done.");
}

function step(by) {
  const mentions = model.mentions();
  if (!mentions.length) return say("No mentions.");
  const at = mentions.findIndex(({ id }) => id === current);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), mentions.length - 1);
  return look(mentions[next].id, { focus: true });
}

function nudge(edge, way, byCharacter = false) {
  return about(({ id, start, end }) => {
    const { points } = model;
    const at = edge === "start" ? start : end;
    const byWord = edge === "start" ? (way < 0 ? points.startBefore(at) : points.startAfter(at)) : way < 0 ? points.endBefore(at) : points.endAfter(at);
    const to = byCharacter ? at + way : byWord;
    const [from, until] = edge === "start" ? [to, end] : [start, to];
    if (from >= until || from < 0 || until > points.length) return say("A mention needs words.");
    return decide("move", { mention: id, start: from, end: until }, points.slice(from, until));
  })();
}

async function add(start, end, key) {
  [start, end] = model.points.trimmed(start, end);
  if (start >= end) return say("Select some words first.");
  const label = key ? labels.find((each) => String(each.key) === key)?.name
    : await choose(`“${model.points.slice(start, end)}” is a …`, labels.map(({ name, key: digit }) => ({ value: name, name, key: String(digit), label: name })));
  if (!label) return null;
  getSelection().removeAllRanges();
  return decide("add", { start, end, label }, `added ${label} ${model.points.slice(start, end)}`);
}

async function relate(from, to) {
  modes.leave();
  const [picked, other] = [model.mention(from), model.mention(to)];
  if (!picked || !other || from === to) return say("Choose another mention.");
  const ways = [[picked, other], [other, picked]].flatMap(([head, tail]) => Object.entries(model.labels[head.label].relations)
    .filter(([, label]) => label === tail.label).map(([label]) => ({ head: head.id, tail: tail.id, label })));
  if (!ways.length) return say(`No relation joins ${picked.label} and ${other.label}.`);
  const way = ways.length === 1 ? ways[0]
    : await choose("How are they related?", ways.map((value, i) => ({ value, name: value.label.replaceAll("_", " "), key: String(i + 1) })));
  return way && decide("relate", way, `related: ${way.label.replaceAll("_", " ")}`);
}

const selection = () => {
  const found = text.selected();
  return found && found[0] < found[1] && getSelection().toString().trim() ? found : null;
};

function joinWithNext(mention) {
  const next = model.mentions().find((m) => m.label === mention.label && m.start >= mention.end && model.verdict(m.id) !== "rejected");
  if (!next) return say("No mention of the same label follows.");
  return decide("join", { mentions: [mention.id, next.id] }, "joined");
}

async function go(url, nothing) {
  if (!url) return say(nothing);
  await sync.settled(1500); // what is left then is sent by the next page
  location.assign(url);
}

const openSheet = (name, control) => { document.body.dataset.side = "open"; tabs.open(name); control && one(control)?.focus(); };

const act = {
  next: () => step(1), previous: () => step(-1),
  accept: judged("accept", "accepted"), reject: judged("reject", "rejected"),
  acceptForm: about((m) => decide("accept_form", { mention: m.id }, `accepted all of ${m.text}`) && advance(m)),
  change: (what) => about((m) => decide("change", { mention: m.id, ...what }, "changed"))(),
  assertion: cycle("assertion", declares), attribution: cycle("attribution", (m) => (declares(m).length ? model.attributions : [])),
  labelKey: (key) => {
    const label = labels.find((each) => String(each.key) === key)?.name;
    const selected = selection();
    if (!label) return say(`No label has the key ${key}.`);
    if (selected) return add(...selected, key);
    return about((m) => m.label !== label && decide("change", { mention: m.id, label }, `label ${label}`))();
  },
  edit: () => openSheet("mention", "#sheet-mention select"), concept: () => openSheet("mention", "#concept"),
  commentField: () => openSheet("mention", "#comment"), nudge,
  mark: () => (selection() ? add(...selection()) : modes.mark(model.mention(current)?.end ?? text.zones[0]?.start ?? 0)),
  join: about(joinWithNext),
  split: about((m) => (caret !== null && caret > m.start && caret < m.end ? decide("split", { mention: m.id, at: caret }, "split") : modes.split(m))),
  relate: about((m) => modes.relate(m)),
  unrelate: (relation) => decide("unrelate", { relation }, "relation removed"),
  record: (index, value) => decide("record", { index, value }, value ? "record kept" : "record deleted"),
  comment: (on, words) => decide("comment", { on, text: words }, "comment kept"),
  undo: () => sync.walk("undo"), redo: () => sync.walk("redo"),
  done: () => decide("done", { value: !model.get("done") }, model.get("done") ? "open again" : "letter done"),
  nextLetter: () => go(state.letter.next, "No letter follows."), previousLetter: () => go(state.letter.previous, "No letter comes before."),
  search: () => go("/search", ""), help: openHelp,
  look: (id) => look(id, { focus: true }), bring: (cue) => text.bring(text.placeOf(cue.start)[0].parentElement),
  inMode: (event) => modes.key(event),
  escape: () => { if (!modes.leave()) { getSelection().removeAllRanges(); delete document.body.dataset.side; if (current) text.look(current, { focus: true }); } },
};

// --- showing --------------------------------------------------------------------------------------------------------

const panel = new Panel(one("#sheet-mention"), model, act, light);
const sheets = {
  mention: panel,
  relations: new Relations(one("#sheet-relations"), model, act, light),
  records: new Records(one("#sheet-records"), model, act, light),
  history: new History(one("#sheet-history"), model, state.letter.url, act),
};
const tabs = new Tabs(one("#tabs"), (name) => sheets[name].show(current));
const handles = new Handles(one("#grips"), text, (id, start, end) => decide("move", { mention: id, start, end }, model.points.slice(start, end)));
const modes = new Modes(text, model.points, { relate: (from) => relate(from, current), mark: add, split: (id, at) => decide("split", { mention: id, at }, "split") });
const isInText = () => document.activeElement === document.body || one("#text").contains(document.activeElement);

function look(id, { focus = isInText(), scroll = true, page = true } = {}) {
  current = id && model.mention(id) ? id : null;
  caret = null;
  text.look(current, { focus, scroll });
  pages.mark(current);
  if (page && current) pages.bring(current);
  showCurrent();
  if (current && !focus) say(text.parts(current)[0]?.getAttribute("aria-label") ?? "");
}

let drawing = 0;

/** Draw what depends on the mention looked at: once however often it is asked for, and not while the focus is on its way. */
function showCurrent() {
  clearTimeout(drawing);
  drawing = setTimeout(() => {
    handles.show(current && model.mention(current));
    drawArcs(one("#arcs"), text, model, current);
    const sheet = sheets[tabs.name];
    if (tabs.name !== "history" && !isBeingTypedIn(sheet.root, showCurrent)) sheet.show(current);
    one("#focus-words").textContent = current ? model.mention(current)?.text ?? "" : "no mention";
  });
}

function showProgress() {
  const mentions = model.mentions();
  const decided = mentions.filter(({ id }) => model.verdict(id)).length;
  one("#progress").textContent = `${decided} of ${mentions.length}`;
  const meter = one("#meter");
  meter.max = Math.max(mentions.length, 1);
  meter.value = decided;
  const done = Boolean(model.get("done"));
  one("#done").setAttribute("aria-pressed", done);
  one("#done-word").textContent = done ? "Done ✓" : "Done";
}

/** Show what these keys of the document hold now. */
function changed(keys) {
  if (!keys.length) return;
  const kinds = new Set(keys.map((key) => key.split("/")[0]));
  const ids = keys.filter((key) => key.startsWith("mention/")).map((key) => key.slice(8));
  const inText = isInText();
  if (ids.length) {
    const spans = ids.flatMap((id) => [drawn.get(id), model.mention(id)]).filter(Boolean);
    text.drawOver(spans);
    remember();
    pages.drawAll();
    if (current && !model.mention(current)) current = nearest(spans[0]?.start ?? 0);
    text.look(current, { focus: inText && Boolean(current), scroll: false });
    pages.mark(current);
  }
  for (const key of keys) {
    if (!key.startsWith("verdict/")) continue;
    text.dressAll(key.slice(8));
    pages.dress(key.slice(8));
  }
  if (tabs.name === "history") setTimeout(() => sheets.history.show(current), 300); // when it is likely to be saved
  showCurrent();
  showProgress();
}

const drawn = new Map(); // mention id → where it was drawn, to know what to draw anew when it has gone
const remember = () => { drawn.clear(); for (const m of model.mentions()) drawn.set(m.id, m); };
const nearest = (at) => (model.mentions().find((m) => m.start >= at) ?? model.mentions().at(-1))?.id ?? null;

function status(words, kind, login) {
  const shown = one("#status");
  shown.className = kind;
  shown.textContent = words;
  one("#sign-in").hidden = !login;
  if (login) one("#sign-in").href = login;
}

const can = ({ undo, redo }) => { one("#undo").disabled = !undo; one("#redo").disabled = !redo; };

function words(entry) {
  const id = entry.body.arguments?.mention;
  return (id && (model.mention(id) ?? drawn.get(id))?.text) || "";
}

const sync = new Sync(model, state, new Outbox(state.who, state.track), {
  changed, status, can,
  refused: (entry, message) => alertWith(`“${(entry.body.action ?? entry.path).replaceAll("_", " ")}” was not made: ${message}`, ["Close"]),
  conflict: (entry, answer) => alertConflict(model, { ...entry, words: words(entry) }, answer,
    () => (entry.path === "decisions" ? decide(entry.body.action, entry.body.arguments, "applied again") : sync.walk(entry.path))),
  walked: (path, answer) => {
    const ids = Object.keys(answer.changes ?? {}).map((key) => key.split("/")[1]).filter((id) => model.mention(id));
    if (ids.length && !ids.includes(current)) look(ids[0]);
    say(Object.keys(answer.changes ?? {}).length ? `${path} made` : `Nothing to ${path}.`);
  },
  others: (who) => say(`${[who].flat().filter(Boolean).join(", ") || "Somebody"} changed this letter.`),
});

// --- listening ------------------------------------------------------------------------------------------------------

const hitAt = (event) => event.target.closest?.("[data-id]")?.dataset.id;

function pick(id, options) {
  if (modes.mode?.kind === "relate") return relate(modes.mode.from, id);
  return look(id, options);
}

one("#text").addEventListener("click", (event) => {
  if (selection()) return;
  const id = hitAt(event);
  if (!id) return;
  pick(id, { focus: true, scroll: false });
  caret = text.offsetAt(event.clientX, event.clientY);
});
one("#pages").addEventListener("click", (event) => { const id = hitAt(event); if (id) pick(id, { focus: true, page: false }); });
one("#text").addEventListener("focusin", (event) => { const id = hitAt(event); if (id && id !== current) look(id, { focus: false, scroll: false }); });
for (const place of ["#text", "#pages"]) {
  one(place).addEventListener("pointerover", (event) => {
    const id = hitAt(event) ?? null;
    pages.hover(id);
    text.light("hovered", id && model.mention(id) ? [model.mention(id)] : []);
    if (id && place === "#text") pages.bring(id);
  });
  one(place).addEventListener("pointerleave", () => { pages.hover(null); text.light("hovered", []); });
}
document.addEventListener("selectionchange", () => { one("#add").hidden = !selection(); });
one("#add").addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
for (const button of all("[data-act]")) button.addEventListener("click", () => act[button.dataset.act]());
one("#zoom-in").addEventListener("click", () => pages.zoom(1.25));
one("#zoom-out").addEventListener("click", () => pages.zoom(0.8));
for (const button of all("[data-show]")) {
  button.addEventListener("click", () => {
    const { show } = button.dataset;
    document.body.dataset[show] = document.body.dataset[show] === "open" ? "" : "open";
    all("[data-show]").forEach((each) => each.setAttribute("aria-expanded", document.body.dataset[each.dataset.show] === "open"));
    showCurrent();
    if (current) pages.bring(current);
  });
}
new ResizeObserver(() => showCurrent()).observe(one("#text"));

remember();
tabs.open("mention");
changed(sync.relay()); // what an earlier page could not save
can(state.can);
showProgress();
listen(act);
const asked = /^#at=(\d+)$/.exec(location.hash);
const first = asked ? nearest(Number(asked[1])) : model.mentions().find(({ id }) => !model.verdict(id))?.id ?? model.mentions()[0]?.id;
if (first) look(first, { focus: false });
if (asked) text.bring(text.placeOf(Number(asked[1]))[0].parentElement);
sync.start();
document.body.dataset.ready = "yes";
