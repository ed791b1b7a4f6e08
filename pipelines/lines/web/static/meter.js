// A level meter: root mean square on a scale of decibels, as ears hear it.

const FLOOR = -54; // dBFS at the left end
const SPOKEN = 500; // ms between updates of the value that screen readers can ask for

export class Meter {
  #element;
  #bar;
  #spoken = 0;

  constructor(element) {
    this.#element = element;
    this.#bar = element.firstElementChild;
  }

  rest() {
    this.show(0, this.#spoken + SPOKEN);
    this.#spoken = 0;
  }

  /** `level` is a root mean square, 0 to 1; `now` milliseconds. */
  show(level, now) {
    const decibels = level > 0 ? 20 * Math.log10(level) : FLOOR;
    const part = Math.max(0, Math.min(1, 1 - decibels / FLOOR));
    this.#bar.style.transform = `scaleX(${part.toFixed(3)})`;
    if (now - this.#spoken < SPOKEN) return;
    this.#spoken = now;
    this.#element.setAttribute("aria-valuenow", Math.round(part * 100));
  }
}

/** Root mean square of 16-bit samples, 0 to 1. */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length) / 32768;
}
