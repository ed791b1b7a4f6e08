// Charts: distributions over each other (how often which value, or how many are at most so long), a figure over reports.

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

const LINE_HEIGHT = 150, MANY = 40, LABEL = 46;

/** A line through `points` with its band, gaps where there is none; `mark(i)` shows one, `nearest(x)` finds it on the screen. */
export function series(points, names, written, ceiling = Infinity) {
  const there = points.flatMap((point, i) => (point ? [i] : []));
  const ends = there.flatMap((i) => [points[i].low, points[i].high, points[i].value]);
  const [least, most] = roomy(Math.min(...ends), Math.max(...ends), ceiling);
  const left = LEFT + 10, wide = WIDTH - left - RIGHT - 14;
  const x = (i) => left + (points.length > 1 ? wide * i / (points.length - 1) : wide / 2);
  const y = (value) => LINE_HEIGHT - BOTTOM - (LINE_HEIGHT - BOTTOM - TOP) * ((value - least) / (most - least));
  const at = (i, value) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  const runs = there.reduce((found, i) => { if (points[i - 1] && found.length) found.at(-1).push(i); else found.push([i]); return found; }, []);
  const here = svg("line", { class: "here", y1: TOP, y2: LINE_HEIGHT - BOTTOM });
  const now = svg("circle", { class: "point now", r: 4.5 });
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${LINE_HEIGHT}`, class: "distribution", "aria-hidden": "true" },
    ticks(least, most).map((value) => [
      svg("line", { class: "grid", x1: left, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
      label(left - 5, y(value) + 4, written(value), "end"),
    ]),
    under(names, x).map(([place, text, anchor]) => label(x(place), LINE_HEIGHT - 6, text, anchor)),
    runs.map((run) => [
      svg("path", { class: "band", d: `M${[...run.map((i) => at(i, points[i].high)), ...[...run].reverse().map((i) => at(i, points[i].low))].join("L")}Z` }),
      svg("path", { class: "line", d: `M${run.map((i) => at(i, points[i].value)).join("L")}` }),
    ]),
    there.filter((i) => points.length <= MANY || !(points[i - 1] || points[i + 1]))
      .map((i) => svg("circle", { class: "point", cx: x(i), cy: y(points[i].value), r: 2.5 })),
    here, now);
  const mark = (i) => {
    for (const end of ["x1", "x2"]) here.setAttribute(end, x(i));
    now.setAttribute("cx", x(i));
    now.setAttribute("cy", y(points[i].value));
  };
  const nearest = (clientX) => {
    const box = drawing.getBoundingClientRect();
    const to = WIDTH * (clientX - box.left) / box.width;
    return there.reduce((best, i) => (Math.abs(x(i) - to) < Math.abs(x(best) - to) ? i : best));
  };
  return { drawing, mark, nearest };
}

/** Both ends with a little room around them, between 0 and what there can be at most, and never one and the same. */
function roomy(least, most, ceiling) {
  const room = (most - least) * 0.08 || Math.abs(most) * 0.1 || 0.1;
  return [least >= 0 ? Math.max(0, least - room) : least - room, Math.min(ceiling, most + room)];
}

/** What is written under a line: each name where it begins, as far as there is room; the last always. */
function under(names, x) {
  const last = names.length - 1;
  const width = (text) => Math.max(LABEL, 7 * text.length + 8);
  const found = [[last, names[last], last ? "end" : "middle"]];
  let free = x(last) - width(names[last]);
  for (let i = last - 1; i >= 0; i -= 1) {
    const begins = names[i] !== names[i - 1], room = i ? width(names[i]) / 2 : width(names[i]);
    if (!begins || x(i) + room > free || (i && x(i) - room < x(0) + width(names[0]))) continue;
    found.push([i, names[i], i ? "middle" : "start"]);
    free = x(i) - room;
  }
  return found;
}

const round = (value) => Number(value.toPrecision(3));

/** A bar of parts in seconds, of a scale up to `most`; `mark` is a value beside it. */
export function stack(parts, most, mark, key) {
  return el("span", { class: `stack ${key}`, "aria-hidden": "true" },
    parts.map((value, i) => el("i", { class: `part-${i}`, style: { width: `${100 * value / most}%` } })),
    mark !== undefined && el("b", { style: { left: `${100 * mark / most}%` } }));
}
