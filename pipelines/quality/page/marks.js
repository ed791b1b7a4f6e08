// Small drawings beside figures: an interval on a line, and what became of a figure in sign and word.

import { el } from "./dom.js";
import { signOf } from "./words.js";

const percent = (share) => `${(100 * share).toFixed(2)}%`;

/** What became of a figure, in colour, sign and word. */
export function verdictMark(verdict) {
  return el("span", { class: "verdict-mark", data: { verdict } }, el("span", { "aria-hidden": "true" }, signOf(verdict)), ` ${verdict}`);
}

/** An interval around a value, placed between `least` and `most`. */
export function interval({ value, low, high }, [least, most], key) {
  const place = (at) => most > least ? Math.min(1, Math.max(0, (at - least) / (most - least))) : 0.5;
  return el("span", { class: `interval ${key}`, "aria-hidden": "true" },
    el("i", { class: "range", style: { left: percent(place(low)), width: percent(Math.max(0, place(high) - place(low))) } }),
    el("i", { class: "dot", style: { left: percent(place(value)) } }));
}

/** A difference around zero, on a scale of its own. */
export function aroundZero(difference, verdict) {
  const widest = Math.max(Math.abs(difference.low), Math.abs(difference.high)) * 1.15 || 1;
  return el("span", { class: "around-zero", data: { verdict }, "aria-hidden": "true" },
    interval(difference, [-widest, widest], "moved"));
}

export function legend(...keys) {
  return el("p", { class: "legend" }, keys.map((key) => el("span", { class: `key ${key}` }, key)));
}
