// The ladder: which step understood the caller's latest turn, and how often each has in this call.

import { byId, readable } from "./dom.js";
import { t } from "./strings.js";

const NOBODY = "none"; // the rung of a turn that was not understood

export class Ladder {
  #rungs = [...byId("ladder").querySelectorAll("[data-rung]")];
  #outcome = byId("ladder-outcome");
  #counts = new Map();

  clear() {
    this.#counts.clear();
    this.#outcome.textContent = "";
    this.#light(null);
  }

  decided({ rung, intent, confidence, commands }) {
    const known = this.#rungs.some((item) => item.dataset.rung === rung);
    if (!known && rung !== NOBODY) return; // a step of the flow, not of understanding
    this.#counts.set(rung, (this.#counts.get(rung) ?? 0) + 1);
    this.#light(rung);
    const parts = [known ? "" : t("rung-none"), readable(intent), readable(commands)];
    if (intent && Number.isFinite(confidence)) parts[1] += ` (${confidence.toFixed(2)})`;
    this.#outcome.textContent = parts.filter(Boolean).join(" → ");
  }

  // Pages that the language model's answer rests on.
  sources({ sources }) {
    this.#outcome.textContent += ` ← ${readable(sources)}`;
  }

  #light(rung) {
    for (const item of this.#rungs) {
      if (item.dataset.rung === rung) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
      const count = this.#counts.get(item.dataset.rung) ?? 0;
      const badge = item.querySelector(".count");
      badge.textContent = count || "";
      badge.title = count ? t("times", { count }) : "";
    }
  }
}
