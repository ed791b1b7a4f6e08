// Both sides of a call as waveforms over one time axis, with the turns and a cursor; a click plays from there.

import { el, svg } from "./dom.js";
import { listenToGestures } from "./gestures.js";
import { Span } from "./span.js";
import { clock } from "./words.js";

const MIDDLES = { caller: 25, agent: 75 };
const HALF = 23; // of a waveform's height
const DRAWN = 1200; // points of a waveform: more cannot be seen
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600]; // s between two times of the axis
const MOST = 8; // of them
const ARROW = 5; // s that an arrow key moves
const CLOSER = 2; // times, of a press on a key or button
const JUMP = 1; // s: no playback comes so far at once

export class Wave extends EventTarget {
  #span = new Span(1);
  #values = {}; // by side: its loudness, 0 to 1
  #lasting = {}; // by side: seconds that its outline spans
  #marks = [0];
  #now = { seconds: 0, turn: 0 };
  #box = svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  #cursor = el("i", { class: "cursor" });
  #turn = svg("rect", { class: "turn-now", y: 0, height: 100 });
  #axis = el("div", { class: "axis", "aria-hidden": "true" });
  #place = el("i");
  #overview = el("div", { class: "overview", "aria-hidden": "true" }, this.#place);
  #track;

  /** `seek(seconds)` is called where somebody points; "zoom" is told when another part is shown. */
  constructor(seek) {
    super();
    this.#track = el("div", { class: "track", role: "slider", tabindex: "0", "aria-label": "Time of the call", "aria-valuemin": "0" },
      el("span", { class: "who caller" }, "caller"), el("span", { class: "who agent" }, "agent"), this.#box, this.#cursor);
    this.element = el("div", { class: "wave" }, this.#track, this.#overview, this.#axis);
    const at = (share) => this.#span.from + this.#span.length * share;
    this.#track.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -ARROW, ArrowRight: ARROW }[event.key];
      if (!by) return;
      event.preventDefault();
      seek(this.#now.seconds + by);
    });
    listenToGestures(this.#track, {
      point: (share) => seek(at(Math.min(1, Math.max(0, share)))),
      zoom: (times, share) => this.#shown(() => this.#span.zoom(times, at(share))),
      move: (share) => this.#shown(() => this.#span.show(this.#span.from + share * this.#span.length, this.#span.length)),
    });
    listenToGestures(this.#overview, {
      point: (share) => this.#shown(() => this.#span.show(share * this.#span.whole - this.#span.length / 2, this.#span.length)),
    });
  }

  /** `outlines` are both sides' loudness, a letter a point; `marks` are seconds at which turns begin. */
  draw(outlines, seconds, marks) {
    this.#span = new Span(Math.max(seconds, 1));
    this.#marks = marks;
    this.#values = {};
    this.#lasting = {};
    Object.keys(MIDDLES).forEach((who, i) => { this.#values[who] = levels(outlines[i] ?? ""); });
    this.#now = { seconds: 0, turn: 0 };
    this.#track.setAttribute("aria-valuemax", Math.round(this.#span.whole));
    this.#track.classList.toggle("silent", !outlines.length);
    this.#shown(() => {});
  }

  /** An outline spans its own file, which may be shorter than the call. */
  fit(who, duration) {
    if (!duration || this.#lasting[who] === duration) return;
    this.#lasting[who] = duration;
    this.#redraw();
  }

  /** Where the cursor stands, and the turn that it stands in; it stays in sight if it was, or came from afar. */
  at(seconds, turn) {
    const before = this.#now.seconds;
    this.#now = { seconds, turn };
    if ((this.#span.holds(before) || Math.abs(seconds - before) > JUMP) && this.#span.reveal(seconds)) this.#redraw();
    else this.#point();
  }

  /** Closer where `direction` is 1, farther where it is -1, the whole call where it is 0. */
  zoom(direction) {
    const { seconds } = this.#now;
    const around = this.#span.holds(seconds) ? seconds : this.#span.from + this.#span.length / 2;
    this.#shown(() => { if (direction) this.#span.zoom(CLOSER ** direction, around); else this.#span.show(0, this.#span.whole); });
  }

  get canZoom() {
    return { in: !this.#span.isShortest, out: !this.#span.isWhole };
  }

  #shown(change) {
    change();
    this.#redraw();
    this.dispatchEvent(new Event("zoom"));
  }

  #redraw() {
    const { from, to, length, whole, isWhole } = this.#span;
    const sides = Object.entries(this.#values).map(([who, values]) => svg("path", { class: `outline ${who}`, d: this.#outline(values, this.#lasting[who] ?? whole, MIDDLES[who]) }));
    const lines = this.#marks.slice(1).filter((at) => at >= from && at <= to)
      .map((at) => svg("line", { class: "turn-mark", x1: this.#x(at), x2: this.#x(at), y1: 0, y2: 100 }));
    this.#box.replaceChildren(this.#turn, ...lines, ...sides, svg("line", { class: "between", x1: 0, x2: 1000, y1: 50, y2: 50 }));
    this.#axis.replaceChildren(...moments(from, length).map((at) => el("span", { style: { left: `${this.#x(at) / 10}%` } }, clock(at))));
    this.#overview.style.visibility = isWhole ? "hidden" : ""; // its room stays
    Object.assign(this.#place.style, { left: `${100 * from / whole}%`, width: `${100 * length / whole}%` });
    this.#point();
  }

  /** The cursor, and the turn that it stands in. */
  #point() {
    const { seconds, turn } = this.#now, { from, to, whole } = this.#span;
    this.#cursor.style.left = `${(this.#x(Math.min(whole, seconds)) / 10).toFixed(3)}%`;
    this.#track.setAttribute("aria-valuenow", Math.round(seconds));
    this.#track.setAttribute("aria-valuetext", `${clock(seconds)} of ${clock(whole)}`);
    const begins = Math.max(from, this.#marks[turn] ?? 0), ends = Math.min(to, this.#marks[turn + 1] ?? whole);
    this.#turn.setAttribute("x", this.#x(begins));
    this.#turn.setAttribute("width", Math.max(0, this.#x(ends) - this.#x(begins)));
  }

  #x(at) {
    return (1000 * (at - this.#span.from) / this.#span.length).toFixed(2);
  }

  /** What is shown of a side's loudness, around the middle of its half; the loudest of so many as one point has room for. */
  #outline(values, lasting, middle) {
    const place = (at) => Math.min(values.length, Math.max(0, at / lasting * values.length));
    const first = Math.floor(place(this.#span.from)), end = Math.ceil(place(this.#span.to));
    const each = Math.max(1, Math.floor((end - first) / DRAWN));
    const above = [], below = [];
    for (let i = first - first % each; i < end; i += each) {
      const value = Math.max(...values.subarray(i, i + each));
      const x = this.#x(i / values.length * lasting);
      above.push(`${x} ${(middle - HALF * value - 0.4).toFixed(1)}`);
      below.push(`${x} ${(middle + HALF * value + 0.4).toFixed(1)}`);
    }
    return above.length ? `M${above.join("L")}L${below.reverse().join("L")}Z` : "";
  }
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; // of base64, the softest first
const LEVELS = new Map(Array.from(LETTERS, (letter, i) => [letter, i / (LETTERS.length - 1)]));

function levels(text) {
  return Float32Array.from(text, (letter) => LEVELS.get(letter) ?? 0);
}

/** The times that are written under the waveforms; none so near the end that it would not fit. */
function moments(from, length) {
  const step = STEPS.find((each) => length / each <= MOST) ?? length;
  const first = Math.ceil(from / step - 1e-6);
  const end = Math.ceil((from + 0.96 * length) / step);
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => (first + i) * step);
}
