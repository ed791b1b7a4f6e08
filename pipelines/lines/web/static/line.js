// The line to the server: one WebSocket, audio and RTVI messages both ways.
//
// Knows the protocol and nothing about the page. What happens is told to a listener with the methods
//   opened(), audio(samples, sampleRate), interrupted(), message(type, data), slow(bool), closed(code, reason).

import { decode, encodeAudio, encodeMessage, WireError } from "./wire.js";

const PROTOCOL = "2.2.0"; // RTVI.PROTOCOL_VERSION of pipecat 1.14
const LABEL = "rtvi-ai";
const SECOND = 33_000; // bytes that one second of uplink audio takes
const SLOW = SECOND; // unsent audio from which the caller is told that the network is slow
const HOPELESS = 2 * SECOND; // from here on frames are dropped, as the server would: it fills gaps with silence

export const UPLINK_RATE = 16_000;

export class Line {
  #socket;
  #listener;
  #lastId = 0;
  #slow = false;
  #bad = 0;

  constructor(url, listener) {
    this.#listener = listener;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => {
      this.#send("client-ready", { version: PROTOCOL, about: { library: "waxtaan-page" } });
      listener.opened();
    };
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = ({ code, reason }) => listener.closed(code, reason);
  }

  /** 20 ms of the caller: 320 mono samples at 16 kHz. */
  audio(samples) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const waiting = this.#socket.bufferedAmount;
    if (waiting > SLOW !== this.#slow) {
      this.#slow = waiting > SLOW;
      this.#listener.slow(this.#slow);
    }
    if (waiting < HOPELESS) this.#socket.send(encodeAudio(samples, UPLINK_RATE));
  }

  press(key) {
    this.#send("dtmf", { buttons: [key] });
  }

  say(text) {
    this.#send("client-message", { t: "say", d: { text } });
  }

  speak(language) {
    this.#send("client-message", { t: "language", d: { language } });
  }

  hangUp() {
    this.#send("client-message", { t: "hang-up" });
  }

  close() {
    this.#socket.close(1000);
  }

  #send(type, data) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#lastId += 1;
    this.#socket.send(encodeMessage({ label: LABEL, type, id: `page-${this.#lastId}`, data }));
  }

  #receive(data) {
    let frame;
    try {
      if (!(data instanceof ArrayBuffer)) throw new WireError("a text message; expected protobuf");
      frame = decode(data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // One bad message never ends a call. The first is named, the rest would only fill the console.
      if ((this.#bad += 1) === 1) console.warn(`Message from the server passed over: ${error.message}`);
      return;
    }
    if (frame.kind === "audio") this.#listener.audio(frame.samples, frame.sampleRate);
    if (frame.kind === "interruption") this.#listener.interrupted();
    if (frame.kind === "message") this.#message(frame.value);
  }

  #message(value) {
    if (value?.label !== LABEL || typeof value.type !== "string") return;
    const data = isObject(value.data) ? value.data : {};
    if (value.type !== "server-message") this.#listener.message(value.type, data);
    else if (typeof data.type === "string") this.#listener.message(data.type, data);
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
