// After the call: links to its recording and log. Only to our own server, whatever the message says.

import { byId, el } from "./dom.js";
import { t } from "./strings.js";

const PARTS = ["caller", "agent", "log"];

export class Downloads {
  #section = byId("downloads");
  #list = byId("downloads-list");

  clear() {
    this.#section.hidden = true;
    this.#list.replaceChildren();
  }

  show(downloads) {
    const links = PARTS.filter((part) => ours(downloads?.[part])).map((part) =>
      el("li", {}, el("a", { href: downloads[part], download: true, data: { part, t: `download-${part}` } }, t(`download-${part}`))),
    );
    this.#list.replaceChildren(...links);
    this.#section.hidden = links.length === 0;
  }
}

function ours(address) {
  try {
    return typeof address === "string" && new URL(address, document.baseURI).origin === location.origin;
  } catch {
    return false; // not an address at all
  }
}
