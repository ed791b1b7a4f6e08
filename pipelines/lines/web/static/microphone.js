// The caller's microphone: opened on request, 20 ms frames while it is open.
//
// `open()` fails with a MicrophoneProblem whose `kind` says what is missing, for problem.js to put in words:
//   insecure, unsupported, refused, none, busy, failed.

const RATE = 16_000;
// The browser's echo canceller is what lets a caller on loudspeaker interrupt the agent.
const WANTED = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const KINDS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class MicrophoneProblem extends Error {
  constructor(kind, cause) {
    super(`microphone: ${kind}`, { cause });
    this.kind = kind;
  }
}

export class Microphone {
  onframe = () => {}; // called with an Int16Array of 320 samples
  onlost = () => {}; // unplugged, or taken away by the system
  #stream;
  #context;

  static async open() {
    if (!window.isSecureContext) throw new MicrophoneProblem("insecure");
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) throw new MicrophoneProblem("unsupported");
    const microphone = new Microphone();
    try {
      microphone.#stream = await navigator.mediaDevices.getUserMedia({ audio: WANTED });
      await microphone.#connect();
    } catch (error) {
      microphone.close();
      throw new MicrophoneProblem(KINDS[error.name] ?? "failed", error);
    }
    return microphone;
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context && this.#context.state !== "closed") this.#context.close();
    this.onframe = this.onlost = () => {};
  }

  async #connect() {
    const source = this.#source();
    await this.#context.audioWorklet.addModule(new URL("./microphone-worklet.js", import.meta.url));
    const node = new AudioWorkletNode(this.#context, "microphone", { numberOfOutputs: 1, outputChannelCount: [1] });
    node.port.onmessage = ({ data }) => this.onframe(data);
    // The node is silent; it is connected because some browsers only run what leads to the loudspeaker.
    source.connect(node).connect(this.#context.destination);
    this.#stream.getAudioTracks()[0].onended = () => this.onlost();
    await this.#context.resume();
  }

  #source() {
    try {
      this.#context = new AudioContext({ sampleRate: RATE });
      return this.#context.createMediaStreamSource(this.#stream);
    } catch {
      // Firefox may refuse a microphone whose rate is not the context's: take its rate, the worklet resamples.
      this.#context?.close();
      this.#context = new AudioContext();
      return this.#context.createMediaStreamSource(this.#stream);
    }
  }
}
