// Ticks all forms, or none.

import { all, one } from "./dom.js";

one("#tick-all")?.addEventListener("change", (event) => { for (const box of all("input[name=key]")) box.checked = event.target.checked; });
