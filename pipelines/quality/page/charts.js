// Distributions drawn over each other: how often which value, or how many are at most so long.

import { el, svg } from "./dom.js";

const WIDTH = 420, HEIGHT = 190, LEFT = 46, BOTTOM = 24, TOP = 10, RIGHT = 8;

/** One picture of `{ edges, candidate, baseline }`; `cumulative` sums up. Values are seconds. */
export function distribution({ edges, candidate, baseline }, cumulative, told) {
  const shares = [candidate, baseline].map((counts) => counts && heights(counts, cumulative));
  const top = cumulative ? 1 : niceAbove(Math.max(...shares.flatMap((each) => each ?? [])));
  const [first, last] = [edges[0], edges.at(-1)];
  const x = (value) => LEFT + (WIDTH - LEFT - RIGHT) * (last > first ? (value - first) / (last - first) : 0.5);
  const y = (share) => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (share / top);
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "distribution", role: "img", "aria-label": told },
    [0, top / 2, top].map((share) => [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }),
      label(LEFT - 5, y(share) + 4, `${round(100 * share)} %`, "end"),
    ]),
    ticks(first, last).map((value) => label(x(value), HEIGHT - 6, `${round(value)} s`, "middle")),
    svg("path", { class: "area candidate", d: `${steps(edges, shares[0], x, y)} V${y(0)} H${x(first)} Z` }),
    shares[1] && svg("path", { class: "line baseline", d: steps(edges, shares[1], x, y) }),
    svg("path", { class: "line candidate", d: steps(edges, shares[0], x, y) }));
}

function heights(counts, cumulative) {
  const all = counts.reduce((sum, n) => sum + n, 0) || 1;
  let sum = 0;
  return counts.map((n) => (cumulative ? (sum += n) : n) / all);
}

function steps(edges, shares, x, y) {
  const corners = shares.map((share, i) => `V${y(share).toFixed(1)} H${x(edges[i + 1]).toFixed(1)}`);
  return `M${x(edges[0]).toFixed(1)} ${y(0).toFixed(1)} ${corners.join(" ")}`;
}

function label(x, y, text, anchor) {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = text;
  return element;
}

/** Three to six round values between both. */
export function ticks(first, last) {
  const span = last - first || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((each) => each >= rough);
  const found = [];
  for (let value = Math.ceil(first / step) * step; value <= last + step / 1e6; value += step) found.push(value);
  return found;
}

function niceAbove(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 5, 10].map((n) => n * power).find((each) => each >= value);
}

const round = (value) => Number(value.toPrecision(3));

/** A bar of parts in seconds, of a scale up to `most`; `mark` is a value beside it. */
export function stack(parts, most, mark, key) {
  return el("span", { class: `stack ${key}`, "aria-hidden": "true" },
    parts.map((value, i) => el("i", { class: `part-${i}`, style: { width: `${100 * value / most}%` } })),
    mark !== undefined && el("b", { style: { left: `${100 * mark / most}%` } }));
}
