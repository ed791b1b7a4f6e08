// The calls worth looking at first, each with why; the list of all calls has the same order.

import { byId, el } from "./dom.js";
import { address } from "./state.js";
import { CHECKS, count } from "./words.js";

const WHY = { lost: "resolved before, not now", unresolved: "unresolved", not_understood: "not understood", wait: "longest wait" };

export function drawWorst({ worst, calls: columns }) {
  const section = byId("worst");
  section.hidden = !worst?.length;
  if (section.hidden) return;
  section.replaceChildren(
    el("h2", { id: "worst-title" }, "Worth looking at first"),
    el("p", { class: "hint" }, "Broken rules first, then calls that were resolved and are not, then unresolved ones, the share of turns not understood, the longest wait. Calls apart are not among them."),
    el("ol", { class: "worst" }, worst.map((each) => line(each, columns))),
    el("p", {}, el("a", { href: address({ view: "calls" }) }, `All ${count(columns.id.length)} calls in this order`)));
}

function line({ call, turn, why }, columns) {
  return el("li", {},
    el("a", { href: address({ view: "call", call: columns.id[call], turn }) }, columns.id[call]),
    el("span", { class: "about" }, [columns.language[call], columns.wishes[call].join(", ")].filter(Boolean).join(" · ")),
    el("ul", { class: "why" }, why.map(reason)));
}

function reason({ what, told }) {
  return el("li", {}, el("span", { class: `kind${what in CHECKS ? " broken" : ""}` }, CHECKS[what] ?? WHY[what] ?? what), told && ` ${told}`);
}
