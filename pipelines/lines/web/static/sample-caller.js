// A sample caller: when it speaks, presses keys and hangs up. Decides only; call.js does it.
//
// Time is seconds of caller audio. A step waits until the agent listens and has been quiet for a moment, as a
// polite caller would; a step marked `interrupt` starts in the middle of the agent's sentence, one marked `asked`
// is left out unless a yes or no is asked for: a caller who was well heard is not asked back.

const QUIET = 0.4; // seconds of silence that tell the caller it is their turn
const INTERRUPT_AFTER = 1.2; // seconds into the agent's speech
const PATIENCE = 8; // seconds without an answer after which the caller goes on regardless
const BETWEEN_KEYS = 0.2;
const GOODBYE = 5; // seconds of silence after the last step and its answer; then the caller hangs up

export class SampleCaller {
  #steps;
  #next = 0;
  #keys = [];
  #busyUntil = 0;
  #speakingSince = null;
  #quietSince = 0;
  #answered = false;

  /** Steps: { seconds, interrupt?, ... } to be played, or { keys: "123" } to be pressed. */
  constructor(steps) {
    this.#steps = steps;
  }

  /** How many steps have begun. */
  get begun() {
    return this.#next;
  }

  /**
   * What the caller does now: { play: step }, { press: key }, { hangUp: true } or null.
   * `agent` is { listening, asking, speaking } as it is at this moment; `asking` for a yes or no.
   */
  tick(at, agent) {
    this.#hear(at, agent);
    if (at < this.#busyUntil) return null;
    if (this.#keys.length > 0) return this.#press(at);
    const step = this.#steps[this.#next];
    if (!step) return this.#ready(at, agent, GOODBYE) ? { hangUp: true } : null;
    const turn = step.interrupt ? this.#mayInterrupt(at) : this.#ready(at, agent, QUIET);
    if (turn && step.asked && !agent.asking) {
      this.#next += 1;
      return null;
    }
    return turn ? this.#begin(step, at) : null;
  }

  #hear(at, { speaking }) {
    if (!speaking) {
      this.#speakingSince = null;
      this.#quietSince ??= at;
      return;
    }
    this.#speakingSince ??= at;
    this.#quietSince = null;
    if (at >= this.#busyUntil) this.#answered = true;
  }

  #mayInterrupt(at) {
    return this.#speakingSince !== null && at - this.#speakingSince >= INTERRUPT_AFTER;
  }

  #ready(at, { listening }, quiet) {
    if (this.#quietSince === null) return false;
    const answered = this.#answered || at - Math.max(this.#busyUntil, this.#quietSince) >= PATIENCE;
    return listening && answered && at - this.#quietSince >= quiet;
  }

  #begin(step, at) {
    this.#next += 1;
    this.#answered = false;
    if ("keys" in step) {
      this.#keys = [...step.keys];
      return this.#press(at);
    }
    this.#busyUntil = at + step.seconds;
    return { play: step };
  }

  #press(at) {
    this.#busyUntil = at + BETWEEN_KEYS;
    return { press: this.#keys.shift() };
  }
}
