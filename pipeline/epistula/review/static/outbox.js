// Decisions that are not saved yet, kept in the browser so that neither a reload nor a dead server loses one.
// Each is an item of localStorage of its own, so that two tabs do not write over each other.

const ROOM = "epistula-unsaved/";

export class Outbox {
  constructor(who, track) {
    this.prefix = `${ROOM}${encodeURIComponent(who)}/${encodeURIComponent(track)}/`;
    this.count = 0;
  }

  /** All of them, oldest first; each says the URL of its letter. */
  all() {
    const found = [];
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key.startsWith(this.prefix)) found.push([key, localStorage.getItem(key)]);
    }
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    return found.flatMap(([, text]) => { try { return [JSON.parse(text)]; } catch { return []; } });
  }

  add(entry) {
    const order = `${String(Date.now()).padStart(15, "0")}-${String(this.count++).padStart(6, "0")}`;
    entry.key = `${this.prefix}${order}-${entry.body.token}`;
    this.keep(entry);
  }

  keep(entry) {
    const { effect, ...kept } = entry; // what it does is worked out again from the letter as it is then
    try {
      localStorage.setItem(entry.key, JSON.stringify(kept));
    } catch { /* storage is full or forbidden: it is still in memory, and the status says "not saved" */ }
  }

  remove(entry) {
    localStorage.removeItem(entry.key);
  }
}

/** A key for a decision; random, also where there is no secure context (crypto.randomUUID needs one). */
export function newToken() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Send one entry. Returns {status, answer}; status 0 when there was no answer. */
export async function send(entry, csrf) {
  try {
    const response = await fetch(`${entry.letter}/${entry.path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF": csrf },
      body: JSON.stringify(entry.body),
      signal: AbortSignal.timeout(15000),
    });
    return { status: response.status, answer: await response.json() };
  } catch {
    return { status: 0, answer: {} };
  }
}
