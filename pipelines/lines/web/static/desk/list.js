// The list of calls: one button each, kept in place while it changes so that it does not lose the focus.

import { byId, el } from "../dom.js";
import { t } from "../strings.js";

export class List {
  #list = byId("calls");
  #items = new Map();
  #choose;

  constructor(choose) {
    this.#choose = choose;
  }

  draw(calls, chosen) {
    const inOrder = calls.inOrder();
    const ids = new Set(inOrder.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (ids.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    for (const call of inOrder) this.#fill(this.#item(call.id), call, calls, chosen);
    this.#sort(inOrder.map(({ id }) => this.#items.get(id)));
    byId("calls-empty").hidden = inOrder.length > 0;
    byId("counts").textContent = inOrder.length === 0 ? "" : t("counts", {
      waiting: calls.count("waiting"),
      talking: calls.count("talking"),
      person: calls.count("person"),
    });
  }

  tick(calls) {
    for (const [id, item] of this.#items) {
      const call = calls.get(id);
      if (call) set(item.querySelector(".lasting"), calls.lasting(call));
    }
  }

  #item(id) {
    if (!this.#items.has(id)) {
      const button = el(
        "button",
        { type: "button", data: { call: id } },
        el("span", { class: "caller" }),
        el("span", { class: "lasting" }),
        el("span", { class: "chip state" }),
        el("span", { class: "about" }),
      );
      button.addEventListener("click", () => this.#choose(id));
      this.#items.set(id, el("li", {}, button));
    }
    return this.#items.get(id);
  }

  #fill(item, call, calls, chosen) {
    const button = item.firstChild;
    button.dataset.state = call.state;
    if (call.id === chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    set(button.querySelector(".caller"), call.caller ?? t("unknown-caller"));
    set(button.querySelector(".lasting"), calls.lasting(call));
    set(button.querySelector(".state"), t(`state-${call.state}`));
    const about = [call.language, t(`channel-${call.channel}`), call.flow, call.queue ? `→ ${call.queue}` : "", call.verified ? `✓ ${t("verified")}` : ""];
    set(button.querySelector(".about"), about.filter(Boolean).join(" · "));
  }

  /** Moving an element takes its focus away: only what is out of place is moved. */
  #sort(items) {
    const focus = document.activeElement;
    items.forEach((item, i) => {
      if (this.#list.children[i] !== item) this.#list.insertBefore(item, this.#list.children[i] ?? null);
    });
    if (focus && focus !== document.activeElement && this.#list.contains(focus)) focus.focus();
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
