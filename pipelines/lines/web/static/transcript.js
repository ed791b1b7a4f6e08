// The conversation as text. One list item per agent utterance and per caller turn.
//
// A caller's turn grows in a grey item that screen readers pass over; once final it is put in anew, which is what
// makes a polite live region read it. An agent's utterance appears when it begins; what an interruption cut off
// is struck out when it has ended.

import { byId, el } from "./dom.js";
import { has, t } from "./strings.js";

const NEAR = 80; // pixels from the end within which the list follows the conversation

export class Transcript {
  #list = byId("transcript");
  #empty = byId("transcript-empty");
  #utterances = new Map();
  #unfinished = new Set(); // agent utterances of which it is not yet known how much was heard
  #dropped = new Set(); // those of them that the latest interruption found waiting
  #turns = new Map();
  #keys = null;

  clear() {
    this.#list.replaceChildren();
    this.#utterances.clear();
    this.#unfinished.clear();
    this.#dropped.clear();
    this.#turns.clear();
    this.#keys = null;
    this.#empty.hidden = false;
  }

  said(data) {
    if (data.who === "agent") this.#agent(data);
    if (data.who === "caller") this.#caller(data);
  }

  /** The agent has been silenced: what it had begun or was about to say, it will not say. */
  interrupted() {
    this.#dropped = new Set(this.#unfinished);
  }

  /** Which step of the ladder understood a turn, noted under it. */
  decided({ turn, rung, intent }) {
    const item = rung === "keypad" ? this.#keys?.closest("li") : this.#turns.get(turn);
    if (!item || !has(`rung-${rung}`)) return;
    if (rung === "keypad") this.#keys = null; // what is pressed next is another turn
    const step = el("span", { data: { t: `rung-${rung}` } }, t(`rung-${rung}`));
    item.querySelector(".meta").prepend(el("span", { class: "chip" }, step, intent ? ` · ${intent}` : ""));
  }

  /** A key the caller pressed; `shown` is a dot where the digit is secret. */
  pressed(shown) {
    if (!this.#keys) {
      const item = this.#item("keypad", "keys", "", {});
      this.#append(item);
      this.#keys = item.querySelector(".text");
    }
    this.#keys.append(`${shown} `);
  }

  #agent({ utterance, text, language, heard, interrupted }) {
    const known = this.#utterances.get(utterance);
    if (!known && typeof text === "string") {
      const item = this.#item("agent", "agent", text, { language });
      this.#utterances.set(utterance, item);
      this.#unfinished.add(item);
      this.#append(item);
    } else if (known && typeof heard === "string") {
      this.#unfinished.delete(known);
      if (interrupted) this.#cutOff(known, heard);
      else this.#resumed(known, heard);
    }
  }

  /** A sentence that went on where it had been cut off: the rest of it, not all again. */
  #resumed(item, heard) {
    const text = item.querySelector(".text");
    if (heard && heard !== text.textContent && text.textContent.endsWith(heard)) text.textContent = `… ${heard}`;
  }

  /** How much was heard comes after the answer to the interruption may have: that one is not cut off. */
  #cutOff(item, heard) {
    this.#dropped.delete(item);
    this.#strike(item, heard, "interrupted");
    for (const waiting of this.#dropped) {
      this.#unfinished.delete(waiting);
      this.#strike(waiting, "", "unsaid");
    }
    this.#dropped.clear();
  }

  #strike(item, heard, why) {
    const text = item.querySelector(".text").textContent;
    const rest = text.startsWith(heard) ? text.slice(heard.length) : "";
    const unheard = el("s", {}, el("span", { class: "visually-hidden" }, ` ${t("unheard")} `), rest);
    item.querySelector(".text").replaceChildren(heard, ...(rest.trim() ? [unheard] : []));
    item.dataset.interrupted = "true";
    item.querySelector(".meta").replaceChildren(el("span", { class: "chip", data: { t: why } }, t(why)));
  }

  #caller({ turn, text, language, final, confidence }) {
    if (typeof text !== "string") return;
    const known = this.#turns.get(turn);
    if (known?.dataset.final === "true" && !final) return; // a late partial of a turn that is over
    const item = this.#item("caller", "you", text, { language, partial: !final });
    if (final && confidence < 1) { // what was typed needed no recognising
      const percent = Math.round(confidence * 100);
      item.querySelector(".meta").append(el("span", {}, t("recognised", { confidence: percent })));
    }
    for (const chip of known?.querySelectorAll(".chip") ?? []) item.querySelector(".meta").prepend(chip);
    this.#turns.set(turn, item);
    if (known) this.#follow(() => known.replaceWith(item));
    else this.#append(item);
  }

  #item(who, name, text, { language = null, partial = false }) {
    return el(
      "li",
      { data: { who, final: String(!partial) }, "aria-hidden": partial ? "true" : null },
      el("span", { class: "who", data: { t: name } }, t(name)),
      el("p", { class: "text", lang: language }, text),
      el("div", { class: "meta" }),
    );
  }

  #append(item) {
    this.#empty.hidden = true;
    this.#keys = null; // keys pressed after something was said are a line of their own
    this.#follow(() => this.#list.append(item));
  }

  /** Scrolls along, unless the reader has scrolled back. */
  #follow(change) {
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    change();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
}
