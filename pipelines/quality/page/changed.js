// What changed, in words: figures that certainly moved, then what calls do otherwise, most calls first.

import { byId, el, unseen } from "./dom.js";
import { address } from "./state.js";
import { BETTER, KINDS, WORSE, calls, count, difference, figure, sentence, signOf, verdictOf } from "./words.js";

const FIRST = 12; // groups shown at once

export function drawChanged({ rows, groups, baseline, calls: columns }) {
  const section = byId("changed");
  section.hidden = !baseline;
  if (!baseline) return;
  const counts = groups.map((each) => new Set(each.calls.map(([number]) => number)).size);
  const most = Math.max(1, ...counts);
  const list = el("ol", { class: "groups" });
  const draw = (some) => list.replaceChildren(...groups.slice(0, some).map((each, i) => group(each, i, counts[i], most, columns.id.length)));
  draw(FIRST);
  const more = el("button", { type: "button", on: { click: () => { draw(groups.length); more.remove(); } } }, `Show all ${count(groups.length)}`);
  section.replaceChildren(
    el("h2", { id: "changed-title" }, "What changed"),
    el("div", { class: "moves" }, moves(rows, WORSE, "Certainly worse"), moves(rows, BETTER, "Certainly better")),
    el("h3", {}, "In calls"),
    groups.length > 0
      ? el("p", { class: "hint" }, "Each cause once, the most frequent first. Choose one to see its calls, at the turn where it happens.")
      : el("p", { class: "quiet" }, "No call is understood, answered or ended otherwise than before."),
    list,
    groups.length > FIRST ? more : "");
}

function moves(rows, verdict, title) {
  const moved = rows.filter((row) => verdictOf(row) === verdict);
  return el("div", { data: { verdict } },
    el("h3", {}, title, el("span", { class: "count" }, count(moved.length))),
    moved.length > 0
      ? el("ul", {}, moved.map((row) => move(row, verdict)))
      : el("p", { class: "quiet" }, `No figure is certainly ${verdict}.`));
}

function move({ label, unit, candidate, baseline, difference: by }, verdict) {
  return el("li", {},
    el("span", { class: "mark", "aria-hidden": "true" }, signOf(verdict)),
    el("span", { class: "move-label" }, sentence(label)),
    el("span", { class: "move-values" },
      figure(baseline.value, unit), el("span", { "aria-label": "became" }, " → "), el("strong", {}, figure(candidate.value, unit)),
      el("span", { class: "by" }, difference(by.value, unit))));
}

function group({ kind, name, then, now }, number, n, most, all) {
  return el("li", {},
    el("a", { href: address({ view: "calls", group: number }), data: { kind } },
      el("span", { class: "kind" }, KINDS[kind] ?? kind),
      el("span", { class: "name" }, name),
      el("span", { class: "sides-inline" }, sides(then, now)),
      el("span", { class: "share", title: `${(100 * n / all).toFixed(1)} % of the calls` },
        el("span", { class: "share-bar", "aria-hidden": "true" }, el("i", { style: { width: `${100 * n / most}%` } })),
        el("span", { class: "share-n" }, calls(n)))));
}

/** Then and now, as a deletion and an insertion. */
export function sides(then, now) {
  if (!then && !now) return [];
  return [
    then ? el("del", {}, then) : el("span", { class: "nothing" }, "nothing"),
    el("span", { "aria-hidden": "true", class: "arrow" }, "→"),
    unseen(" became "),
    now ? el("ins", {}, now) : el("span", { class: "nothing" }, "nothing"),
  ];
}
