// The part of a call that its waveforms show: all of it, or what was zoomed into. Times are seconds.

const SHORTEST = 5; // s: a hundred points of an outline
const AHEAD = 0.9; // of what is shown lies ahead of a time that is come upon

export class Span {
  constructor(seconds) {
    this.whole = seconds;
    this.from = 0;
    this.length = seconds;
  }

  get to() {
    return this.from + this.length;
  }

  get isWhole() {
    return this.length >= this.whole;
  }

  get isShortest() {
    return this.length <= SHORTEST;
  }

  holds(at) {
    return at >= this.from && at <= this.to;
  }

  /** Show so many seconds from there, as far as the call has them. */
  show(from, length) {
    this.length = Math.min(this.whole, Math.max(Math.min(SHORTEST, this.whole), length));
    this.from = Math.min(this.whole - this.length, Math.max(0, from));
  }

  /** Show `times` less of it; `around` stays where it is. */
  zoom(times, around) {
    const before = this.length;
    this.show(this.from, before / times);
    this.show(around - (around - this.from) * this.length / before, this.length);
  }

  /** Bring a time into sight; says whether anything moved. */
  reveal(at) {
    if (this.holds(at)) return false;
    const before = this.from;
    this.show(at - (1 - AHEAD) * this.length, this.length);
    return this.from !== before;
  }
}
