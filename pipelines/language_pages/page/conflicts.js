// Samples that would be taken for another intent if they had not been taught.

import { el } from "./dom.js";

export function conflictsOf(code) {
  const place = el("div", { class: "card", "aria-busy": "true" }, el("p", { role: "status" }, "Every sentence is tried against the others …"));
  fill(place, code);
  return place;
}

async function fill(place, code) {
  try {
    const answer = await fetch("conflicts.json");
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error);
    place.replaceChildren(...shown(body.conflicts, code));
  } catch (error) {
    place.replaceChildren(el("p", { class: "problem", role: "alert" }, `They cannot be shown: ${error.message}`));
  }
  place.removeAttribute("aria-busy");
}

function shown(conflicts, code) {
  const rows = conflicts.map((each) => el("tr", {},
    el("td", { lang: code }, each.sentence), el("td", {}, each.intent), el("td", {}, each.taken_for),
    el("td", { lang: code }, each.sample), el("td", {}, each.score.toFixed(2))));
  return [
    el("p", { class: "hint" }, `${conflicts.length} sentences are nearer to a sample of another intent than to the rest of their own (by words and letters, `
      + "each judged without itself and a fifth of the others). Many are right where they are. Look for those that belong to the other one, and for what no caller would say."),
    el("div", { class: "wide", role: "region", tabindex: "0", "aria-label": "Sentences that two intents fight over" },
      el("table", {}, el("thead", {}, el("tr", {}, ["sentence", "belongs to", "taken for", "because of", "nearness"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, rows))),
  ];
}
