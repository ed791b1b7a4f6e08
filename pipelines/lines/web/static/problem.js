// What went wrong and what to do, in plain words; at most one at a time, the newest.

import { byId } from "./dom.js";
import { has, t } from "./strings.js";

const NORMAL = [1000, 1005]; // hung up by either side

export class Problem {
  #box = byId("problem");
  #text = byId("problem-text");
  #advice = byId("problem-do");
  #key = null;

  constructor() {
    byId("problem-close").addEventListener("click", () => this.clear());
  }

  clear() {
    this.#box.hidden = true;
    this.#key = null;
  }

  /** A problem of ours, by its key in strings.js; `key`-do says what to do. */
  show(key, values = {}, more = "") {
    this.say([t(key, values), more].filter(Boolean).join(" "), has(`${key}-do`) ? t(`${key}-do`, values) : "");
    this.#key = key;
  }

  /** A problem in someone else's words. */
  say(text, whatToDo) {
    this.#key = null;
    this.#text.textContent = text;
    this.#advice.textContent = whatToDo;
    this.#box.hidden = false;
  }

  /** Takes a message back when what it complains of is over. */
  over(key) {
    if (this.#key === key) this.clear();
  }

  closed(code, reason) {
    if (NORMAL.includes(code)) return;
    const key = has(`closed-${code}`) ? `closed-${code}` : "closed-other";
    this.show(key, { code }, reason ? t("closed-said", { reason: reason.replace(/\.$/, "") }) : "");
  }
}
