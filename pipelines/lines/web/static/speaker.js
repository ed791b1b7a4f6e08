// The loudspeaker: plays the agent's voice as it arrives, and stops at once when the caller interrupts.

const RATE = 24_000; // what the server sends; a context of that rate needs no resampling

export class Speaker {
  level = 0; // root mean square, 0 to 1
  underruns = 0; // holes heard in the agent's voice so far
  #queued = 0; // seconds
  #context = null;
  #node = null;
  #scheduled = new Set(); // without worklets: buffers waiting for their time
  #end = 0;
  #recording = null;

  /** Must be called while the page handles a click: browsers keep sound for those who asked for it. */
  async open() {
    if (!window.AudioContext) return; // still a call: the transcript shows what is said
    this.#context = newContext();
    this.#context.resume();
    if (!this.#context.audioWorklet) return; // insecure origin: buffers are scheduled one after the other instead
    await this.#context.audioWorklet.addModule(new URL("./speaker-worklet.js", import.meta.url));
    this.#node = new AudioWorkletNode(this.#context, "speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }) => {
      ({ level: this.level, queued: this.#queued, underruns: this.underruns } = data);
    };
    this.#node.connect(this.#context.destination);
  }

  /** True while something of the agent's is still to be heard. */
  get busy() {
    if (this.#node) return this.#queued > 0;
    return this.#context !== null && this.#context.currentTime < this.#end;
  }

  /** The agent's next samples (Int16Array). */
  play(samples, rate) {
    if (!this.#context || samples.length === 0) return;
    const sound = Float32Array.from(samples, (sample) => sample / 32768);
    if (this.#node) {
      this.#queued += sound.length / rate; // until the worklet reports
      this.#node.port.postMessage({ samples: sound, rate }, [sound.buffer]);
    } else {
      this.#schedule(sound, rate);
    }
  }

  /** Drops all that waits: the caller has taken the floor. */
  empty() {
    this.#queued = 0;
    this.#node?.port.postMessage("empty");
    for (const source of this.#scheduled) source.stop();
    this.#scheduled.clear();
    this.#end = 0;
    this.level = 0;
  }

  /** Lets the caller's side of a sample call be heard too (Int16Array). */
  playCaller(samples, rate) {
    if (!this.#context) return;
    const quieter = new GainNode(this.#context, { gain: 0.7 });
    this.#recording = this.#source(Float32Array.from(samples, (sample) => sample / 32768), rate);
    this.#recording.connect(quieter).connect(this.#context.destination);
    this.#recording.start();
  }

  /** Closes once the last words have been played: the line ends a moment before the sound does. */
  finish(patience = 20) {
    if (this.busy && patience > 0) {
      setTimeout(() => this.finish(patience - 1), 50);
      return;
    }
    if (this.#context && this.#context.state !== "closed") this.#context.close();
    this.level = 0;
  }

  #schedule(sound, rate) {
    const source = this.#source(sound, rate);
    source.connect(this.#context.destination);
    const start = Math.max(this.#end, this.#context.currentTime + 0.06);
    source.start(start);
    this.#end = start + sound.length / rate;
    this.level = Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);
    this.#scheduled.add(source);
    source.onended = () => {
      this.#scheduled.delete(source);
      if (this.#scheduled.size === 0) this.level = 0;
    };
  }

  #source(sound, rate) {
    const buffer = this.#context.createBuffer(1, sound.length, rate);
    buffer.copyToChannel(sound, 0);
    return new AudioBufferSourceNode(this.#context, { buffer });
  }
}

function newContext() {
  try {
    return new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
  } catch {
    return new AudioContext();
  }
}
