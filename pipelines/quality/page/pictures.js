// Where people would rather look than read: distributions, what a wait is made of, outcomes before and after.

import { distribution, stack } from "./charts.js";
import { byId, el } from "./dom.js";
import { legend } from "./marks.js";
import { address } from "./state.js";
import { calls, count, figure } from "./words.js";

const TITLES = {
  wait: "Wait for the agent: last sound to first sound",
  pause: "of it: the pause that ended the turn",
  after_decision: "of it: from the decision to the sound",
  stop: "Caller cuts in until the agent is silent",
  to_escalation: "Until a person was called",
  duration: "Length of a call",
};
const OUTCOMES = ["resolved", "handed over", "unresolved", "no wish"];

export function drawPictures(data) {
  const rows = new Map(data.rows.map((row) => [row.name, row]));
  byId("pictures").replaceChildren(
    el("h2", { id: "pictures-title", class: "visually-hidden" }, "Pictures"),
    outcomes(data.calls),
    waits(rows, data.baseline),
    distributions(data, rows));
}

function distributions({ distributions: found, baseline }, rows) {
  const grid = el("div", { class: "distributions" });
  const draw = (cumulative) => grid.replaceChildren(...Object.entries(found).map(([name, each]) =>
    el("figure", {}, el("figcaption", {}, TITLES[name] ?? name), distribution(each, cumulative, told(name, rows)))));
  draw(false);
  const choice = (value, text, checked) => el("label", {},
    el("input", { type: "radio", name: "shape", value, checked, on: { change: () => draw(value === "most") } }), el("span", {}, text));
  return el("section", { class: "card wide", "aria-labelledby": "distributions-title", hidden: !Object.keys(found).length },
    el("div", { class: "title-line" },
      el("h3", { id: "distributions-title" }, "Distributions"),
      legend("candidate", ...(baseline ? ["baseline"] : [])),
      el("fieldset", { class: "choice" }, el("legend", { class: "visually-hidden" }, "Shape"),
        choice("often", "how often", true), choice("most", "how many at most so long", false))),
    grid);
}

function told(name, rows) {
  const parts = [50, 90, 95, 99].map((quantile) => [quantile, rows.get(`${name}_p${quantile}`)]).filter(([, row]) => row?.candidate);
  const text = parts.map(([quantile, { candidate, baseline }]) =>
    `p${quantile} ${figure(candidate.value, "s")}${baseline ? `, before ${figure(baseline.value, "s")}` : ""}`);
  return `Distribution: ${[TITLES[name] ?? name, ...text].join("; ")}`;
}

/** What a wait is made of. */
function waits(rows, baseline) {
  const lines = [50, 95].flatMap((quantile) => [["baseline", baseline], ["candidate", true]].filter(([, shown]) => shown).map(([side]) => {
    const value = (name) => rows.get(`${name}_p${quantile}`)?.[side]?.value;
    return { quantile, side, parts: [value("pause"), value("after_decision")], whole: value("wait") };
  })).filter(({ parts }) => parts.every((each) => typeof each === "number"));
  if (!lines.length) return null;
  const most = 1.05 * Math.max(...lines.map(({ parts, whole }) => Math.max(parts[0] + parts[1], whole ?? 0)));
  return el("section", { class: "card", "aria-labelledby": "waits-title" },
    el("h3", { id: "waits-title" }, "What a wait is made of"),
    el("p", { class: "legend" }, el("span", { class: "key part-0" }, "pause"), el("span", { class: "key part-1" }, "after the decision"),
      lines.some(({ whole }) => whole !== undefined) && el("span", { class: "key tick" }, "measured in the sound")),
    el("table", { class: "stacks" },
      el("tbody", {}, lines.map(({ quantile, side, parts, whole }) => el("tr", {},
        el("th", { scope: "row" }, el("span", { class: "quantile" }, `p${quantile}`), " ", el("span", { class: side }, side)),
        el("td", { class: "bar" }, stack(parts, most, whole, side)),
        el("td", {}, `${figure(parts[0], "s")} + ${figure(parts[1], "s")}`,
          whole !== undefined && el("small", {}, `in the sound ${figure(whole, "s")}`)))))),
    el("p", { class: "hint" }, "Quantiles of the parts do not add up to the quantile of the whole."));
}

/** Outcomes before (rows) and after (columns), of calls that both have. */
function outcomes({ outcome, outcome_before: before }) {
  const matrix = new Map();
  let all = 0;
  outcome.forEach((now, i) => {
    const key = `${before[i]}\n${now}`;
    if (before[i]) { matrix.set(key, (matrix.get(key) ?? 0) + 1); all += 1; }
  });
  if (!all) return after(outcome);
  const cell = (then, now) => {
    const n = matrix.get(`${then}\n${now}`) ?? 0;
    const move = then === now ? "same" : then === "resolved" ? "worse" : now === "resolved" ? "better" : "moved";
    const link = el("a", { href: address({ view: "calls", was: then, outcome: now }), "aria-label": `${calls(n)}: ${then} before, ${now} now` }, count(n));
    return el("td", { data: { move: n ? move : "none" } }, n ? link : "0");
  };
  return el("section", { class: "card", "aria-labelledby": "outcomes-title" },
    el("h3", { id: "outcomes-title" }, "Outcomes, before and now"),
    el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "before ↓  now →"), OUTCOMES.map((now) => el("th", { scope: "col" }, now)))),
      el("tbody", {}, OUTCOMES.map((then) => el("tr", {}, el("th", { scope: "row" }, then), OUTCOMES.map((now) => cell(then, now)))))),
    el("p", { class: "hint" }, `${calls(all)} that both versions have. Off the diagonal, choose a number to see its calls.`));
}

function after(outcome) {
  return el("section", { class: "card", "aria-labelledby": "outcomes-title" },
    el("h3", { id: "outcomes-title" }, "Outcomes"),
    el("table", { class: "matrix" }, el("tbody", {}, OUTCOMES.map((name) => {
      const n = outcome.filter((each) => each === name).length;
      return el("tr", {}, el("th", { scope: "row" }, name), el("td", { data: { move: "same" } },
        el("a", { href: address({ view: "calls", outcome: name }) }, count(n))));
    }))));
}
