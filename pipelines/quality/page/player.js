// Caller and agent played together: two files that are kept in step.

import { el } from "./dom.js";

const APART = 0.25; // s: what is further apart is put in place, what is nearer is caught up with
const IN_STEP = 0.02; // s that nobody hears
const CATCH_UP = 0.04; // of the speed

export class Player extends EventTarget {
  #sounds = { caller: el("audio"), agent: el("audio") };
  #missing = new Set();
  #speed = 1;
  #wanted = 0;
  #playing = false;

  constructor() {
    super();
    for (const [who, sound] of Object.entries(this.#sounds)) {
      sound.preload = "metadata";
      sound.addEventListener("error", () => this.#lost(who));
      sound.addEventListener("loadedmetadata", () => { sound.currentTime = Math.min(this.#wanted, sound.duration); this.#tell("ready"); });
      sound.addEventListener("timeupdate", () => this.#step());
      sound.addEventListener("ended", () => this.#ended());
    }
  }

  /** Links of both files, "" for one that there is none of. */
  load({ caller, agent }) {
    this.pause();
    this.#wanted = 0;
    this.#missing.clear();
    for (const [who, link] of Object.entries({ caller, agent })) {
      const sound = this.#sounds[who];
      if (link) sound.src = link.split("/").map(encodeURIComponent).join("/");
      else { sound.removeAttribute("src"); this.#missing.add(who); }
    }
    this.#tell("change");
  }

  unload() {
    this.load({ caller: "", agent: "" });
  }

  /** Both, to be put on the page. */
  get elements() {
    return Object.values(this.#sounds);
  }

  /** Who cannot be heard. */
  get missing() {
    return [...this.#missing];
  }

  get playing() {
    return this.#playing;
  }

  get time() {
    return this.#lead?.readyState ? this.#lead.currentTime : this.#wanted;
  }

  duration(who) {
    const { duration } = this.#sounds[who];
    return Number.isFinite(duration) ? duration : 0;
  }

  play() {
    if (!this.#lead) return;
    this.#playing = true;
    for (const sound of this.#heard) if (this.#reaches(sound)) this.#start(sound);
    this.#follow();
    this.#tell("change");
  }

  pause() {
    this.#playing = false;
    for (const sound of Object.values(this.#sounds)) sound.pause();
    this.#tell("change");
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  seek(seconds) {
    this.#wanted = Math.max(0, seconds);
    for (const sound of this.#heard) {
      if (sound.readyState) sound.currentTime = Math.min(this.#wanted, sound.duration);
      if (this.#playing && sound.paused && this.#reaches(sound)) this.#start(sound);
    }
    this.#tell("time");
  }

  set speed(speed) {
    this.#speed = speed;
    for (const sound of Object.values(this.#sounds)) sound.defaultPlaybackRate = sound.playbackRate = speed;
  }

  get #heard() {
    return Object.entries(this.#sounds).filter(([who]) => !this.#missing.has(who)).map(([, sound]) => sound);
  }

  /** The longer one has the time; the other one follows. */
  get #lead() {
    return this.#heard.sort((a, b) => (b.duration || 0) - (a.duration || 0))[0];
  }

  #reaches(sound) {
    return !(sound.duration <= this.time);
  }

  #start(sound) {
    sound.play().catch((error) => { if (error.name === "NotAllowedError") this.pause(); });
  }

  #follow() {
    if (!this.#playing) return;
    this.#step();
    requestAnimationFrame(() => this.#follow());
  }

  #step() {
    const lead = this.#lead;
    if (!lead || !this.#playing) return;
    for (const sound of this.#heard) {
      if (sound === lead || sound.paused || !sound.readyState) continue;
      const ahead = sound.currentTime - lead.currentTime;
      if (Math.abs(ahead) > APART) sound.currentTime = lead.currentTime;
      const rate = Math.abs(ahead) < IN_STEP || Math.abs(ahead) > APART ? 1 : 1 - Math.sign(ahead) * CATCH_UP;
      if (sound.playbackRate !== rate * this.#speed) sound.playbackRate = rate * this.#speed;
    }
    this.#tell("time");
  }

  #ended() {
    if (this.#heard.every((sound) => sound.ended || !this.#reaches(sound))) this.pause();
  }

  #lost(who) {
    if (!this.#sounds[who].getAttribute("src")) return;
    this.#missing.add(who);
    if (!this.#lead) this.pause();
    this.#tell("change");
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
