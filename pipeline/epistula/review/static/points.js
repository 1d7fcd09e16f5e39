// Offsets on the wire count Unicode code points, JavaScript strings count UTF-16 units: this is the bridge.

const WORD = /[\p{L}\p{N}\p{M}]/u;

export class Points {
  constructor(text) {
    this.text = text;
    this.chars = Array.from(text); // a lone surrogate is one code point, as in Python
    this.length = this.chars.length;
    this.units = null; // code point → unit; none is needed where they are the same
    if (this.length !== text.length) {
      this.units = new Uint32Array(this.length + 1);
      for (let i = 0, at = 0; i < this.length; i++) this.units[i + 1] = at += this.chars[i].length;
    }
  }

  slice(start, end) {
    return this.units ? this.text.slice(this.units[start], this.units[end]) : this.text.slice(start, end);
  }

  /** How many code points the first `units` units of a text hold. */
  static count(text, units) {
    let count = 0;
    for (let i = 0; i < units; count++) i += text.codePointAt(i) > 0xffff ? 2 : 1;
    return count;
  }

  /** The unit in `text` where its code point `points` begins. */
  static unit(text, points) {
    let at = 0;
    for (let i = 0; i < points && at < text.length; i++) at += text.codePointAt(at) > 0xffff ? 2 : 1;
    return at;
  }

  isWord(at) {
    return at >= 0 && at < this.length && WORD.test(this.chars[at]);
  }

  /** The start of the word before `at`. */
  startBefore(at) {
    let found = at - 1;
    while (found > 0 && !this.isWord(found)) found--;
    while (found > 0 && this.isWord(found - 1)) found--;
    return Math.max(found, 0);
  }

  /** The start of the first word after the one at `at`. */
  startAfter(at) {
    let found = at;
    while (found < this.length && this.isWord(found)) found++;
    while (found < this.length && !this.isWord(found)) found++;
    return found;
  }

  /** The end of the first word that ends after `at`. */
  endAfter(at) {
    let found = at;
    while (found < this.length && !this.isWord(found)) found++;
    while (found < this.length && this.isWord(found)) found++;
    return found;
  }

  /** The end of the last word that ends before `at`. */
  endBefore(at) {
    let found = at - 1;
    while (found > 0 && this.isWord(found)) found--;
    while (found > 0 && !this.isWord(found - 1)) found--;
    return Math.max(found, 0);
  }

  /** A stretch without the characters at its edges that are of no word; a closing bracket may stay. */
  trimmed(start, end) {
    while (start < end && !this.isWord(start) && !"([".includes(this.chars[start])) start++;
    while (end > start && !this.isWord(end - 1) && !")]".includes(this.chars[end - 1])) end--;
    return [start, end];
  }

  /** The edge of a word that is nearest to `at`. */
  nearestEdge(at) {
    const isEdge = (i) => this.isWord(i) !== this.isWord(i - 1);
    for (let away = 0; away <= 40; away++) {
      if (isEdge(at - away)) return at - away;
      if (isEdge(at + away)) return at + away;
    }
    return at;
  }
}
