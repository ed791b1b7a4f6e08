// How long the caller waits: a bar per answer with the median as a line, and the same as text.

import { byId, el, svg } from "./dom.js";
import { t } from "./strings.js";

const SHOWN = 14; // bars; more would run their numbers together
const WIDTH = 280;
const HEIGHT = 96;
const FOOT = 14; // room for the numbers under the bars

export class LatencyChart {
  #chart = byId("latency-chart");
  #figures = byId("latency-figures");
  #list = byId("latency-list");
  #answers = [];

  clear() {
    this.#answers = [];
    this.draw();
  }

  add({ turn, seconds }) {
    if (!Number.isFinite(seconds) || seconds < 0) return;
    this.#answers.push({ turn, seconds });
    this.draw();
  }

  draw() {
    const all = this.#answers.map(({ seconds }) => seconds);
    this.#chart.replaceChildren();
    this.#list.replaceChildren(
      ...this.#answers.map(({ turn, seconds }) => el("li", {}, t("latency-turn", { turn, seconds: seconds.toFixed(2) }))),
    );
    if (all.length === 0) {
      this.#figures.textContent = t("latency-none");
      return;
    }
    const p50 = median(all);
    const longest = Math.max(...all);
    const values = { p50: p50.toFixed(2), last: all.at(-1).toFixed(2), longest: longest.toFixed(2), count: all.length };
    this.#figures.textContent = t("latency-figures", values);
    this.#bars(this.#answers.slice(-SHOWN), p50);
  }

  #bars(answers, p50) {
    const most = Math.max(1, ...answers.map(({ seconds }) => seconds)); // at least a second high: small noise stays small
    const height = (seconds) => ((HEIGHT - FOOT) * seconds) / most;
    const step = WIDTH / Math.max(8, answers.length);
    answers.forEach(({ seconds }, i) => {
      const [x, y] = [i * step, HEIGHT - FOOT - height(seconds)];
      this.#chart.append(
        svg("rect", { class: "bar", x: x + 2, y, width: step - 4, height: height(seconds), rx: 2 }),
        svg("text", { x: x + step / 2, y: HEIGHT - 3 }, seconds.toFixed(1)),
      );
    });
    const y = HEIGHT - FOOT - height(p50);
    this.#chart.append(svg("line", { class: "median", x1: 0, x2: WIDTH, y1: y, y2: y }));
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
