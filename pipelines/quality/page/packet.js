// What the person at the desk was given: of both versions, beside each other where they differ.

import { wordDiff } from "./diff.js";
import { el } from "./dom.js";
import { readable, sentence } from "./words.js";

export function packetElement(then, now, both) {
  const names = [...new Set([...Object.keys(now ?? {}), ...Object.keys(then ?? {})])].filter((name) => name !== "transcript");
  if (!names.length) return null;
  const lines = names.map((name) => [name, readable(then?.[name]), readable(now?.[name])]).filter(([, before, after]) => before || after);
  const differ = both && lines.some(([, before, after]) => before !== after);
  return el("section", { class: "card packet", "aria-labelledby": "packet-title" },
    el("h3", { id: "packet-title" }, "What the person was given"),
    both && !then && el("p", { class: "hint" }, "Only the candidate puts this call through."),
    both && !now && el("p", { class: "hint" }, "Only the baseline puts this call through."),
    el("table", {},
      el("thead", { class: differ ? "" : "visually-hidden" }, el("tr", {}, ["Fact", ...(differ ? ["Baseline", "Candidate"] : ["Value"])].map((each) => el("th", { scope: "col" }, each)))),
      el("tbody", {}, lines.map(([name, before, after]) => el("tr", {},
        el("th", { scope: "row" }, sentence(name.replaceAll("_", " "))),
        before === after || !differ
          ? el("td", { colspan: differ ? 2 : 1 }, after || before || "–")
          : [el("td", {}, marked(before, after, "then", "del")), el("td", {}, marked(before, after, "now", "ins"))])))),
    transcript((now ?? then).transcript));
}

function marked(before, after, which, tag) {
  const found = wordDiff(before, after).filter(([of]) => of === "same" || of === which);
  return found.length ? found.flatMap(([of, words]) => [of === "same" ? words : el(tag, {}, words), " "]) : "–";
}

function transcript(lines) {
  if (!Array.isArray(lines) || !lines.length) return null;
  return el("details", {}, el("summary", {}, `The transcript in it, ${lines.length} lines`),
    el("ol", {}, lines.map((line) => el("li", {}, readable(line)))));
}
