// The answer first: does it pass, what was compared, what is not in the averages.

import { byId, el, unseen } from "./dom.js";
import { address } from "./state.js";
import { BETTER, KINDS, WORSE, calls, count, moment, sentence, verdictOf } from "./words.js";

const SHOWN_IDS = 50;

export function drawHead(data) {
  const title = data.title || "Quality report";
  document.title = `${title} – quality report`;
  byId("title").textContent = title;
  byId("calls-number").textContent = count(data.calls.id.length);
  byId("foot").textContent = [`Made ${moment(data.made)}`, data.version && `by Waxtaan ${data.version}`].filter(Boolean).join(" ");
  const labels = new Map(data.rows.map(({ name, label }) => [name, label]));
  const gates = [...data.gates].sort((a, b) => a.passed - b.passed);
  byId("head").replaceChildren(
    el("div", { class: "verdict card", data: { verdict: stand(gates) } },
      el("div", { class: "verdict-line" },
        el("span", { class: "badge", "aria-hidden": "true" }, { passes: "✓", fails: "✗", none: "–" }[stand(gates)]),
        el("div", {}, el("h2", { id: "verdict" }, verdict(gates)), el("p", {}, summary(data)))),
      gates.length > 0 && el("ul", { class: "gates", "aria-label": "Limits" }, gates.map((each) => gate(each, labels)))),
    compared(data),
  );
}

function stand(gates) {
  if (!gates.length) return "none";
  return gates.every(({ passed }) => passed) ? "passes" : "fails";
}

function verdict(gates) {
  const broken = gates.filter(({ passed }) => !passed).length;
  if (!gates.length) return "No limits were set";
  if (!broken) return `Passes: ${gates.length === 1 ? "the limit is" : `all ${gates.length} limits are`} kept`;
  return `Does not pass: ${broken} of ${gates.length} ${gates.length === 1 ? "limit" : "limits"} broken`;
}

/** In a sentence: which way the figures went, and how many calls are not as they were. */
function summary({ rows, baseline, calls: columns }) {
  if (!baseline) return "One version, nothing to compare it with.";
  const told = rows.map(verdictOf);
  const worse = told.filter((each) => each === WORSE).length, better = told.filter((each) => each === BETTER).length;
  const changed = columns.changes.filter(({ length }) => length).length;
  const figures = worse || better
    ? `Of ${rows.length} figures ${worse || "none"} ${worse === 1 ? "is" : "are"} certainly worse and ${better || "none"} certainly better`
    : `None of ${rows.length} figures is certainly worse or better`;
  return `${figures}; ${changed ? `${count(changed)} of ${calls(columns.id.length)} go otherwise than before` : "every call goes as before"}.`;
}

const OF_CALLS = { left_out: "Calls left out", apart: "Calls apart", fewest: "Calls averaged" };

/** What a limit is about, in words; its own name stands beside it. */
function about(name, labels) {
  const [what, which] = name.split(".");
  if (what === "metrics" && labels.has(which)) return sentence(labels.get(which));
  if (what === "changes") return which === "any" ? "Calls with any change" : `Calls with this change: ${KINDS[which] ?? which}`;
  return OF_CALLS[which] ?? "";
}

function gate({ name, passed, told }, labels) {
  return el("li", { data: { passed } },
    el("span", { class: "mark", "aria-hidden": "true" }, passed ? "✓" : "✗"),
    el("span", { class: "gate-name" }, unseen(passed ? "kept: " : "broken: "), about(name, labels), el("code", {}, name)),
    el("span", { class: "gate-told" }, told));
}

function compared(data) {
  const columns = data.calls;
  const apart = columns.apart.filter(Boolean).length;
  return el("div", { class: "card compared" },
    el("dl", { class: "facts" },
      fact("Candidate", data.candidate, "candidate"),
      data.baseline && fact("Baseline", data.baseline, "baseline"),
      fact("Calls averaged", count(data.averaged)),
      apart > 0 && fact("Apart", el("a", { href: address({ view: "calls", apart: "apart" }) }, count(apart)), "", "their replay left the recording: told, not averaged"),
      data.left_out.length > 0 && fact("Left out", count(data.left_out.length), "", "could not be read or measured")),
    data.left_out.length > 0 && leftOut(data.left_out));
}

function fact(term, told, key = "", hint = "") {
  return el("div", {}, el("dt", { class: key }, term), el("dd", {}, told), hint && el("dd", { class: "hint" }, hint));
}

/** By reason, the most frequent first. */
function leftOut(pairs) {
  const reasons = new Map();
  for (const [id, why] of pairs) reasons.set(why, [...(reasons.get(why) ?? []), id]);
  const ordered = [...reasons].sort(([, a], [, b]) => b.length - a.length);
  return el("details", { class: "left-out" },
    el("summary", {}, `Why ${calls(pairs.length)} ${pairs.length === 1 ? "is" : "are"} left out`),
    el("ul", {}, ordered.slice(0, SHOWN_IDS).map(([why, ids]) => el("li", {},
      el("strong", {}, count(ids.length)), ` ${sentence(why)}`,
      el("p", { class: "hint ids" }, ids.slice(0, SHOWN_IDS).join(", "), ids.length > SHOWN_IDS && ` and ${count(ids.length - SHOWN_IDS)} more`)))));
}
