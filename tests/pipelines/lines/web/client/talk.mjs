// One call with pipecat's own JavaScript client, under node: types, presses keys, listens, hangs up.
//
// node talk.mjs ws://localhost:8080/call?language=en
// Prints what the client told as JSON lines [event, data], and ["done", { heard }] (samples) at the end.

import process from "node:process";
import WebSocket from "ws";

// What the client expects of a browser: messages as blobs, a user agent. Everything else is its own.
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.binaryType = "blob";
  }
};
globalThis.window = { navigator: { userAgent: "node" } };

const { LogLevel, PipecatClient, RTVIEvent } = await import("@pipecat-ai/client-js");
const { ProtobufFrameSerializer, WebSocketTransport } = await import("@pipecat-ai/websocket-transport");

const PATIENCE = 180_000; // ms for each thing that the agent has to do: it tells a hang
const FRAME = new ArrayBuffer(640); // 20 ms of silence at 16 kHz

/** Stands in for loudspeaker and microphone: counts what comes, sends silence. */
class Media {
  heard = 0; // samples
  isMicEnabled = true;
  selectedMic = {};
  selectedSpeaker = {};
  #send = () => {};
  #beat = null;

  setUserAudioCallback(send) {
    this.#send = send;
  }

  setClientOptions() {}
  async initialize() {}
  async userStartedSpeaking() {}
  enableMic() {}
  enableCam() {}
  updateMic() {}
  updateSpeaker() {}

  async connect() {
    const began = performance.now();
    let sent = 0;
    this.#beat = setInterval(() => {
      for (; sent * 20 < performance.now() - began; sent++) this.#send(FRAME); // timers are late, microphones are not
    }, 20);
  }

  async disconnect() {
    clearInterval(this.#beat);
  }

  bufferBotAudio(samples) {
    this.heard += samples.length;
  }

  tracks() {
    return { local: {} };
  }
}

const media = new Media();
const transport = new WebSocketTransport({ mediaManager: media, serializer: new ProtobufFrameSerializer() });
const client = new PipecatClient({ transport, enableMic: true, enableCam: false });
const told = []; // [event, data], from the beginning
const waiting = new Set();

for (const event of Object.values(RTVIEvent)) {
  client.on(event, (data) => {
    if (event === "remoteAudioLevel" || event === "localAudioLevel") return;
    told.push([event, data]);
    console.log(JSON.stringify([event, data ?? null]));
    for (const look of waiting) look();
  });
}

/** Waits until the client has told something that fits, from the beginning of the call or in the future. */
function until(what, fits) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!told.some(([event, data]) => fits(event, data))) return;
      clearTimeout(timer);
      waiting.delete(look);
      resolve();
    };
    const timer = setTimeout(() => reject(new Error(`waited for ${what}`)), PATIENCE);
    waiting.add(look);
    look();
  });
}

const spoken = (text) => until(`"${text}"`, (event, data) => event === "botOutput" && data.text.includes(text));
const asked = (question) =>
  until(`question ${question}`, (event, { type, ...data } = {}) => {
    return event === "serverMessage" && type === "state" && data.question === question && data.listening;
  });

client.setLogLevel(LogLevel.ERROR);
await client.connect({ wsUrl: process.argv[2] });
await spoken("automated assistant");
await asked("open");
await client.sendText("what is my balance");
await asked("line");
client.sendDTMF("770001234");
await asked("pin");
client.sendDTMF("4821");
await spoken("12 euros 50");
client.sendClientMessage("say", { text: "why is my bill so high" });
await spoken("Your bill");
await client.disconnect();
console.log(JSON.stringify(["done", { heard: media.heard }]));
