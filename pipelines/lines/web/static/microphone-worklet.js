// On the audio thread: what the microphone gives, as frames of 20 ms at 16 kHz, 16-bit mono.

import { Resampler } from "./resampler.js";

const RATE = 16_000;
const FRAME = 320; // samples: 20 ms

class Microphone extends AudioWorkletProcessor {
  #resampler = sampleRate === RATE ? null : new Resampler(sampleRate, RATE);
  #frame = new Int16Array(FRAME);
  #filled = 0;

  process([channels]) {
    if (channels.length === 0) return true; // nothing connected yet, or unplugged
    const mono = channels.length === 1 ? channels[0] : mixed(channels);
    for (const sample of this.#resampler ? this.#resampler.push(mono) : mono) {
      this.#frame[this.#filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
      if (this.#filled === FRAME) this.#send();
    }
    return true;
  }

  #send() {
    this.port.postMessage(this.#frame, [this.#frame.buffer]);
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
  }
}

function mixed(channels) {
  return channels[0].map((_, i) => channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
}

registerProcessor("microphone", Microphone);
