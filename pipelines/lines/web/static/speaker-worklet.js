// On the audio thread: plays the agent's voice out of a queue, and forgets the queue at once when interrupted.
//
// The server sends sound as fast as it is spoken, with nothing in hand, so a little is held back before a sentence
// starts; otherwise every hiccup of the network would be a hole in it. Each hole makes the next hold-back longer.
// In:  { samples: Float32Array, rate } | "empty".   Out, 25 times a second: { level, queued, underruns }.

import { Resampler } from "./resampler.js";

const HOLD_BACK = 0.06; // seconds held back before a sentence starts
const HOLD_BACK_STEP = 0.03; // longer by this after a hole
const HOLD_BACK_MOST = 0.24;
const HOLE = 0.25; // silence shorter than this inside speech is a hole; longer is a pause the agent made
const LONGEST = 60; // seconds that may wait; beyond, the server is not pacing and the rest is dropped
const REPORT = sampleRate / 25;
const FADE = 0.97; // per sample; an interrupted voice falls to nothing in 5 ms instead of clicking

class Speaker extends AudioWorkletProcessor {
  #queue = [];
  #read = 0; // samples of the queue's head that have been played
  #queued = 0;
  #playing = false;
  #waited = 0; // samples played as silence since the queue ran dry, or since sound came into an empty queue
  #holdBack = HOLD_BACK * sampleRate;
  #underruns = 0;
  #last = 0;
  #energy = 0;
  #count = 0;
  #resampler = null;
  #rate = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => (data === "empty" ? this.#empty() : this.#add(data));
  }

  #add({ samples, rate }) {
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#resampler = rate === sampleRate ? null : new Resampler(rate, sampleRate);
    }
    const sound = this.#resampler ? this.#resampler.push(samples) : samples;
    if (sound.length === 0 || this.#queued > LONGEST * sampleRate) return;
    if (!this.#playing && this.#queued === 0) this.#noticeHole();
    this.#queue.push(sound);
    this.#queued += sound.length;
  }

  #noticeHole() {
    if (this.#underrunPossible && this.#waited < HOLE * sampleRate) {
      this.#underruns += 1;
      this.#holdBack = Math.min(this.#holdBack + HOLD_BACK_STEP * sampleRate, HOLD_BACK_MOST * sampleRate);
    }
    this.#underrunPossible = false;
    this.#waited = 0;
  }

  #underrunPossible = false;

  #empty() {
    this.#queue = [];
    this.#read = this.#queued = 0;
    this.#playing = this.#underrunPossible = false;
  }

  process(_, [[output]]) {
    if (!this.#playing && this.#queued > 0) {
      // The end of a short sentence may be less than the hold-back: it starts when it has waited that long.
      this.#playing = this.#queued >= this.#holdBack || this.#waited >= this.#holdBack;
    }
    for (let i = 0; i < output.length; i++) {
      output[i] = this.#playing ? this.#take() : (this.#last *= FADE);
      this.#energy += output[i] * output[i];
    }
    if (!this.#playing) this.#waited += output.length;
    this.#count += output.length;
    if (this.#count >= REPORT) this.#report();
    return true;
  }

  #take() {
    const head = this.#queue[0];
    this.#last = head[this.#read++];
    this.#queued -= 1;
    if (this.#read === head.length) {
      this.#queue.shift();
      this.#read = 0;
    }
    if (this.#queued === 0) {
      this.#playing = false;
      this.#underrunPossible = true;
      this.#waited = 0;
    }
    return this.#last;
  }

  #report() {
    const level = Math.sqrt(this.#energy / this.#count);
    this.port.postMessage({ level, queued: this.#queued / sampleRate, underruns: this.#underruns });
    this.#energy = this.#count = 0;
  }
}

registerProcessor("speaker", Speaker);
