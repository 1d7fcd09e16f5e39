// Messages that stay until they are dealt with: what could not be done, and what somebody else changed meanwhile.

import { h, one } from "./dom.js";

const WHAT = { verdict: "verdict", mention: "mention", relation: "relation", record: "case record", comment: "comment", done: "done" };

export function alertWith(words, ...buttons) {
  const close = () => item.remove();
  const item = h("div", { class: "alert", role: "alert" }, h("p", {}, words), h("div", { class: "buttons" },
    buttons.map(([name, run]) => h("button", { type: "button", onclick: () => { close(); run?.(); } }, name))));
  one("#alerts").append(item);
  return item;
}

/** Say who changed what. `model` is as it is now, with the other's change in it. */
export function alertConflict(model, entry, answer, again) {
  const said = [...new Set((answer.conflict ?? []).map((key) => {
    const [kind, id] = key.split("/");
    const words = model.mention(id)?.text ?? (entry.words && `“${entry.words}”`);
    const now = kind === "verdict" ? `, now ${model.get(key) ?? "open"}` : model.get(key) === null ? ", now gone" : "";
    return `${WHAT[kind] ?? kind}${words ? ` of “${words.replace(/^“|”$/g, "")}”` : ""}${now}`;
  }))].join("; ");
  const who = [answer.who].flat().filter(Boolean).join(", ") || "Somebody else";
  const mine = entry.path === "decisions" ? entry.body.action.replaceAll("_", " ") : entry.path;
  alertWith(`${who} changed this meanwhile: ${said}. Your decision “${mine}” was not made.`, ["Apply again", again], ["Drop", null]);
}
