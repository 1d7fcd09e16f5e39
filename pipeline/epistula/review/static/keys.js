// One key a decision. They can be switched off in the help, for people whose speech input types letters (WCAG 2.1.4).

const OFF = "epistula-keys-off";

export const keysAreOff = () => localStorage.getItem(OFF) === "1";
export const switchKeys = (on) => (on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open]");

/** `act`: commands by name. */
export function listen(act) {
  const commands = {
    j: act.next, k: act.previous, ArrowDown: act.next, ArrowUp: act.previous, a: act.accept, r: act.reject, A: act.acceptForm,
    s: act.assertion, t: act.attribution, e: act.edit, c: act.concept, x: act.commentField, m: act.mark, J: act.join, S: act.split,
    l: act.relate, u: act.undo, U: act.redo, d: act.done, n: act.nextLetter, p: act.previousLetter, "/": act.search, "?": act.help,
    "[": () => act.nudge("start", -1), "]": () => act.nudge("start", 1), "{": () => act.nudge("end", -1), "}": () => act.nudge("end", 1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") return act.escape(event);
    if (isTyping(event.target)) return;
    if (act.inMode(event)) return event.preventDefault(); // arrows, Enter and digits mean something else in a mode
    if (event.key.startsWith("Arrow") && event.target.closest("[role=tablist], .sheets, .scroll")) return;
    if (keysAreOff() && event.key.length === 1) return;
    const command = commands[event.key] ?? (/^[1-9]$/.test(event.key) ? () => act.labelKey(event.key) : null);
    if (!command) return;
    event.preventDefault();
    command();
  });
}
