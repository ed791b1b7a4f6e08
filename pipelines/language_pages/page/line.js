// One line of a language: English beside it, its state, and what a reviewer does with it.

import { byId, el } from "./dom.js";
import { sound } from "./sound.js";

const STATES = { approved: "approved", doubtful: "doubtful", stale: "stale", new: "not yet looked at" };
let number = 0; // of a line, for ids

export class Line {
  entry;
  #language;
  #changed;
  #id = `line-${number += 1}`;
  #drawn;
  #field = null; // where it is corrected
  #saving = false;
  #drawing = false;
  #faults = [];
  #theirs = null; // the line as another tab or an editor left it

  /** `changed` is called when the line's state is another. */
  constructor(entry, language, changed) {
    this.entry = entry;
    this.#language = language;
    this.#changed = changed;
  }

  get element() {
    if (!this.#drawn) {
      this.#drawn = el("article", {
        class: "line card", "aria-labelledby": `${this.#id}-name`,
        // kept when the line is left: its own buttons may be used before that
        on: { focusout: ({ relatedTarget }) => { if (!this.#drawing && !this.#drawn.contains(relatedTarget)) this.#save(); } },
      });
      this.#draw();
    }
    return this.#drawn;
  }

  /** Whether something is typed that is not kept. */
  get isTyped() {
    return this.#field !== null && this.#field.value.trim() !== this.entry.own.join("\n");
  }

  matches(filter, find) {
    const { state, doubted, mark, own, source, place } = this.entry;
    const kinds = { all: true, doubtful: state === "doubtful" || Boolean(mark?.doubt) || (doubted && state !== "approved") };
    const wanted = find.trim().toLowerCase();
    return (kinds[filter] ?? state === filter)
      && (!wanted || [place.join("."), ...own, ...source].some((text) => text.toLowerCase().includes(wanted)));
  }

  #draw(told = "") {
    const { place, source, own, state, file } = this.entry;
    const isOpen = this.#field !== null;
    this.#drawn.dataset.state = state;
    const side = (title, lang, sentences, empty) => el("div", {}, el("h4", {}, title),
      sentences.length ? el("ul", { lang }, sentences.map((each) => el("li", {}, chips(each)))) : el("p", { class: "quiet" }, empty));
    const buttons = [
      file === "phrases" && el("button", { type: "button", data: { do: "listen" }, on: { click: () => this.#listen() } }, "Listen"),
      isOpen && el("button", { type: "button", data: { do: "keep" }, on: { click: () => this.#save() } }, "Keep"),
      isOpen && el("button", { type: "button", data: { do: "leave" }, on: { click: () => this.#close(this.entry) } }, "Give up"),
      !isOpen && own.length > 0 && el("button", { type: "button", data: { do: "approve" }, on: { click: () => this.#mark("") } }, "Approve"),
      !isOpen && el("button", { type: "button", data: { do: "correct" }, on: { click: () => this.#open() } }, own.length ? "Correct" : "Write it"),
      !isOpen && own.length > 0 && el("button", { type: "button", data: { do: "doubt" }, on: { click: () => this.#doubt() } }, "Not sure"),
    ].filter(Boolean);
    for (const button of buttons) button.setAttribute("aria-describedby", `${this.#id}-name`);
    this.#drawing = true; // what is taken out of the page loses the focus
    this.#drawn.replaceChildren(
      el("header", {}, el("h3", { id: `${this.#id}-name` }, place.join(" › ")), el("span", { class: "chip state" }, STATES[state]), this.#about()),
      el("div", { class: "sides" },
        side("English", "en", source, "English has no such line"),
        isOpen ? this.#editor() : side(this.#language.name, this.#language.code, own, "not there: another language says it instead")),
      el("div", { class: "buttons" }, buttons),
      el("div", { class: "doubting" }),
      told ? el("p", { class: "hint" }, told) : "");
    this.#drawing = false;
  }

  #about() {
    const { mark, doubted } = this.entry;
    const told = [];
    if (mark) told.push(`${mark.by}, ${mark.on}`);
    if (mark?.changed.length) told.push(`changed since: ${mark.changed.join(" and ")}`);
    if (mark?.doubt) told.push(`not sure: ${mark.doubt}`);
    if (doubted) told.push("named by the draft's writer");
    return told.length ? el("span", { class: "quiet" }, told.join(" · ")) : "";
  }

  #editor() {
    const faults = el("ul", { class: "problem", role: "alert", id: `${this.#id}-faults`, hidden: !this.#faults.length },
      this.#faults.map((fault) => el("li", {}, fault)));
    if (this.#faults.length) {
      this.#field.setAttribute("aria-invalid", "true");
    } else {
      this.#field.removeAttribute("aria-invalid");
    }
    const theirs = this.#theirs && el("div", { class: "notice" },
      el("p", {}, "Meanwhile it says:"),
      el("ul", { lang: this.#language.code }, this.#theirs.own.map((each) => el("li", {}, each))),
      el("div", { class: "buttons" },
        el("button", { type: "button", data: { do: "theirs" }, on: { click: () => this.#close(this.#theirs) } }, "Take that, give up mine"),
        el("button", { type: "button", data: { do: "mine" }, on: { click: () => this.#overwrite() } }, "Keep mine instead")));
    return el("div", {}, el("label", { for: `${this.#id}-field` }, `${this.#language.name}, a sentence a line`), this.#field, faults, theirs);
  }

  #open() {
    const { own, source } = this.entry;
    this.#faults = [];
    this.#theirs = null;
    this.#field = el("textarea", {
      id: `${this.#id}-field`, lang: this.#language.code, rows: String(Math.min(16, Math.max(own.length, source.length, 2) + 1)),
      "aria-describedby": `${this.#id}-faults`,
      on: {
        keydown: (event) => {
          if (event.key === "Escape") this.#close(this.entry);
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.#save(); }
        },
      },
    });
    this.#field.value = own.join("\n");
    this.#draw();
    this.#field.focus();
  }

  #close(entry, told = "") {
    this.#field = null;
    this.#theirs = null;
    this.#faults = [];
    this.#take(entry, told, "correct");
  }

  async #save() {
    if (this.#field === null || this.#saving || this.#theirs) return;
    if (!this.isTyped) { this.#close(this.entry); return; }
    const sentences = this.#field.value.split("\n").map((each) => each.trim()).filter(Boolean);
    this.#saving = true;
    this.#field.readOnly = true;
    const { ok, status, body } = await post("correct", { ...this.#at(), seen: this.entry.seen, sentences });
    this.#saving = false;
    if (this.#field) this.#field.readOnly = false;
    if (ok) {
      say(`${this.entry.place.join(" ")}: kept`);
      this.#close(body.entry, body.warnings.length ? `Kept, ${body.warnings.join("; ")}.` : "Kept.");
      return;
    }
    this.#faults = (body.faults ?? [body.error]).map((fault) => `Not kept: ${fault}`);
    this.#theirs = status === 409 ? body.entry : null;
    const focused = document.activeElement === this.#field;
    this.#draw();
    if (focused) this.#field.focus();
  }

  #overwrite() {
    this.entry = this.#theirs;
    this.#theirs = null;
    this.#save();
  }

  async #mark(doubt) {
    const { ok, status, body } = await post("mark", { ...this.#at(), seen: this.entry.seen, doubt });
    if (ok) {
      say(`${this.entry.place.join(" ")}: ${STATES[body.entry.state]}`);
      this.#take(body.entry, "", doubt ? "doubt" : "approve");
    } else {
      this.#take(status === 409 ? body.entry : this.entry, `Not kept: ${body.error}. This is how it stands now.`, "approve");
    }
  }

  #doubt() {
    const place = this.#drawn.querySelector(".doubting");
    const why = el("input", { id: `${this.#id}-doubt`, required: true, maxlength: "1000", value: this.entry.mark?.doubt ?? "", autocomplete: "off" });
    place.replaceChildren(el("form", { on: { submit: (event) => { event.preventDefault(); this.#mark(why.value.trim() || "not sure"); } } },
      el("label", { for: why.id }, "What is doubtful about it?"), why, el("button", { type: "submit" }, "Keep")));
    why.focus();
  }

  async #listen() {
    const sentences = this.#field ? this.#field.value.split("\n").map((each) => each.trim()).filter(Boolean) : [];
    say("Speaking …");
    const fault = await sound({ ...this.#at(), sentences });
    say(fault);
    if (fault && this.#field) { this.#faults = [fault]; this.#draw(); } else if (fault) this.#draw(fault);
  }

  #at() {
    return { file: this.entry.file, place: this.entry.place };
  }

  #take(entry, told, focus) {
    const within = this.#drawn.contains(document.activeElement) || document.activeElement === document.body;
    this.entry = entry;
    this.#draw(told);
    if (within) this.#drawn.querySelector(`[data-do="${focus}"]`)?.focus();
    this.#changed();
  }
}

function chips(sentence) {
  return sentence.split(/(\{[^{}]*\})/).map((part) => /^\{.*\}$/.test(part) ? el("span", { class: "value" }, part) : part);
}

function say(text) {
  byId("told").textContent = text;
}

async function post(where, given) {
  try {
    const answer = await fetch(where, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) });
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  } catch {
    return { ok: false, status: 0, body: { error: "the server does not answer; is 'waxtaan languages --review' still running?" } };
  }
}
