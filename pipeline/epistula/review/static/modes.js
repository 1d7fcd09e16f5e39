// What takes more than one key: relating two mentions, marking words for a new one, splitting one. Esc leaves.

import { one, say } from "./dom.js";

export class Modes {
  /** `done`: {relate(from), mark(start, end, key), split(id, at)}. */
  constructor(text, points, done) {
    Object.assign(this, { text, points, done, mode: null });
  }

  enter(mode, words) {
    this.mode = mode;
    one("#mode").hidden = false;
    one("#mode").textContent = `${words} Esc leaves.`;
    say(words);
  }

  leave() {
    if (!this.mode) return false;
    this.mode = null;
    one("#mode").hidden = true;
    for (const name of ["from", "bounds"]) this.text.light(name, []);
    return true;
  }

  relate(mention) {
    this.enter({ kind: "relate", from: mention.id }, `Relating “${mention.text}”: go to the other mention and press Enter, or click it.`);
    this.text.light("from", [mention]);
  }

  /** Choose words by keys, beginning with the first word at `at`. */
  mark(at) {
    const start = this.points.isWord(at) ? at : this.points.startAfter(at);
    this.enter({ kind: "mark", start, end: this.points.endAfter(start) },
      "Marking words: ← → move, with Shift they widen and narrow; a digit or Enter gives the label.");
    this.showMarked();
  }

  split(mention) {
    const gaps = [];
    for (let at = this.points.endAfter(mention.start); at < mention.end; at = this.points.endAfter(at + 1)) gaps.push(at);
    if (gaps.length === 0) return say("One word cannot be split here. Click inside it where it should be cut, then press S.");
    if (gaps.length === 1) return this.done.split(mention.id, gaps[0]);
    this.enter({ kind: "split", mention, gaps, at: 0 }, "Splitting: ← → choose the place, Enter cuts.");
    this.showCut();
  }

  /** Take a key; false when it is none of the mode's. */
  key(event) {
    if (!this.mode) return false;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
    const { mode } = this;
    if (mode.kind === "relate") {
      if (event.key !== "Enter") return false;
      this.done.relate(mode.from);
    } else if (mode.kind === "mark") {
      if (step) this.moveMarked(step, event.shiftKey);
      else if (event.key === "Enter" || /^[1-9m]$/.test(event.key)) {
        this.leave();
        this.done.mark(mode.start, mode.end, /\d/.test(event.key) ? event.key : null);
      } else return false;
    } else if (mode.kind === "split") {
      if (step) { mode.at = (mode.at + step + mode.gaps.length) % mode.gaps.length; this.showCut(); }
      else if (event.key === "Enter") { this.leave(); this.done.split(mode.mention.id, mode.gaps[mode.at]); }
      else return false;
    }
    return true;
  }

  moveMarked(step, widen) {
    const { mode, points } = this;
    if (widen) {
      const end = step > 0 ? points.endAfter(mode.end) : points.endBefore(mode.end);
      if (end > mode.start) mode.end = end;
    } else {
      const start = step > 0 ? points.startAfter(mode.start) : points.startBefore(mode.start);
      if (start >= points.length) return;
      Object.assign(mode, { start, end: points.endAfter(start) });
    }
    this.showMarked();
  }

  showMarked() {
    this.text.select(this.mode.start, this.mode.end);
    say(this.points.slice(this.mode.start, this.mode.end));
  }

  showCut() {
    const { mention, gaps, at } = this.mode;
    this.text.light("bounds", [{ start: mention.start, end: gaps[at] }]);
    say(`${this.points.slice(mention.start, gaps[at])} | ${this.points.slice(gaps[at], mention.end)}`);
  }
}
