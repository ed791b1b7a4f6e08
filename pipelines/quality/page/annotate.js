// What people say of a turn or of the whole call; where the report is shown live, a form to say more.

import { el } from "./dom.js";

const ABOUT = [
  ["intent", "the right intent (none: none of ours)"], ["transcript", "what was really said"], ["slot", "a detail, as name=value"],
  ["language", "the language that was spoken, as a code"],
  ["escalation", "the rule that should have called a person (none: no rule)"], ["outcome", "what became of the call"], ["comment", "a comment"],
];
const OF_TURNS = ["transcript", "intent", "slot"]; // the whole call has none of these
const WHO = "waxtaan-annotator";

/** Of one recording, `side` being "candidate" or "baseline"; `live` where the server keeps them. */
export class Annotations {
  #side;
  #id;
  #all;
  #live;
  #drawn = new Map();

  constructor(side, id, annotations, live) {
    this.#side = side;
    this.#id = id;
    this.#all = annotations ?? [];
    this.#live = live;
  }

  /** Of a turn by its number, of the whole call without one; nothing where there is nothing to show. */
  element(turn) {
    const shown = el("div", { class: "annotations" });
    this.#drawn.set(turn, shown);
    this.#fill(shown, turn);
    return shown;
  }

  #fill(shown, turn) {
    const about = this.#all.filter((each) => (each.turn ?? undefined) === turn);
    shown.replaceChildren(
      about.length ? el("ul", {}, about.map(annotation)) : "",
      this.#live ? this.#form(turn) : "");
    shown.hidden = !(about.length || this.#live);
  }

  #form(turn) {
    const kinds = ABOUT.filter(([name]) => turn !== undefined || !OF_TURNS.includes(name));
    const about = el("select", { name: "about" }, kinds.map(([name, means]) => el("option", { value: name }, `${name}: ${means}`)));
    const value = el("input", { name: "value", autocomplete: "off", maxlength: "4000" });
    const right = el("select", { name: "right" }, [["", "no judgement"], ["true", "it was done rightly"], ["false", "it was done wrongly"]]
      .map(([name, text]) => el("option", { value: name }, text)));
    const who = el("input", { name: "who", required: true, maxlength: "100", value: remembered(), autocomplete: "name" });
    const told = el("p", { class: "quiet", role: "status" });
    const field = (text, input) => el("label", {}, el("span", {}, text), input);
    const form = el("form", { on: { submit: (event) => { event.preventDefault(); this.#save(turn, { about, value, right, who }, told); } } },
      field("About", about), field("What is right", value), field("Judgement", right), field("Your name", who),
      el("button", { type: "submit" }, "Keep"), told);
    return el("details", {}, el("summary", {}, turn === undefined ? "Annotate this call" : `Annotate turn ${turn}`), form);
  }

  async #save(turn, { about, value, right, who }, told) {
    const given = { who: who.value.trim(), about: about.value, value: value.value.trim() };
    if (turn !== undefined) given.turn = turn;
    if (right.value) given.right = right.value === "true";
    remember(given.who);
    told.textContent = "Keeping it …";
    try {
      const answer = await fetch(`annotations/${this.#side}/${encodeURIComponent(this.#id)}`,
        { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) });
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.error);
      this.#all = body.annotations;
      for (const [place, shown] of this.#drawn) this.#fill(shown, place);
      this.#drawn.get(turn).querySelector("summary").focus();
    } catch (error) {
      told.textContent = `Not kept: ${error.message}`;
    }
  }
}

function annotation({ who, when, about, value, right }) {
  const judged = right === true ? "done rightly" : right === false ? "done wrongly" : "";
  return el("li", {}, el("span", { class: "kind" }, about), el("span", { class: "name" }, [judged, value].filter(Boolean).join(": ")),
    el("span", { class: "quiet" }, `${who}, ${(when ?? "").replace("T", " ").slice(0, 16)}`));
}

function remembered() {
  try { return localStorage.getItem(WHO) ?? ""; } catch { return ""; } // a browser may forbid it
}

function remember(who) {
  try { localStorage.setItem(WHO, who); } catch { /* then it is asked for again */ }
}
