// The page: which lines are shown, and how far the review has come. One line is line.js's.

import { byId, el } from "./dom.js";
import { conflictsOf } from "./conflicts.js";
import { Line } from "./line.js";
import { PARTS, titleOf } from "./parts.js";

const FIGHTS = "conflicts"; // a part that is no file
let language;
let lines = [];

async function begin() {
  try {
    const answer = await fetch("language.json");
    language = await answer.json();
    if (!answer.ok) throw new Error(language.error);
  } catch (error) {
    const problem = byId("problem");
    problem.textContent = `The language cannot be read: ${error.message}. Mend it and load the page again.`;
    problem.hidden = false;
    return;
  }
  document.title = `${language.name} – review`;
  byId("title").textContent = `${language.name} (${language.code}), reviewed by ${language.reviewer}`;
  byId("doubts").hidden = !language.doubts;
  byId("doubts-text").append(...language.doubts.split("\n").map((row) => el("p", {}, row)));
  lines = language.entries.map((entry) => new Line(entry, language, progress));
  byId("file").append(...language.files.map((file) => el("option", { value: file }, titleOf(file))),
    el("option", { value: FIGHTS }, "sentences that two intents fight over"));
  for (const id of ["file", "filter"]) byId(id).addEventListener("change", show);
  byId("find").addEventListener("input", show);
  byId("choose").addEventListener("submit", (event) => event.preventDefault());
  progress();
  show();
}

function progress() {
  const counted = (state) => lines.filter(({ entry }) => entry.state === state).length;
  byId("progress").textContent =
    `${counted("approved")} of ${lines.length} lines approved, ${counted("stale")} stale, ${counted("doubtful")} doubtful`;
}

/** What is typed and not kept yet would be lost: its line stays shown, whatever is chosen. */
function show() {
  const [file, filter, find] = ["file", "filter", "find"].map((id) => byId(id).value);
  const main = byId("main");
  byId("filter").disabled = byId("find").disabled = file === FIGHTS;
  if (file === FIGHTS) {
    byId("count").textContent = "";
    main.replaceChildren(conflictsOf(language.code));
    return;
  }
  const shown = lines.filter((line) => line.entry.file === file && (line.isTyped || line.matches(filter, find)));
  const sections = new Map();
  for (const line of shown) {
    const { section } = line.entry;
    sections.set(section, [...(sections.get(section) ?? []), line]);
  }
  byId("count").textContent = `${shown.length} lines`;
  main.replaceChildren(el("p", { class: "hint" }, PARTS[file]?.told ?? ""),
    ...[...sections].map(([title, each]) =>
      el("section", {}, el("h2", {}, title), each.map((line) => line.element))));
}

addEventListener("beforeunload", (event) => {
  if (lines.some((line) => line.isTyped)) event.preventDefault();
});

begin().finally(() => { document.documentElement.dataset.ready = "true"; });
