// Sample callers: prepared calls to listen in on, fetched from the server.

import { byId, el } from "./dom.js";
import { t } from "./strings.js";
import { UPLINK_RATE } from "./line.js";

export class Samples {
  #list = byId("samples-list");
  #empty = byId("samples-empty");
  #running = byId("samples-running");
  #hint = byId("samples-hint");
  #callers = [];
  #onchoose;

  /** `onchoose(caller)` when one has been chosen. */
  constructor(onchoose) {
    this.#onchoose = onchoose;
  }

  async fetch() {
    const response = await fetch(new URL("samples", document.baseURI));
    if (!response.ok) throw new Error(`/samples answered ${response.status}`);
    const { callers } = await response.json();
    this.#callers = Array.isArray(callers) ? callers.filter((caller) => Array.isArray(caller?.steps)) : [];
  }

  /** Shows those who speak the language; none while a call is on. */
  show(language, { onCall }) {
    const callers = this.#callers.filter((caller) => caller.language === language);
    this.#list.replaceChildren(...callers.map((caller) => this.#item(caller)));
    this.#list.hidden = this.#hint.hidden = onCall || callers.length === 0;
    this.#empty.hidden = onCall || callers.length > 0;
    byId("samples").hidden = onCall && this.#running.hidden;
  }

  running(caller, step) {
    this.#running.hidden = caller === null;
    if (caller) {
      this.#running.textContent = t("samples-running", { title: caller.title, step, steps: caller.steps.length });
    }
  }

  #item(caller) {
    const button = el("button", { type: "button", data: { sample: caller.name } }, caller.title);
    button.addEventListener("click", () => this.#onchoose(caller));
    return el("li", {}, button);
  }
}

/** The steps of a sample caller with their sound: { samples: Int16Array, seconds, interrupt, asked } or { keys }. */
export async function loadSteps(caller) {
  return Promise.all(caller.steps.map(loadStep));
}

async function loadStep({ keys, audio, interrupt = false, asked = false }) {
  if (keys !== undefined) return { keys: String(keys), interrupt };
  const response = await fetch(new URL(audio, document.baseURI));
  if (!response.ok) throw new Error(`${audio} answered ${response.status}`);
  const samples = await decode(await response.arrayBuffer());
  return { samples, seconds: samples.length / UPLINK_RATE, interrupt, asked };
}

/** Any file the browser can read as mono 16-bit samples at the uplink's rate; the browser resamples. */
async function decode(file) {
  const context = new OfflineAudioContext(1, 1, UPLINK_RATE);
  const sound = (await context.decodeAudioData(file)).getChannelData(0);
  return Int16Array.from(sound, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))));
}
