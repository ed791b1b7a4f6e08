// The table of figures: candidate, baseline, difference, each with its interval of 95 %.

import { byId, el } from "./dom.js";
import { aroundZero, verdictMark } from "./marks.js";
import { SAME, count, difference, figure, sentence, verdictOf } from "./words.js";

const SECTIONS = [
  ["Outcome", /^(resolved|contained|stayed_contained|handed_over|context_complete|to_escalation.*)$/],
  ["Understanding", /^(turns|not_understood|asked_back|heard_surely|word_errors|character_errors|entity_errors|language_right|asked_again)$/],
  ["Time", /^(wait|pause|after_decision|duration)_p/],
  ["Turn-taking", /^(stop_p.*|cut_in|too_early|talk_over|dead_air|.*_talks|silences)$/],
  ["Rules that hold in every call", /^check_/],
  ["Language model and energy", /model|cpu_seconds|watt_hours/],
  ["More", /./],
];

export function drawFigures({ rows, baseline, averaged }) {
  const taken = new Set();
  const parts = SECTIONS.map(([title, names]) => {
    const found = rows.filter((row) => !taken.has(row) && names.test(row.name));
    for (const row of found) taken.add(row);
    return found.length > 0 && part(title, found, baseline);
  });
  const columns = ["Figure", "Candidate", ...(baseline ? ["Baseline", "Difference", "Verdict"] : []), "n"];
  byId("figures").replaceChildren(
    el("h2", { id: "figures-title" }, "Figures"),
    el("p", { class: "hint" }, `Over ${count(averaged)} averaged calls. Small: intervals of 95 %, drawn call by call; a difference is called better or worse only where its interval does not hold 0.`),
    el("table", { class: "figures" },
      el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col", class: name === "Verdict" ? "judged" : name.toLowerCase() }, name)))),
      parts));
}

function part(title, rows, baseline) {
  return el("tbody", {},
    el("tr", { class: "part" }, el("th", { scope: "rowgroup", colspan: baseline ? 6 : 3 }, title)),
    rows.map((row) => line(row, baseline)));
}

function line(row, baseline) {
  const verdict = verdictOf(row);
  return el("tr", { data: { verdict, metric: row.name } },
    el("th", { scope: "row" }, sentence(row.label), row.unit === "a call" && el("span", { class: "unit" }, " a call")),
    el("td", { class: "candidate", data: { label: "candidate" } }, estimate(row.candidate, row.unit)),
    baseline && el("td", { class: "baseline", data: { label: "baseline" } }, estimate(row.baseline, row.unit)),
    baseline && el("td", { class: "difference", data: { label: "difference" } }, row.difference ? moved(row, verdict) : "–"),
    baseline && el("td", { class: "judged" }, verdict && verdictMark(verdict)),
    el("td", { class: "n", data: { label: "n" } }, row.candidate ? count(Math.round(row.candidate.n)) : "0"));
}

function estimate(found, unit) {
  if (!found) return "–";
  return [el("span", { class: "value" }, figure(found.value, unit)), el("small", {}, span(found, unit, figure))];
}

function moved({ difference: by, unit }, verdict) {
  return [
    el("span", { class: "value" }, difference(by.value, unit)),
    by.low !== by.high && el("small", {}, span(by, unit, difference)),
    verdict !== SAME && aroundZero(by, verdict),
  ];
}

/** "0.12 to 0.34 s", the unit once. */
function span({ low, high }, unit, written) {
  if (low === null || high === null) return "";
  const told = written(low, unit).split(" ")[0];
  return `${told} to ${written(high, unit)}`;
}
