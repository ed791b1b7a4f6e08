// The calls: filters above, the list below, both as the address has them.

import { sides } from "./changed.js";
import { byId, el } from "./dom.js";
import { Selection } from "./filters.js";
import { List } from "./list.js";
import { address, go, listed, readState } from "./state.js";
import { CHECKS, KINDS, calls, clock, count, figure, moment } from "./words.js";

// What it is sorted by and called, how wide it is, whether a list needs it.
const COLUMNS = [
  ["id", "Call", "17.2rem"], ["began", "Began", "9.6rem", ({ began }) => began.some(Boolean)],
  ["language", "Language", "4.6rem"], ["channel", "Channel", "5.2rem"],
  ["outcome", "Outcome", "minmax(0, 1.5fr)"], ["wishes", "Wishes", "minmax(0, 1fr)"], ["seconds", "Length", "3.6rem"], ["turns", "Turns", "3.2rem"],
  ["lost", "Not underst.", "5.4rem"], ["wait", "Longest wait", "5.6rem"],
  ["changes", "Changed", "minmax(0, 1.8fr)", ({ changes, apart }) => [...changes, ...apart].some((each) => each.length)],
  ["rules", "Broken rules", "minmax(0, 1.5fr)", ({ violations }) => violations.some(({ length }) => length)],
];
const TEXTS = new Set(["id", "began", "language", "channel", "outcome", "wishes"]);
const WORST = "Worst first: broken rules, then an outcome that was resolved and is not, then unresolved, the share of turns not understood, the longest wait; calls apart come last.";

export class CallsView {
  #columns;
  #groups;
  #selection;
  #list;
  #state = null;
  #shown;
  #turns = null;
  numbers = [];

