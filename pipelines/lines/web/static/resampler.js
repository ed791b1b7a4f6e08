// Sound from one sample rate to another, in a stream, without aliases.
//
// A polyphase windowed-sinc filter (Kaiser, beta 8: aliases lie 80 dB down). Halving a rate by dropping
// samples would fold hiss and sibilants into the speech that the recogniser listens to.
// Used inside the audio worklets; no browser API in here, so it also runs under node.

const ZERO_CROSSINGS = 24; // each side; more is a steeper filter and more delay: 24 / 16 kHz = 1.5 ms
const BETA = 8;
const PASS = 0.92; // of the lower Nyquist; the rest is the filter's slope

export class Resampler {
  #up;
  #down;
  #phases;
  #taps;
  #held; // input not used up yet, starting with the filter's past
  #next = 0; // where in #held the next output's filter starts
  #phase = 0;

  constructor(from, to) {
    const common = greatestCommonDivisor(from, to);
    this.#up = to / common;
    this.#down = from / common;
    const scale = Math.min(1, to / from) * PASS;
    const half = Math.ceil(ZERO_CROSSINGS / scale);
    this.#taps = 2 * half;
    this.#phases = Array.from({ length: this.#up }, (_, phase) => kernel(half, scale, phase / this.#up));
    this.#held = new Float32Array(half); // silence before the first sample
  }

  /** The next stretch of input, any length; returns as much output as it completes (Float32Array). */
  push(input) {
    if (this.#up === this.#down) return Float32Array.from(input);
    const held = new Float32Array(this.#held.length + input.length);
    held.set(this.#held);
    held.set(input, this.#held.length);
    const output = [];
    while (this.#next + this.#taps <= held.length) {
      output.push(convolve(held, this.#next, this.#phases[this.#phase]));
      this.#phase += this.#down;
      this.#next += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    const used = Math.min(this.#next, held.length);
    this.#held = held.slice(used);
    this.#next -= used;
    return Float32Array.from(output);
  }
}

function convolve(samples, start, taps) {
  let sum = 0;
  for (let i = 0; i < taps.length; i++) sum += samples[start + i] * taps[i];
  return sum;
}

function kernel(half, scale, fraction) {
  const taps = new Float32Array(2 * half);
  let sum = 0;
  for (let i = 0; i < taps.length; i++) {
    const x = i - half + 1 - fraction;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * scale * x) / (Math.PI * scale * x);
    sum += taps[i] = sinc * kaiser(x / half);
  }
  return taps.map((tap) => tap / sum); // every phase passes a constant unchanged: no ripple between phases
}

function kaiser(x) {
  return Math.abs(x) > 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
}

/** The modified Bessel function of order zero, as its power series. */
function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

function greatestCommonDivisor(a, b) {
  return b ? greatestCommonDivisor(b, a % b) : a;
}
