// Headline figures over the reports so far, this one last: a line each, with its interval of 95 % as a band.

import { series } from "./charts.js";
import { byId, el } from "./dom.js";
import { count, figure, moment, sentence } from "./words.js";

const HEADLINES = [
  "resolved", "handed_over", "not_understood", "asked_back", "word_errors", "wait_p50", "wait_p95", "after_decision_p95", "stop_p95",
  "without_model", "model_watt_hours", "check_disclosure", "check_identity", "check_invented", "check_in_clear",
];

export function drawTrends(data) {
  const reports = [...data.history, thisOne(data)];
  const found = HEADLINES.map((name) => trend(data.rows.find((row) => row.name === name), reports)).filter(Boolean);
  const section = byId("trends");
  section.hidden = reports.length < 2 || !found.length;
  if (section.hidden) return;
  section.replaceChildren(
    el("h2", { id: "trends-title" }, "Over versions"),
    el("p", { class: "hint" }, `${count(reports.length)} reports, the latest last. The band is the interval of 95 %. Reports may be of other calls: what moved may be the calls.`),
    el("div", { class: "trends" }, found.map((each) => chart(each, reports))),
    el("details", {}, el("summary", {}, "The same as a table"), el("div", { class: "wide-table" }, table(found, reports))));
}

function thisOne({ made, version, candidate, rows }) {
  const figures = rows.filter((row) => row.candidate).map(({ name, candidate: { value, low, high, n } }) => [name, [value, low, high, n]]);
  return { made, version, of: candidate, figures: Object.fromEntries(figures) };
}

/** A figure's values by report, null where one has none; nothing where fewer than two have. */
function trend(row, reports) {
  if (!row) return null;
  const points = reports.map(({ figures }) => {
    const [value, low, high, n] = figures[row.name] ?? [];
    return typeof value === "number" ? { value, low: low ?? value, high: high ?? value, n } : null;
  });
  return points.filter(Boolean).length > 1 ? { ...row, points } : null;
}

function chart({ name, label, unit, points }, reports) {
  const there = points.flatMap((point, i) => (point ? [i] : []));
  const told = el("p", { class: "told" });
  const { drawing, mark, nearest } = series(points, names(reports), (value) => figure(value, unit).replace(/\.0+(?=\D|$)/, ""), unit === "share" ? 1 : Infinity);
  const slider = el("div", {
    class: "trend", role: "slider", tabindex: "0", "aria-label": sentence(label), "aria-valuemin": 1, "aria-valuemax": reports.length,
    on: {
      keydown: (event) => { const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]; if (by) { event.preventDefault(); show(there[there.indexOf(at) + by]); } },
      pointermove: ({ clientX }) => show(nearest(clientX)), pointerdown: ({ clientX }) => show(nearest(clientX)),
      pointerleave: () => show(there.at(-1)),
    },
  }, drawing);
  let at = -1;
  const show = (place) => {
    if (place === undefined || place === at) return;
    at = place;
    mark(place);
    slider.setAttribute("aria-valuenow", place + 1);
    slider.setAttribute("aria-valuetext", `${written(points[place], unit)}, ${nameOf(reports[place])}`);
    told.replaceChildren(el("strong", {}, figure(points[place].value, unit)), ` ${rest(points[place], unit)}`, el("small", {}, nameOf(reports[place])));
  };
  show(there.at(-1));
  return el("figure", { data: { metric: name } }, el("figcaption", {}, sentence(label)), told, slider);
}

const rest = ({ low, high, n }, unit) => `(${figure(low, unit).split(" ")[0]} to ${figure(high, unit)}), n ${count(Math.round(n ?? 0))}`;
const written = (point, unit) => `${figure(point.value, unit)} ${rest(point, unit)}`;
const nameOf = ({ version, made, of }) => [version, moment(made), of].filter(Boolean).join(", ");

/** What stands under the line: versions, or days where they are all one version. */
function names(reports) {
  const versions = reports.map(({ version }) => version);
  return new Set(versions).size > 1 ? versions : reports.map(({ made }) => moment(made).slice(5, 10));
}

function table(found, reports) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ["Made", "Version", "Of", ...found.map(({ label }) => sentence(label))].map((each) => el("th", { scope: "col" }, each)))),
    el("tbody", {}, reports.map(({ made, version, of }, i) => el("tr", {},
      el("th", { scope: "row" }, moment(made)), el("td", {}, version), el("td", {}, of),
      found.map(({ points, unit }) => el("td", {}, points[i] ? written(points[i], unit) : "–"))))));
}
