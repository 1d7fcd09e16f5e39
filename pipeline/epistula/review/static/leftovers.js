// On every page: decisions that an earlier page could not save are sent now, and what is left is said.

import { h, one } from "./dom.js";
import { Outbox, send } from "./outbox.js";

const csrf = one("meta[name=csrf]").content;
const outbox = new Outbox(one("meta[name=who]").content, one("meta[name=track]").content);
const note = one("#leftovers");
const here = document.body.dataset.letter; // the letter that is open sends its own
const left = () => outbox.all().filter((entry) => entry.letter !== here);

async function sendAll() {
  const stuck = new Set(); // letters of which one could not be sent: the later ones wait, the order matters
  for (const entry of left()) {
    if (stuck.has(entry.letter)) continue;
    const { status } = await send(entry, csrf);
    if (status === 200) outbox.remove(entry);
    else stuck.add(entry.letter); // opening the letter tells why
  }
  show(left());
}

function show(entries) {
  note.hidden = !entries.length;
  const letters = [...new Set(entries.map((entry) => entry.letter))];
  note.replaceChildren(`${entries.length} decisions are not saved yet: `, ...letters.map((url) => h("a", { href: url }, "open the letter")));
}

if (note && csrf && left().length) sendAll();
