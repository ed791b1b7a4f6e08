// The desk: what the person who takes over sees, so that the caller need not say it all again.

import { byId, el, readable, terms } from "./dom.js";
import { t } from "./strings.js";

const WHO = { agent: "agent", caller: "desk-caller" };

export class Desk {
  #section = byId("desk");
  #body = byId("desk-body");
  #handoff = null;

  clear() {
    this.#handoff = null;
    this.#section.hidden = true;
    this.#body.replaceChildren();
  }

  show(handoff) {
    this.#handoff = handoff;
    this.draw();
  }

  draw() {
    if (!this.#handoff) return;
    const { queue, reason, packet } = this.#handoff;
    const known = packet && typeof packet === "object" ? packet : {};
    const pairs = [
      [t("desk-queue"), readable(queue)],
      [t("desk-reason"), readable(reason ?? known.reason).replaceAll("_", " ")],
      [t("desk-why"), readable(known.why)],
      [t("desk-name"), readable(known.name)],
      [t("desk-caller"), readable(known.caller)],
      [t("desk-verified"), t(known.verified ? "yes" : "no")],
      [t("desk-language"), readable(known.language)],
      [t("desk-flow"), readable(known.flow)],
      [t("desk-details"), readable(known.slots)],
    ];
    this.#body.replaceChildren(
      el("p", { class: "summary", lang: known.language ?? null }, readable(known.summary)),
      el("dl", { class: "terms" }, ...terms(pairs.filter(([, text]) => text))),
      ...turns(known),
    );
    this.#section.hidden = false;
  }
}

function turns({ transcript, language }) {
  if (!Array.isArray(transcript) || transcript.length === 0) return [];
  const lines = transcript.map(({ who, text }) =>
    el("li", {}, el("b", {}, `${t(WHO[who] ?? "desk-caller")}: `), el("span", { lang: language ?? null }, readable(text))),
  );
  return [el("h3", {}, t("desk-transcript")), el("ol", { class: "turns" }, ...lines)];
}
