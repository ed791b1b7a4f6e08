// What the dialogue knows at this moment, as the server tells it after every turn.

import { byId, readable, terms } from "./dom.js";
import { t } from "./strings.js";

export class StatePanel {
  #list = byId("state");
  #state = {};

  clear() {
    this.show({});
  }

  show(state) {
    this.#state = state;
    this.draw();
  }

  draw() {
    const state = this.#state;
    const yesNo = state.verified === undefined ? "–" : t(state.verified ? "yes" : "no");
    const pairs = [
      [t("state-flow"), readable(state.flow) || "–"],
      [t("state-question"), readable(state.question).replaceAll(":", " ") || "–"],
      [t("state-verified"), yesNo],
      [t("state-misunderstood"), String(Number(state.misunderstood) || 0)],
      [t("state-language"), readable(state.language) || "–"],
    ];
    // Slots come in with the words of the flow, which are names in the code and shown as they are.
    for (const [slot, value] of Object.entries(state.slots ?? {})) pairs.push([slot, readable(value) || "–"]);
    this.#list.replaceChildren(...terms(pairs));
  }
}
