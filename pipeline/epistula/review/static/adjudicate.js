// Disagreements side by side, decided by one key; each decision is sent at once and can be taken back.

import { all, h, one, say } from "./dom.js";

const root = one("#disagreements");
const items = all(".disagreement", root);
const csrf = one("meta[name=csrf]").content;
let at = -1;
let chain = Promise.resolve();
let unsaved = 0;

function look(index, focus = true) {
  if (!items.length) return;
  at = Math.min(Math.max(index, 0), items.length - 1);
  items.forEach((item, i) => {
    item.tabIndex = i === at ? 0 : -1;
    item.classList.toggle("current", i === at);
  });
  if (focus) items[at].focus();
}

function show(item, decision, problem) {
  item.dataset.decision = decision ?? "";
  for (const button of all("[data-side]", item)) button.setAttribute("aria-pressed", button.dataset.side === decision);
  one(".outcome", item).textContent = problem ?? (decision ? `decided: ${decision === "one" || decision === "other" ? root.dataset[decision] : decision.slice(1)}` : "");
}

function decide(item, decision) {
  show(item, decision);
  const next = items.findIndex((each, i) => i > items.indexOf(item) && !each.dataset.decision);
  if (next >= 0) look(next);
  const body = JSON.stringify({ one: root.dataset.one, other: root.dataset.other, key: item.dataset.key, decision });
  unsaved++;
  chain = chain.then(() => post(item, body, decision)).then(() => { unsaved--; });
}

async function post(item, body, decision) {
  for (let wait = 500; ; wait = Math.min(2 * wait, 4000)) {
    try {
      const response = await fetch("/adjudicate", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF": csrf }, body, keepalive: true });
      const answer = await response.json();
      if (response.status === 429 || response.status >= 500) throw new Error(answer.message);
      if (response.ok) {
        one("#left").textContent = `${answer.left} left`;
        say(`${decision}, ${answer.left} left`);
      } else show(item, null, `not decided: ${answer.message}`);
      return;
    } catch {
      show(item, decision, "not saved, trying again");
      await new Promise((done) => setTimeout(done, wait));
      show(item, decision);
    }
  }
}

root?.addEventListener("click", (event) => {
  const item = event.target.closest(".disagreement");
  if (!item) return;
  look(items.indexOf(item), false);
  const side = event.target.closest("[data-side]")?.dataset.side;
  if (side) decide(item, side);
});
root?.addEventListener("submit", (event) => {
  event.preventDefault();
  const value = one("input", event.target).value.trim();
  if (value) decide(event.target.closest(".disagreement"), `=${value}`);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const item = items[Math.max(at, 0)];
  const run = {
    j: () => look(at + 1), ArrowDown: () => look(at + 1), k: () => look(at - 1), ArrowUp: () => look(at - 1),
    1: () => item && decide(item, "one"), 2: () => item && decide(item, "other"), 3: () => item && one("input", item)?.focus(),
  }[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); }); // these are kept nowhere else
look(0, false);
