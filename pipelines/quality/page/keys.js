// What the keyboard does, wherever on the page.

import { byId } from "./dom.js";
import { address, go, listed, readState } from "./state.js";

const ZOOMS = { "+": 1, "=": 1, "-": -1, 0: 0 }; // "=" is where "+" is, without Shift
const WRITING = "input:not([type=radio]), textarea, select";

export function listenToKeys(callsView, callView) {
  byId("show-keys").addEventListener("click", () => byId("keys").showModal());
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
    const writing = event.target.matches?.(WRITING);
    if (writing && event.key !== "Escape") return;
    if (act(event, callsView, callView)) event.preventDefault();
  });
}

/** Whether the key was one of ours. */
function act({ key, target }, callsView, callView) {
  const state = readState();
  const inCall = state.view === "call", inList = state.view === "calls";
  const along = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  if (along && inCall) callView.step(along);
  else if (along && inList) callsView.step(along);
  else if (key in ZOOMS && inCall) callView.zoom(ZOOMS[key]);
  else if (key === " " && inCall && !target.closest("button, a, summary, label")) callView.toggle();
  else if ((key === "n" || key === "p") && inCall) open(callView.beside(key === "n" ? 1 : -1));
  else if (key === "/") toFilter(state, inList, callsView);
  else if (key === "Escape") back(state, target);
  else if (key === "?") byId("keys").showModal();
  else return false;
  return true;
}

function open(link) {
  if (link) location.hash = link;
}

function toFilter(state, inList, callsView) {
  if (!inList) go({ ...listed(state), view: "calls" }, true);
  callsView.focus();
}

function back(state, target) {
  if (target.matches(WRITING)) target.blur();
  else if (state.view === "call") location.hash = address({ ...listed(state), view: "calls" });
  else if (state.view === "calls") go({ view: "report" });
}
