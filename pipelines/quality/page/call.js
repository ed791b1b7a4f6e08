// One call: both waveforms with their sound, every turn of both versions, what a person was given.

import { Annotations } from "./annotate.js";
import { sides } from "./changed.js";
import { byId, el, terms } from "./dom.js";
import { layOut } from "./layout.js";
import { packetElement } from "./packet.js";
import { SoundPanel } from "./sound.js";
import { address, listed, note, readState } from "./state.js";
import { turnElement } from "./turn.js";
import { CHECKS, KINDS, clock, count, moment } from "./words.js";

export class CallView {
  #columns;
  #details;
  #calls;
  #both;
  #live;
  #id = "";
  #turns = [];
  #sound = new SoundPanel((turn) => this.#heard(turn));

  constructor(data, details, callsView) {
    this.#columns = data.calls;
    this.#details = details;
    this.#calls = callsView;
    this.#both = Boolean(data.baseline);
    this.#live = data.live === true;
  }

  /** Show the call that a state names, at its turn. */
  async show(state) {
    const number = this.#columns.id.indexOf(state.call);
    if (state.call === this.#id && number >= 0) {
      if (state.turn !== undefined) this.turn(Number(state.turn));
      return;
    }
    this.#id = state.call;
    this.#sound.stop();
    if (number < 0) {
      byId("view-call").replaceChildren(this.#way(-1, state), el("h2", { id: "call-title" }, "No such call"), el("p", {}, `This report has no call '${state.call}'.`));
      return;
    }
    const detail = await this.#details.of(number);
    if (readState().call !== this.#id) return; // another one was opened meanwhile
    this.#draw(number, detail, state);
    if (state.turn !== undefined) this.turn(Number(state.turn));
    else byId("call-title").focus();
  }

  leave() {
    this.#sound.pause();
    this.#id = "";
  }

  toggle() {
    this.#sound.toggle();
  }

  /** The waveforms closer (1), farther (-1), whole (0). */
  zoom(direction) {
    this.#sound.zoom(direction);
  }

  /** Go on by so many turns. */
  step(by) {
    const now = this.#turns.findIndex((turn) => turn.classList.contains("current"));
    this.turn(now < 0 ? 0 : now + by);
  }

  /** The address of the next or previous call in the list. */
  beside(by) {
    const place = this.#calls.numbers.indexOf(this.#columns.id.indexOf(this.#id));
    const number = this.#calls.numbers[place + by];
    return place < 0 || number === undefined ? "" : this.#calls.link(number);
  }

  /** Make a turn the current one: in sight, in the address, under the cursor. */
  turn(number, play = false) {
    const turn = this.#turns[Math.max(0, Math.min(this.#turns.length - 1, number))];
    if (!turn) return;
    this.#mark(turn);
    turn.focus({ preventScroll: true });
    turn.scrollIntoView({ block: "nearest" });
    this.#sound.toTurn(Number(turn.dataset.turn), play);
    note({ turn: turn.dataset.turn });
  }

  #mark(turn) {
    for (const each of byId("view-call").querySelectorAll(".turn.current")) each.classList.remove("current");
    turn.classList.add("current");
  }

  #heard(number) {
    const turn = this.#turns[number];
    if (!turn || turn.classList.contains("current")) return;
    this.#mark(turn);
    turn.scrollIntoView({ block: "nearest" });
  }

