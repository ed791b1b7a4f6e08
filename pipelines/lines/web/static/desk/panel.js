// One call: what is known, what is said, and what a person can do about it.

import { Desk } from "../desk.js";
import { byId, el, readable, terms } from "../dom.js";
import { has, t } from "../strings.js";
import { post } from "./server.js";

const EXTENSION = "waxtaan.desk.extension"; // in this browser's storage
const NEAR = 80; // pixels from the end within which the transcript follows

export class Panel {
  #packet = new Desk();
  #call = null;
  #drawn = new Map(); // key of a line -> its item
  #packetOf = "";

  constructor() {
    byId("extension").value = localStorage.getItem(EXTENSION) ?? "";
    byId("take").addEventListener("submit", (event) => {
      event.preventDefault();
      const person = byId("extension").value.trim();
      localStorage.setItem(EXTENSION, person);
      this.#do("take", { person }, "taken");
    });
    byId("give-back").addEventListener("click", () => this.#do("give-back", {}, "given-back"));
  }

  /** Shows a call, or none. */
  show(call, calls) {
    if (call?.id !== this.#call?.id) this.#clear();
    this.#call = call;
    byId("panel").hidden = !call;
    byId("nothing").hidden = Boolean(call);
    if (!call) return;
    this.#draw(calls);
    this.#transcript();
  }

  tick(calls) {
    if (this.#call) byId("call-state").textContent = `${t(`state-${this.#call.state}`)} ${calls.lasting(this.#call)}`;
  }

  /** The page's language changed. */
  redraw(calls) {
    this.#drawn.clear();
    byId("transcript").replaceChildren();
    this.#packet.draw();
    if (this.#call) this.show(this.#call, calls);
  }

  #clear() {
    this.#drawn.clear();
    this.#packet.clear();
    this.#packetOf = "";
    byId("transcript").replaceChildren();
    byId("outcome").textContent = "";
    byId("outcome").dataset.failed = "";
  }

  #draw(calls) {
    const call = this.#call;
    byId("who").textContent = call.caller ?? t("unknown-caller");
    byId("call-state").dataset.state = call.state;
    this.tick(calls);
    const began = new Date(call.since * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const facts = [
      t(`channel-${call.channel}`),
      call.language,
      t(call.verified ? "verified" : "unverified"),
      t("began", { time: began }),
      call.person ? t("with", { person: call.person }) : "",
      call.ended ? ending(call.ended) : "",
    ];
    byId("facts").textContent = facts.filter(Boolean).join(" · ");
    const web = call.channel === "web";
    byId("take").hidden = web || call.state === "ended" || call.state === "person";
    byId("give-back").hidden = web || call.state !== "person";
    byId("cannot").textContent = web && call.state !== "ended" ? t("cannot-web") : "";
    if (call.packet && this.#packetOf !== `${call.id} ${call.waiting_since}`) {
      this.#packetOf = `${call.id} ${call.waiting_since}`;
      this.#packet.show({ queue: call.queue, reason: call.reason, packet: call.packet });
    }
    const known = call.packet ? [] : [[t("desk-flow"), call.flow], [t("desk-details"), readable(call.slots)]];
    byId("known").replaceChildren(...terms(known.filter(([, text]) => text)));
    const parts = call.state === "ended" ? Object.entries(call.links) : []; // recordings are whole at the end
    byId("links").replaceChildren(...parts.map(([part, where]) => el("a", { href: where, download: "" }, t(`download-${part}`))));
  }

  #transcript() {
    const list = byId("transcript");
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    for (const [key, { item }] of this.#drawn) {
      if (this.#call.transcript.has(key)) continue;
      item.remove();
      this.#drawn.delete(key);
    }
    for (const [key, line] of this.#call.transcript) {
      const known = this.#drawn.get(key);
      if (known?.line === line) continue;
      const item = drawn(line);
      if (known) known.item.replaceWith(item);
      else list.append(item);
      this.#drawn.set(key, { line, item });
    }
    byId("transcript-empty").hidden = this.#drawn.size > 0;
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  async #do(what, content, done) {
    const outcome = byId("outcome");
    try {
      await post(`api/calls/${encodeURIComponent(this.#call.id)}/${what}`, content);
      outcome.dataset.failed = "";
      outcome.textContent = t(done);
    } catch (error) {
      outcome.dataset.failed = "true";
      outcome.textContent = t("failed", { why: error.message || t("unreachable") });
    }
  }
}

function ending(reason) {
  const key = `ended-${reason.replaceAll(" ", "_")}`;
  return has(key) ? t(key) : reason;
}

function drawn({ who, text, language, final, interrupted }) {
  const partial = who === "caller" && !final;
  return el(
    "li",
    { data: { who, final: String(!partial) }, "aria-hidden": partial ? "true" : null },
    el("span", { class: "who" }, t(`who-${who}`)),
    el("p", { class: "text", lang: language }, text),
    el("div", { class: "meta" }, interrupted ? el("span", { class: "chip" }, t("interrupted")) : null),
  );
}
