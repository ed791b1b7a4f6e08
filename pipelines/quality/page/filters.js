// Which calls are listed, and in what order. Every order is worked out once; a filter walks along it.

import { CHECKS, KINDS, judgedIn } from "./words.js";

const NUMBER = (values) => (i) => values[i] ?? -1;
const LENGTH = (values) => (i) => values[i].length;

/** What calls are told apart by: name in the address, label, the values of a call. */
function facetsOf(columns) {
  const { language, channel, noise, version, outcome, outcome_before: before } = columns;
  const { wishes, reasons, changes, violations, apart, judged } = columns;
  return [
    ["language", "Language", (i) => [language[i]]],
    ["channel", "Channel", (i) => [channel[i]]],
    ["noise", "Noise behind the caller", (i) => [noise[i] || "not known"]],
    ["version", "Version", (i) => [version[i] || "not known"]],
    ["wish", "Wish", (i) => (wishes[i].length ? wishes[i] : ["none"])],
    ["outcome", "Outcome", (i) => [outcome[i]]],
    ["was", "Outcome before", (i) => [before[i] || "not there"]],
    ["reason", "Put through because", (i) => (reasons[i].length ? reasons[i] : ["not put through"])],
    ["change", "Changed", (i) => (changes[i].length ? ["any", ...changes[i]] : ["none"])],
    ["violation", "Broken rule", (i) => (violations[i].length ? ["any", ...violations[i]] : ["none"])],
    ["judged", "By annotators", (i) => (judged?.[i].length ? judged[i] : ["none"])],
    ["apart", "Averaged", (i) => [apart[i] ? "apart" : "averaged"]],
  ].map(([name, label, of]) => ({ name, label, of }));
}

const WORDS_OF = {
  change: { any: "any change", none: "no change", ...KINDS },
  violation: { any: "any rule", none: "no rule", ...CHECKS },
  judged: { none: "no rule judged" },
  apart: { apart: "apart: left the recording", averaged: "averaged" },
};

/** What they are sorted by; numbers begin with the most. */
function keysOf(c) {
  return {
    worst: (i) => -c.worst[i],
    seconds: NUMBER(c.seconds), turns: NUMBER(c.turns), lost: NUMBER(c.not_understood), wait: NUMBER(c.longest_wait),
    changes: LENGTH(c.changes), rules: LENGTH(c.violations),
    id: ranked(c.id), began: ranked(c.began), language: ranked(c.language), channel: ranked(c.channel), outcome: ranked(c.outcome),
    wishes: ranked(c.wishes.map((each) => each.join(", "))),
  };
}

/** Texts as numbers in their order. */
function ranked(values) {
  const rank = new Map([...new Set(values)].sort().map((value, i) => [value, i]));
  return (i) => rank.get(values[i]);
}

export class Selection {
  #ids;
  #keys;
  #orders = new Map();
  #groups;

  constructor(columns, groups) {
    this.size = columns.id.length;
    this.#ids = columns.id.map((id) => id.toLowerCase());
    this.#keys = keysOf(columns);
    this.#groups = groups;
    this.facets = facetsOf(columns).map((facet) => this.#prepared(facet)).filter(({ options }) => options.length > 1);
  }

  /** The numbers of the calls that a state lists, in its order. */
  list(state) {
    const wanted = this.facets.filter(({ name }) => state[name]).map(({ name, sets }) => sets.get(state[name]));
    if (wanted.includes(undefined)) return [];
    const text = (state.text ?? "").trim().toLowerCase();
    const turns = this.turnsOf(state.group);
    return this.#order(state.sort || "-worst").filter((i) =>
      wanted.every((set) => set[i]) && (!text || this.#ids[i].includes(text)) && (!turns || turns.has(i)));
  }

  /** By call, the first turn at which the change of a group happens; null for no group. */
  turnsOf(group) {
    if (group === undefined || group === "") return null;
    const found = new Map();
    for (const [i, turn] of this.#groups[group]?.calls ?? []) if (!found.has(i)) found.set(i, turn);
    return found;
  }

  /** For each value a mark by each call that has it. */
  #prepared({ name, label, of }) {
    const sets = new Map(), counts = new Map();
    for (let i = 0; i < this.size; i += 1) {
      for (const value of of(i)) {
        if (!sets.has(value)) { sets.set(value, new Uint8Array(this.size)); counts.set(value, 0); }
        sets.get(value)[i] = 1;
        counts.set(value, counts.get(value) + 1);
      }
    }
    const options = [...counts].sort(([a, n], [b, m]) => (b === "any") - (a === "any") || m - n)
      .map(([value, n]) => ({ value, n, label: WORDS_OF[name]?.[value] ?? (name === "judged" ? judgedIn(value) : value || "unknown") }));
    return { name, label, sets, options };
  }

  #order(sort) {
    if (!this.#orders.has(sort)) {
      const key = this.#keys[sort.replace(/^-/, "")] ?? this.#keys.worst;
      const values = Float64Array.from({ length: this.size }, (_, i) => key(i));
      const sign = sort.startsWith("-") ? -1 : 1;
      this.#orders.set(sort, Array.from(values.keys()).sort((a, b) => sign * (values[a] - values[b]) || a - b));
    }
    return this.#orders.get(sort);
  }
}
