// One call: microphone or sample caller up the line, the agent's voice down to the loudspeaker.
//
// `tell(what, data)` reports everything: the server's messages by their type, and
//   microphone, dialing, talking, ending, over { code, reason }   where the call stands
//   interrupted                                                   the agent has been silenced
//   level (of the caller, 0 to 1), slow, without-microphone { kind }, microphone-lost, sound-failed
//   press (a key), step (how many have begun)                     what a sample caller does

import { Line, UPLINK_RATE } from "./line.js";
import { loudness } from "./meter.js";
import { Microphone } from "./microphone.js";
import { SampleCaller } from "./sample-caller.js";
import { loadSteps } from "./samples.js";
import { Speaker } from "./speaker.js";
import { Uplink } from "./uplink.js";

const AFTER_HANG_UP = 4000; // ms that the server has to finish the recording and close, before the line is cut
const AFTER_ENDED = 20_000; // the same when it ended the call itself: a last sentence may still be on its way

export class Call {
  #tell;
  #speaker = new Speaker();
  #uplink = new Uplink((frame) => this.#send(frame));
  #microphone = null;
  #metronome = null;
  #line = null;
  #sample = null;
  #agent = { listening: false, asking: false, speaking: false };
  #over = false;
  #asked = false;

  constructor(tell) {
    this.#tell = tell;
  }

  /**
   * Starts the call. `microphone` is an open Microphone, true to ask for one, or false to do without;
   * `sample` a sample caller of /samples, or null. Must begin while a click is being handled.
   */
  async dial({ language, microphone, sample }) {
    await this.#speaker.open().catch(() => this.#tell("sound-failed"));
    if (sample) this.#sample = new SampleCaller(await loadSteps(sample));
    else if (microphone) await this.#listen(microphone);
    if (this.#over) return this.#release(); // hung up while the browser was asking
    this.#tell("dialing");
    this.#line = new Line(address(language), {
      opened: () => this.#opened(),
      audio: (samples, rate) => this.#asked || this.#speaker.play(samples, rate),
      interrupted: () => {
        this.#speaker.empty();
        this.#tell("interrupted");
      },
      message: (type, data) => this.#message(type, data),
      slow: (slow) => this.#tell("slow", slow),
      closed: (code, reason) => this.#closed(code, reason),
    });
  }

  get underruns() {
    return this.#speaker.underruns;
  }

  get agentLevel() {
    return this.#speaker.level;
  }

  get muted() {
    return this.#uplink.muted;
  }

  mute(muted) {
    this.#uplink.muted = muted;
  }

  press(key) {
    this.#line?.press(key);
  }

  say(text) {
    this.#line?.say(text);
  }

  speak(language) {
    this.#line?.speak(language);
  }

  /** Asks the server to end the call, and ends it anyway if it does not. */
  hangUp() {
    if (this.#asked) return;
    this.#asked = true;
    if (!this.#line) return this.#closed(1000, "");
    this.#tell("ending");
    this.#speaker.empty();
    this.#line.hangUp();
    this.#cutAfter(AFTER_HANG_UP);
  }

  async #listen(microphone) {
    if (microphone === true) this.#tell("microphone");
    try {
      this.#microphone = microphone === true ? await Microphone.open() : microphone;
    } catch (problem) {
      this.#tell("without-microphone", { kind: problem.kind });
      return;
    }
    this.#microphone.onlost = () => this.#tell("microphone-lost");
  }

  #opened() {
    if (this.#microphone) this.#microphone.onframe = (frame) => this.#uplink.microphone(frame, performance.now());
    this.#metronome = new Worker(new URL("./metronome.js", import.meta.url));
    this.#metronome.onmessage = () => this.#uplink.beat(performance.now());
    this.#tell("talking");
  }

  #send(frame) {
    this.#line.audio(frame);
    this.#tell("level", loudness(frame));
    if (this.#sample) this.#act(this.#sample);
  }

  #act(sample) {
    const speaking = this.#agent.speaking || this.#speaker.busy;
    const action = sample.tick(this.#uplink.at, { ...this.#agent, speaking });
    if (!action) return;
    if (action.play) {
      this.#uplink.play(action.play.samples);
      this.#speaker.playCaller(action.play.samples, UPLINK_RATE);
    }
    if (action.press) this.#tell("press", action.press);
    if (action.hangUp) this.hangUp();
    this.#tell("step", sample.begun);
  }

  #message(type, data) {
    if (type === "state") {
      this.#agent.listening = data.listening === true;
      this.#agent.asking = data.expecting?.intents?.includes("affirm") === true;
    }
    if (type === "bot-started-speaking") this.#agent.speaking = true;
    if (type === "bot-stopped-speaking") this.#agent.speaking = false;
    if (type === "ended") this.#cutAfter(AFTER_ENDED);
    this.#tell(type, data);
  }

  #cutAfter(milliseconds) {
    setTimeout(() => {
      this.#line.close();
      this.#closed(1000, ""); // the browser would wait for the server's half of the goodbye
    }, milliseconds);
  }

  #closed(code, reason) {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    this.#tell("over", { code, reason });
  }

  #release() {
    this.#microphone?.close();
    this.#metronome?.terminate();
    this.#speaker.finish();
  }
}

function address(language) {
  const url = new URL("call", document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ language, channel: "web" });
  return url;
}
