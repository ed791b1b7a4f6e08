// Both sides of a call as waveforms over one time axis, with the turns and a cursor; a click plays from there.

import { bytes } from "./data.js";
import { el, svg } from "./dom.js";
import { clock } from "./words.js";

const MIDDLES = { caller: 25, agent: 75 };
const HALF = 23; // of a waveform's height
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600]; // s between two times of the axis
const MOST = 8; // of them
const ARROW = 5; // s that an arrow key moves

export class Wave {
  #seconds = 1;
  #seek;
  #paths = {};
  #box = svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  #cursor = el("i", { class: "cursor" });
  #turn = svg("rect", { class: "turn-now", y: 0, height: 100 });
  #axis = el("div", { class: "axis", "aria-hidden": "true" });
  #track;

  constructor(seek) {
    this.#seek = seek;
    this.#track = el("div", {
      class: "track", role: "slider", tabindex: "0", "aria-label": "Time of the call", "aria-valuemin": "0",
      on: { pointerdown: (event) => this.#pressed(event), keydown: (event) => this.#moved(event) },
    }, el("span", { class: "who caller" }, "caller"), el("span", { class: "who agent" }, "agent"), this.#box, this.#cursor);
    this.element = el("div", { class: "wave" }, this.#track, this.#axis);
  }

  /** `outlines` are both sides' loudness, 0 to 255, as base64; `marks` are seconds at which turns begin. */
  draw(outlines, seconds, marks) {
    this.#seconds = Math.max(seconds, 1);
    this.marks = marks;
    this.#paths = {};
    const sides = Object.keys(MIDDLES).map((who, i) => {
      this.#paths[who] = svg("path", { class: `outline ${who}`, d: outlines[i] ? outline(bytes(outlines[i]), MIDDLES[who]) : "" });
      return this.#paths[who];
    });
    const lines = marks.slice(1).map((at) => svg("line", { class: "turn-mark", x1: this.#x(at), x2: this.#x(at), y1: 0, y2: 100 }));
    this.#box.replaceChildren(this.#turn, ...lines, ...sides, svg("line", { class: "between", x1: 0, x2: 1000, y1: 50, y2: 50 }));
    this.#axis.replaceChildren(...moments(this.#seconds).map((at) => el("span", { style: { left: `${100 * at / this.#seconds}%` } }, clock(at))));
    this.#track.setAttribute("aria-valuemax", Math.round(this.#seconds));
    this.#track.classList.toggle("silent", !outlines.length);
    this.at(0, 0);
  }

  /** An outline spans its own file, which may be shorter than the call. */
  fit(who, duration) {
    if (duration) this.#paths[who]?.setAttribute("transform", `scale(${Math.min(1, duration / this.#seconds)} 1)`);
  }

  /** Where the cursor stands, and the turn that it stands in. */
  at(seconds, turn) {
    const share = Math.min(1, seconds / this.#seconds);
    this.#cursor.style.left = `${(100 * share).toFixed(3)}%`;
    this.#track.setAttribute("aria-valuenow", Math.round(seconds));
    this.#track.setAttribute("aria-valuetext", `${clock(seconds)} of ${clock(this.#seconds)}`);
    const from = this.marks?.[turn] ?? 0, to = this.marks?.[turn + 1] ?? this.#seconds;
    this.#turn.setAttribute("x", this.#x(from));
    this.#turn.setAttribute("width", Math.max(0, this.#x(to) - this.#x(from)));
  }

  #x(at) {
    return (1000 * at / this.#seconds).toFixed(2);
  }

  #pressed(event) {
    const to = (x) => {
      const { left, width } = this.#track.getBoundingClientRect();
      this.#seek(this.#seconds * Math.min(1, Math.max(0, (x - left) / width)));
    };
    const drag = ({ clientX }) => to(clientX);
    this.#track.setPointerCapture(event.pointerId);
    this.#track.addEventListener("pointermove", drag);
    this.#track.addEventListener("lostpointercapture", () => this.#track.removeEventListener("pointermove", drag), { once: true });
    to(event.clientX);
  }

  #moved(event) {
    const by = { ArrowLeft: -ARROW, ArrowRight: ARROW }[event.key];
    if (!by) return;
    event.preventDefault();
    this.#seek(Number(this.#track.getAttribute("aria-valuenow")) + by);
  }
}

/** The times that are written under the waveforms; none so near the end that it would not fit. */
function moments(seconds) {
  const step = STEPS.find((each) => seconds / each <= MOST) ?? seconds;
  return Array.from({ length: Math.ceil(0.96 * seconds / step) }, (_, i) => i * step);
}

function outline(values, middle) {
  const x = (i) => (1000 * i / values.length).toFixed(1);
  const above = Array.from(values, (value, i) => `L${x(i)} ${(middle - HALF * value / 255 - 0.4).toFixed(1)}`);
  const below = Array.from(values, (value, i) => `L${x(i)} ${(middle + HALF * value / 255 + 0.4).toFixed(1)}`).reverse();
  return `M0 ${middle}${above.join("")}${below.join("")}Z`;
}