  constructor({ calls: columns, groups }) {
    this.#columns = columns;
    this.#groups = groups;
    this.#selection = new Selection(columns, groups);
    this.#drawForm();
    this.#shown = COLUMNS.filter(([, , , needed]) => !needed || needed(columns)).map(([key]) => key);
    const heads = COLUMNS.filter(([key]) => this.#shown.includes(key));
    byId("list").style.setProperty("--columns", heads.map(([, , width]) => width).join(" "));
    this.#list = new List(byId("list"), heads, { cells: () => this.#cells(), fill: (cells, number) => this.#fill(cells, number) }, (key) => this.#sort(key));
  }

  /** List what the state says; returns the numbers of the calls. */
  show(state) {
    const before = this.#state && JSON.stringify(listed(this.#state));
    this.#state = state;
    if (before !== JSON.stringify(listed(state))) {
      this.#turns = this.#selection.turnsOf(state.group);
      this.numbers = this.#selection.list(state);
      this.#list.show(this.numbers, state.sort || "-worst");
      this.#fillForm();
    }
    return this.numbers;
  }

  /** The address of a call's view, at the turn that its group is about. */
  link(number) {
    return address({ ...this.#state, view: "call", call: this.#columns.id[number], turn: this.#turns?.get(number) });
  }

  focus() {
    byId("filter-text").focus();
    byId("filter-text").select();
  }

  /** Up or down in the list. */
  step(by) {
    this.#list.focus(this.#list.focused < 0 ? 0 : this.#list.focused + by);
  }

  find(id) {
    this.#list.focus(this.numbers.indexOf(this.#columns.id.indexOf(id)));
  }

  #drawForm() {
    const change = () => go({ ...readState(), ...this.#chosen() }, true);
    const field = (name, label, control) => el("label", { class: "field", for: `filter-${name}` }, el("span", {}, label), control);
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("filters").replaceChildren(
      field("text", "Call", el("input", { id: "filter-text", type: "search", name: "text", autocomplete: "off", spellcheck: "false", placeholder: "part of its id", on: { input: change } })),
      el("button", { type: "button", id: "more-filters", "aria-expanded": "false", "aria-controls": "facets", on: { click: unfold } }, "More filters", el("span", { id: "filters-active" })),
      el("div", { id: "facets" }, this.#selection.facets.map(({ name, label, options }) => field(name, label,
        el("select", { id: `filter-${name}`, name, on: { change } }, el("option", { value: "" }, "all"),
          options.map(({ value, label: text, n }) => el("option", { value }, `${text} (${count(n)})`)))))),
      el("div", { class: "chosen-group", id: "chosen-group", hidden: true }));
    byId("clear-filters").addEventListener("click", () => go({ view: "calls", sort: this.#state.sort }, true));
  }

  #chosen() {
    return Object.fromEntries([...byId("filters").elements].filter(({ name }) => name).map(({ name, value }) => [name, value]));
  }

  #fillForm() {
    for (const control of byId("filters").elements) {
      const value = this.#state[control.name] ?? "";
      if (control.name && control.value !== value) control.value = value;
    }
    const set = [...this.#selection.facets.map(({ name }) => name), "text", "group"].filter((name) => this.#state[name]);
    byId("filters-active").textContent = set.length ? ` (${set.length})` : "";
    byId("clear-filters").hidden = !set.length;
    byId("calls-count").textContent = this.numbers.length === this.#selection.size
      ? calls(this.#selection.size)
      : `${count(this.numbers.length)} of ${calls(this.#selection.size)}`;
    byId("sort-hint").replaceChildren(!this.#state.sort || this.#state.sort === "-worst" ? WORST
      : el("button", { type: "button", class: "plain", on: { click: () => go({ ...readState(), sort: "" }, true) } }, "Back to the worst first"));
    this.#fillGroup();
  }

  #fillGroup() {
    const group = this.#groups[this.#state.group];
    byId("chosen-group").hidden = !group;
    if (!group) return;
    byId("chosen-group").replaceChildren(
      el("span", { class: "kind" }, KINDS[group.kind] ?? group.kind), el("span", { class: "name" }, group.name),
      el("span", { class: "sides-inline" }, sides(group.then, group.now)),
      el("button", { type: "button", class: "plain", "aria-label": "Show the calls without this change too", on: { click: () => go({ ...readState(), group: "" }, true) } }, "×"));
  }

  #sort(key) {
    const first = TEXTS.has(key) ? key : `-${key}`, other = TEXTS.has(key) ? `-${key}` : key;
    const now = this.#state.sort;
    go({ ...readState(), sort: now === first ? other : now === other ? "" : first }, true);
  }

  /** A row's cells, by column. */
  #cells() {
    const cells = Object.fromEntries(this.#shown.map((name) => [name, el("td", { role: "cell", class: name })]));
    cells.id.append(el("a"));
    return cells;
  }

  /** Put a call into them. */
  #fill(cells, i) {
    const c = this.#columns;
    const put = (name, ...told) => { if (told.length > 1 || cells[name]?.textContent !== told[0]) cells[name]?.replaceChildren(...told); };
    const link = cells.id.firstChild;
    link.href = this.link(i);
    link.textContent = c.id[i];
    put("began", moment(c.began[i]));
    put("language", c.language[i]);
    put("channel", c.channel[i]);
    const was = c.outcome_before[i], now = c.outcome[i];
    put("outcome", ...(was && was !== now ? [el("del", {}, was), " → ", el("strong", {}, now)] : [now]));
    cells.outcome.dataset.outcome = now;
    cells.outcome.dataset.lost = was === "resolved" && now !== was;
    put("wishes", c.wishes[i].join(", ") || "–");
    put("seconds", clock(c.seconds[i]));
    put("turns", count(c.turns[i]));
    put("lost", c.not_understood[i] ? count(c.not_understood[i]) : "–");
    cells.lost.classList.toggle("some", c.not_understood[i] > 0);
    put("wait", c.longest_wait[i] === null ? "–" : figure(c.longest_wait[i], "s"));
    put("changes", c.changes[i].map((kind) => KINDS[kind] ?? kind).join(", "), ...(c.apart[i] ? [" ", el("span", { class: "chip", title: c.apart[i] }, "apart")] : []));
    put("rules", c.violations[i].map((check) => CHECKS[check] ?? check).join(", "));
  }
}

/** On a narrow screen the filters are put away until they are wanted. */
function unfold({ currentTarget: button }) {
  button.setAttribute("aria-expanded", button.getAttribute("aria-expanded") === "false");
}
