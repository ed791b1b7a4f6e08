// Which rules called a person rightly, wrongly, or not at all, by what annotators say of the calls.

import { byId, el } from "./dom.js";
import { address } from "./state.js";
import { ANY_RULE, calls, count, figure, judgedIn } from "./words.js";

const NONE = "none"; // no rule
const COLUMNS = [["right", "called rightly"], ["wrong", "called wrongly"], ["missed", "should have called"]];

export function drawEscalation({ escalation, baseline }) {
  const section = byId("escalation");
  section.hidden = !escalation;
  if (section.hidden) return;
  const { candidate, baseline: before } = escalation;
  const then = new Map((before?.rules ?? []).map((each) => [each.rule, each]));
  const rules = [...candidate.rules, ...[...then.values()].filter(({ rule }) => !candidate.rules.some((each) => each.rule === rule)).map(({ rule }) => nothing(rule))];
  const heads = ["Rule", ...COLUMNS.map(([, label]) => label), "precision", "recall"];
  section.replaceChildren(
    el("h2", { id: "escalation-title" }, "Was a person called rightly?"),
    el("p", { class: "hint" }, `By what annotators agree on, of ${calls(candidate.calls)}${baseline ? " of the candidate" : ""}. Precision: the share of a rule's calls that were right. Recall: the share that it called of those it should have. Choose a number to see its calls.`),
    rules.length
      ? el("table", { class: "figures rules" },
        el("thead", {}, el("tr", {}, heads.map((each) => el("th", { scope: "col" }, each)))),
        el("tbody", {}, rules.map((each) => line(each, then.get(each.rule), Boolean(baseline)))))
      : el("p", { class: "quiet" }, "No rule called, and none should have."));
}

const nothing = (rule) => ({ rule, right: 0, wrong: {}, missed: {}, called: 0, wanted: 0, precision: null, recall: null });

function line(each, before, both) {
  return el("tr", { data: { rule: each.rule } },
    el("th", { scope: "row" }, each.rule === ANY_RULE ? "any rule" : each.rule),
    COLUMNS.map(([how, label]) => el("td", { data: { label } }, number(each, how))),
    share(each, before, "precision", "called", both), share(each, before, "recall", "wanted", both));
}

/** In how many calls, which lead there, and what should have been or was in its place. */
function number(each, how) {
  const others = how === "right" ? {} : each[how];
  const n = how === "right" ? each.right : Object.values(others).reduce((sum, more) => sum + more, 0);
  if (!n) return el("span", { class: "quiet" }, "0");
  const link = el("a", { href: address({ view: "calls", judged: `${how}:${each.rule}` }), "aria-label": `${calls(n)}: ${judgedIn(`${how}:${each.rule}`)}` }, count(n));
  const ordered = Object.entries(others).sort(([, a], [, b]) => b - a);
  const only = ordered.length === 1 && ordered[0][0] === NONE;
  return [el("span", { class: "value" }, link), each.rule !== ANY_RULE && n > 0 && ordered.length > 0 && !only
    && el("small", {}, `${how === "wrong" ? "right: " : "instead: "}${ordered.map(([rule, more]) => `${rule === NONE ? "no rule" : rule} ${count(more)}`).join(", ")}`)];
}

function share(each, before, name, of, both) {
  const was = before?.[name] ?? null;
  return el("td", { data: { label: name } },
    el("span", { class: "value" }, each[name] === null ? "–" : figure(each[name], "share")),
    el("small", {}, `n ${count(each[of])}`, both && `; before ${was === null ? "–" : figure(was, "share")}, n ${count(before?.[of] ?? 0)}`));
}
