// Sends decisions in the order they were made, one at a time, and fetches those of others.

import { effectOf } from "./actions.js";
import { newToken, send } from "./outbox.js";

const POLL = 4000;
const LONGEST_WAIT = 4000;

/**
 * heard: {changed(keys), status(text, kind), conflict(entry, answer), refused(entry, message), can({undo, redo}), others(who, keys)}
 */
export class Sync {
  constructor(model, state, outbox, heard) {
    Object.assign(this, { model, outbox, heard, csrf: state.csrf, url: state.letter.url, version: state.version });
    this.tab = newToken().slice(0, 8);
    this.wait = 0;
    this.idle = Promise.resolve();
    this.waiting = this.outbox.all().filter((entry) => entry.letter === this.url);
    this.busy = false;
  }

  start() {
    this.report();
    this.pump();
    setInterval(() => this.poll(), POLL);
    for (const event of ["focus", "online"]) addEventListener(event, () => { this.hurry(); this.poll(); });
    document.addEventListener("visibilitychange", () => document.hidden || this.poll());
  }

  /** Make a decision: seen at once, sent in its turn. Returns the mention to look at next, if it says so. */
  decide(action, args, version = this.version) {
    const effect = effectOf(this.model, action, args);
    this.enqueue("decisions", { action, arguments: args, version }, effect.changes);
    this.heard.changed(this.model.see(effect.changes));
    return effect.focus;
  }

  /** Undo and redo are the server's to work out; they wait for their turn like all others. */
  walk(path) {
    this.enqueue(path, { version: this.version }, {});
  }

  enqueue(path, body, effect) {
    const entry = { letter: this.url, path, effect, body: { token: `${this.tab}.${newToken()}`, ...body } };
    this.outbox.add(entry);
    this.waiting.push(entry);
    this.report();
    this.pump();
  }

  report() {
    const count = this.waiting.length;
    if (!count) this.heard.status("saved", "saved");
    else if (this.wait) this.heard.status(`not saved: ${count}, trying again`, "unsaved");
    else this.heard.status(`saving ${count}`, "saving");
  }

  hurry() {
    this.wait = Math.min(this.wait, 1);
    clearTimeout(this.timer);
    this.pump();
  }

  async pump() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    while (this.waiting.length) {
      const entry = this.waiting[0];
      if (!(await this.sendOne(entry))) break;
      this.wait = 0;
      this.report();
    }
    this.busy = false;
    if (this.waiting.length) this.timer = setTimeout(() => this.pump(), this.wait);
  }

  /** Returns whether the entry is dealt with. */
  async sendOne(entry) {
    const { status, answer } = await send(entry, this.csrf);
    if (status === 200) return this.saved(entry, answer);
    if (status === 409) return this.dropped(entry, () => this.heard.conflict(entry, answer), answer);
    if (status === 401 || status === 403) {
      this.wait = LONGEST_WAIT;
      this.heard.status(`not saved: ${this.waiting.length}, ${answer.message || "signed out"}`, "unsaved", answer.login);
      return false;
    }
    if (status === 0 || status === 429 || status >= 500) {
      this.wait = Math.min(Math.max(this.wait * 2, 250), LONGEST_WAIT);
      this.report();
      return false;
    }
    return this.dropped(entry, () => this.heard.refused(entry, answer.message || `error ${status}`), {});
  }

  saved(entry, answer) {
    this.waiting.shift();
    this.outbox.remove(entry);
    if (answer.version > this.version + 1) this.poll();
    else this.version = Math.max(this.version, answer.version);
    this.take(answer.changes ?? {});
    if (answer.can) this.heard.can(answer.can);
    if (entry.path !== "decisions") this.heard.walked(entry.path, answer);
    return true;
  }

  dropped(entry, tell, answer) {
    this.waiting.shift();
    this.outbox.remove(entry);
    if (answer.document) {
      this.model.confirmed = new Map(Object.entries(answer.document));
      this.version = Math.max(this.version, answer.version ?? 0);
    }
    this.heard.changed(this.relay());
    tell();
    return true;
  }

  /** Take in what the server says is so now. */
  take(changes) {
    this.model.confirm(changes);
    const keys = this.relay();
    this.heard.changed(keys);
    return keys;
  }

  /** Lay the decisions not yet saved over what is confirmed; returns the keys that changed in the view. */
  relay() {
    const { model, waiting } = this;
    return model.lay(function* layers() {
      for (const entry of waiting) {
        try {
          if (entry.path === "decisions") entry.effect = effectOf(model, entry.body.action, entry.body.arguments).changes;
        } catch {
          entry.effect = {}; // what it is about has gone; the server will say so
        }
        yield entry.effect ?? {};
      }
    });
  }

  async poll() {
    if (this.polling || document.hidden || this.wait) return;
    this.polling = true;
    try {
      const response = await fetch(`${this.url}/state?since=${this.version}`, { signal: AbortSignal.timeout(10000) });
      if (response.ok) {
        const { version, changes, who, can } = await response.json();
        if (version >= this.version) {
          this.version = version;
          const keys = this.take(changes ?? {});
          if (can) this.heard.can(can);
          if (keys.length) this.heard.others(who, keys);
        }
      }
    } catch { /* the next one will tell */ } finally {
      this.polling = false;
    }
  }

  /** Wait until all is saved, but no longer than `milliseconds`. */
  async settled(milliseconds) {
    const end = Date.now() + milliseconds;
    while (this.waiting.length && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
    return !this.waiting.length;
  }
}