  #draw(number, detail, state) {
    const { candidate, baseline, changes, diverged } = detail;
    const shown = candidate ?? baseline;
    const then = baseline?.turns ?? [], now = candidate?.turns ?? [];
    // Of two versions the first is what was recorded; what people say is said of that.
    const annotated = new Annotations(baseline ? "baseline" : "candidate", detail.id, (baseline ?? candidate).annotations, this.#live);
    const numbered = (baseline ?? candidate).turns.length;
    this.#turns = Array.from({ length: Math.max(then.length, now.length) }, (_, i) => turnElement({
      number: i, then: then[i], now: now[i], both: this.#both,
      changes: changes.filter(({ turn }) => turn === i),
      compared: diverged === null || i <= diverged,
      divides: diverged === i,
      annotations: i < numbered && annotated.element(i),
    }, () => this.turn(i, true)));
    byId("view-call").replaceChildren(
      this.#way(number, state),
      el("h2", { id: "call-title", tabindex: "-1" }, this.#columns.id[number]),
      this.#facts(number),
      ...this.#notices(number, detail),
      el("div", { class: "findings" }, this.#changes(changes), this.#violations(shown.violations, shown.turns)),
      this.#sound.show({ candidate, baseline }),
      el("section", { "aria-labelledby": "turns-title" },
        el("h3", { id: "turns-title" }, "Turns"), annotated.element(), el("ol", { class: "turns", start: "0" }, this.#turns)),
      packetElement(packet(then), packet(now), this.#both) ?? "");
    scrollTo(0, 0);
    layOut(this.#turns);
  }

  #way(number, state) {
    const place = this.#calls.numbers.indexOf(number);
    const link = (by, text) => {
      const to = place >= 0 && this.#calls.numbers[place + by] !== undefined ? this.#calls.link(this.#calls.numbers[place + by]) : "";
      return el("a", { href: to || false, class: "step", "aria-disabled": to ? false : "true" }, text);
    };
    return el("nav", { class: "way", "aria-label": "Calls" },
      el("a", { href: address({ ...listed(state), view: "calls" }) }, "‹ All calls"),
      place >= 0 && el("span", { class: "place" }, `${count(place + 1)} of ${count(this.#calls.numbers.length)}`),
      link(-1, "Previous"), link(1, "Next"));
  }

  #facts(i) {
    const c = this.#columns;
    const was = c.outcome_before[i];
    const outcome = was && was !== c.outcome[i] ? sides(was, c.outcome[i]) : c.outcome[i];
    return el("dl", { class: "facts call-facts" }, terms([
      ["Outcome", el("span", { class: "sides-inline" }, outcome)], ["Wishes", c.wishes[i].join(", ") || "none"],
      ["Put through because", c.reasons[i].join(", ")], ["Language", c.language[i]], ["Channel", c.channel[i]],
      ["Length", clock(c.seconds[i])], ["Began", moment(c.began[i])],
    ]));
  }

  #notices(i, { candidate, baseline }) {
    const told = [];
    if (this.#columns.apart[i]) told.push(`Not averaged: ${this.#columns.apart[i]}.`);
    for (const [name, side] of [["candidate", candidate], ["baseline", baseline]]) {
      if (side?.note) told.push(`The ${name} is a replay, depth ${side.note.depth}${side.note.version ? `, by version ${side.note.version}` : ""}.`);
    }
    return told.map((text) => el("p", { class: "notice" }, text));
  }

  #changes(changes) {
    if (!this.#both) return null;
    return el("section", { class: "card", "aria-labelledby": "call-changes-title" },
      el("h3", { id: "call-changes-title" }, "What the candidate does otherwise"),
      changes.length ? el("ul", {}, changes.map(({ kind, name, then, now, turn }) => this.#finding(turn,
        el("span", { class: "kind" }, KINDS[kind] ?? kind), el("span", { class: "name" }, name), el("span", { class: "sides-inline" }, sides(then, now)))))
        : el("p", { class: "quiet" }, "Nothing."));
  }

  #violations(violations, turns) {
    return el("section", { class: "card", "aria-labelledby": "violations-title" },
      el("h3", { id: "violations-title" }, "Rules broken"),
      violations.length ? el("ul", {}, violations.map(({ check, told, at }) => this.#finding(Math.max(0, turns.findLastIndex((turn) => (turn.at ?? 0) <= at)),
        el("span", { class: "kind broken" }, CHECKS[check] ?? check), el("span", { class: "name" }, told))))
        : el("p", { class: "quiet" }, "None."));
  }

  #finding(turn, ...told) {
    return el("li", {}, el("button", { type: "button", class: "finding", on: { click: () => this.turn(turn) } },
      el("span", { class: "at" }, turn ? `turn ${turn}` : "greeting"), told));
  }
}

function packet(turns) {
  return turns.findLast((turn) => turn.packet)?.packet;
}
