// One figure at a time, by language, channel and wish: where is it better or worse?

import { byId, el } from "./dom.js";
import { interval, legend, verdictMark } from "./marks.js";
import { address } from "./state.js";
import { count, difference, figure, sentence, verdictOf } from "./words.js";

const FACETS_OF = { language: "language", channel: "channel", wishes: "wish" };
const TITLES_OF = { language: "By language", channel: "By channel", wishes: "By wish", noise: "By noise behind the caller", version: "By version" };

export function drawSlices({ rows, slices, baseline }) {
  const section = byId("slices");
  section.hidden = !Object.keys(slices).length || !rows.length;
  if (section.hidden) return;
  const first = rows.find(({ worse }) => worse) ?? rows[0];
  const body = el("div", { class: "slices" });
  const draw = (name) => body.replaceChildren(...Object.entries(slices).map(([by, values]) => slice(by, values, name, baseline)).filter(Boolean));
  const choice = el("select", { id: "slice-metric", on: { change: () => draw(choice.value) } },
    rows.map((row) => el("option", { value: row.name, selected: row === first }, choosable(row))));
  draw(first.name);
  section.replaceChildren(
    el("div", { class: "title-line" },
      el("h2", { id: "slices-title" }, "Where"),
      el("label", { class: "field", for: "slice-metric" }, el("span", { class: "visually-hidden" }, "Figure"), choice),
      legend("candidate", ...(baseline ? ["baseline"] : []))),
    body);
}

function choosable(row) {
  const verdict = verdictOf(row);
  return `${sentence(row.label)}${verdict === "worse" || verdict === "better" ? ` (${verdict})` : ""}`;
}

function slice(by, values, name, baseline) {
  const found = Object.entries(values)
    .map(([value, rows]) => [value, rows.find((row) => row.name === name)])
    .filter(([, row]) => row?.candidate);
  if (!found.length) return null;
  const ends = found.flatMap(([, { candidate, baseline: before }]) => [candidate, before].filter(Boolean).flatMap(({ low, high, value }) => [low ?? value, high ?? value]));
  const least = Math.min(...ends), most = Math.max(...ends);
  const room = (most - least) * 0.05 || 0.5;
  const scale = [least - room, most + room];
  return el("table", { class: "slice" },
    el("caption", {}, TITLES_OF[by] ?? sentence(by)),
    el("thead", { class: "visually-hidden" }, el("tr", {}, ["Value", "Picture", "Candidate", ...(baseline ? ["Difference"] : []), "n"].map((each) => el("th", { scope: "col" }, each)))),
    el("tbody", {}, found.sort(([, a], [, b]) => b.candidate.n - a.candidate.n).map(([value, row]) => el("tr", {},
      el("th", { scope: "row" }, el("a", { href: address({ view: "calls", [FACETS_OF[by] ?? by]: value }) }, value || "none")),
      el("td", { class: "picture" }, row.baseline && interval(row.baseline, scale, "baseline"), interval(row.candidate, scale, "candidate")),
      el("td", { class: "value" }, figure(row.candidate.value, row.unit)),
      baseline && el("td", { class: "moved" }, row.difference && [el("span", { class: "by" }, difference(row.difference.value, row.unit)), verdictMark(verdictOf(row))]),
      el("td", { class: "n" }, `n ${count(Math.round(row.candidate.n))}`)))));
}
