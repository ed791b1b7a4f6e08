// What the caller's side sends: one frame of 20 ms after the other, for as long as the call lasts.
//
// The server counts samples to know the time, so frames never stop: a muted microphone, none at all, or one
// that has been unplugged all become silence. A sample caller's recording takes the microphone's place.
// Time is an argument (milliseconds); nothing in here reads a clock.

const FRAME = 320; // samples: 20 ms at 16 kHz
const BEAT = 20; // ms
const MISSING = 300; // ms without a microphone frame after which silence fills in
const MOST_AT_ONCE = 15; // frames made up for at once; the server fills longer gaps itself, and drops a burst

export class Uplink {
  muted = false;
  frames = 0; // sent so far: the call's clock
  #send;
  #recording = null;
  #played = 0;
  #lastMicrophone = -Infinity;
  #due = null; // when the next made-up frame is due

  /** `send` is given every frame, an Int16Array of 320 samples. */
  constructor(send) {
    this.#send = send;
  }

  /** Seconds of caller audio since the call began. */
  get at() {
    return (this.frames * BEAT) / 1000;
  }

  /** Plays a recording (Int16Array, 16 kHz) to the server in place of the microphone. */
  play(recording) {
    this.#recording = recording;
    this.#played = 0;
  }

  microphone(frame, now) {
    this.#lastMicrophone = now;
    this.#due = null;
    this.#next(this.muted ? silence() : frame);
  }

  /** Called about every 20 ms; sends silence when the microphone does not. */
  beat(now) {
    if (now - this.#lastMicrophone < MISSING) return;
    this.#due ??= now;
    for (let sent = 0; this.#due <= now; this.#due += BEAT) {
      if (sent++ < MOST_AT_ONCE) this.#next(silence());
    }
  }

  #next(frame) {
    this.frames += 1;
    this.#send(this.#recorded() ?? frame);
  }

  #recorded() {
    if (!this.#recording) return null;
    const frame = silence();
    frame.set(this.#recording.subarray(this.#played, this.#played + FRAME));
    this.#played += FRAME;
    if (this.#played >= this.#recording.length) this.#recording = null;
    return frame;
  }
}

function silence() {
  return new Int16Array(FRAME);
}
