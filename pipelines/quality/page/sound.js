// The sound of a call: play, speed, which version is heard, and the waveforms; says so where there is none.

import { el } from "./dom.js";
import { Player } from "./player.js";
import { Wave } from "./wave.js";
import { clock } from "./words.js";

const SPEEDS = [1, 1.5, 2];
const LEAD_IN = 0.2; // s before a turn, so that its first sound is whole

export class SoundPanel {
  #player = new Player();
  #wave = new Wave((seconds) => this.#player.seek(seconds));
  #play = el("button", { type: "button", class: "play", on: { click: () => this.toggle() } }, "Play");
  #time = el("span", { class: "time" });
  #told = el("p", { class: "notice", id: "no-sound", role: "status", hidden: true });
  #zooms = [["−", "Show more of the call", -1], ["+", "Show less of it, closer", 1], ["Whole call", "", 0]].map(([text, label, direction]) =>
    el("button", { type: "button", "aria-label": label || false, data: { zoom: direction }, on: { click: () => this.zoom(direction) } }, text));
  #heard;
  #starts = [0];
  #seconds = 0;
  #side = null;
  #turn = 0;

  /** `heard(turn)` is called when the cursor comes into another turn. */
  constructor(heard) {
    this.#heard = heard;
    this.#wave.addEventListener("zoom", () => this.#tellZoom());
    this.#player.addEventListener("change", () => this.#tell());
    this.#player.addEventListener("time", () => this.#follow());
    this.#player.addEventListener("ready", () => {
      for (const who of ["caller", "agent"]) this.#wave.fit(who, this.#player.duration(who));
      this.#tell();
    });
  }

  /** The panel of a call's two versions. */
  show({ candidate, baseline }) {
    this.#turn = 0;
    this.#player.speed = 1;
    const versions = Object.entries({ candidate, baseline }).filter(([, side]) => side && (side.caller || side.agent));
    const differ = versions.length > 1 && versions[0][1].agent !== versions[1][1].agent;
    this.#side = (versions[0] ?? [, candidate ?? baseline])[1];
    this.#load(this.#side);
    return el("section", { class: "card sound", "aria-label": "Sound" },
      el("div", { class: "controls" },
        this.#play, this.#time,
        this.#choice("speed", "Speed", SPEEDS.map((speed) => [speed, `${speed}×`]), (speed) => { this.#player.speed = speed; }),
        differ && this.#choice("version", "Sound of", versions.map(([name]) => [name, name]), (name) => { this.#load({ candidate, baseline }[name]); this.toTurn(this.#turn, false); }),
        el("div", { class: "zoom", role: "group", "aria-label": "Part of the call that is shown" }, this.#zooms)),
      this.#wave.element,
      this.#told,
      this.#player.elements);
  }

  stop() {
    this.#player.unload();
  }

  pause() {
    this.#player.pause();
  }

  toggle() {
    this.#player.toggle();
  }

  /** Closer (1), farther (-1), the whole call (0). */
  zoom(direction) {
    this.#wave.zoom(direction);
  }

  /** Put the cursor at a turn's beginning. */
  toTurn(turn, play) {
    this.#turn = turn;
    this.#player.seek(Math.max(0, (this.#starts[turn] ?? 0) - (turn ? LEAD_IN : 0)));
    if (play && !this.#player.playing) this.#player.play();
  }

  #load(side) {
    this.#side = side;
    this.#starts = side.turns.map(({ at }) => at ?? 0);
    this.#seconds = Math.max(side.seconds, this.#starts.at(-1) ?? 0);
    this.#wave.draw(side.outlines, this.#seconds, this.#starts);
    this.#player.load(side);
    this.#tell();
  }

  #tellZoom() {
    const can = this.#wave.canZoom;
    for (const button of this.#zooms) button.disabled = !(button.dataset.zoom === "1" ? can.in : can.out);
  }

  #choice(name, label, options, chosen) {
    return el("fieldset", { class: "choice" }, el("legend", { class: "visually-hidden" }, label),
      options.map(([value, text], i) => el("label", {},
        el("input", { type: "radio", name, value, checked: i === 0, on: { change: () => chosen(value) } }), el("span", {}, text))));
  }

  #follow() {
    const { time } = this.#player;
    const turn = Math.max(0, this.#starts.findLastIndex((at) => at <= time + LEAD_IN + 0.001));
    this.#wave.at(time, turn);
    this.#clock(time);
    if (turn === this.#turn) return;
    this.#turn = turn;
    this.#heard(turn);
  }

  #clock(time) {
    const text = `${clock(time)} / ${clock(this.#seconds)}`;
    if (this.#time.textContent !== text) this.#time.textContent = text;
  }

  #tell() {
    if (!this.#side) return;
    this.#play.textContent = this.#player.playing ? "Pause" : "Play";
    this.#play.disabled = this.#player.missing.length === 2;
    this.#told.textContent = this.#absent();
    this.#told.hidden = !this.#told.textContent;
    this.#clock(this.#player.time);
  }

  /** Why something cannot be heard, "" where all can. */
  #absent() {
    const { caller, agent } = this.#side;
    const lost = this.#player.missing.filter((who) => this.#side[who]);
    if (!caller && !agent) return "This call was kept without sound.";
    if (lost.length) return `Not found beside this report: ${lost.map((who) => this.#side[who]).join(" and ")}. Sound is not part of this file: open the report in the folder where it was made, with the recordings where they were.`;
    const without = this.#player.missing;
    return without.length ? `There is no sound of the ${without.join(" and ")}.` : "";
  }
}
