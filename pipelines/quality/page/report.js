// The page: reads the report, draws what is shown of it, follows the address.

import { CallView } from "./call.js";
import { CallsView } from "./calls.js";
import { drawChanged } from "./changed.js";
import { Details, readReport } from "./data.js";
import { byId } from "./dom.js";
import { drawEscalation } from "./escalation.js";
import { drawFigures } from "./figures.js";
import { drawHead } from "./head.js";
import { listenToKeys } from "./keys.js";
import { drawPictures } from "./pictures.js";
import { drawSlices } from "./slices.js";
import { address, listed, onState, readState } from "./state.js";
import { drawTrends } from "./trends.js";
import { drawWorst } from "./worst.js";

const KNOWN = 1; // the version of the data that this page reads

async function start() {
  const data = await readReport();
  if (data.report !== KNOWN) throw new Error(`this page reads reports of version ${KNOWN}, and this one is of version ${data.report}`);
  drawHead(data);
  drawChanged(data);
  drawWorst(data);
  drawFigures(data);
  drawTrends(data);
  drawEscalation(data);
  drawPictures(data);
  drawSlices(data);
  const callsView = new CallsView(data);
  const callView = new CallView(data, new Details(data), callsView);
  let before = {};
  const show = (state) => {
    const view = ["report", "calls", "call"].includes(state.view) ? state.view : "report";
    if (view !== before.view) place(view, before.view);
    byId("to-calls").href = address({ ...listed(state), view: "calls" });
    callsView.show(state);
    if (view === "call") callView.show(state).catch(fail);
    else callView.leave();
    if (view === "calls" && before.view === "call") callsView.find(before.call);
    before = { ...state, view };
  };
  onState(show);
  show(readState());
  listenToKeys(callsView, callView);
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
  byId("loading").hidden = true;
  document.documentElement.dataset.ready = "";
}

const scrolled = {}; // where each view was left

function place(view, before) {
  scrolled[before] = scrollY;
  document.body.dataset.view = view;
  for (const name of ["report", "calls"]) {
    if (name === view || (name === "calls" && view === "call")) byId(`to-${name}`).setAttribute("aria-current", "page");
    else byId(`to-${name}`).removeAttribute("aria-current");
  }
  scrollTo(0, view === "call" ? 0 : scrolled[view] ?? 0);
}

function fail(error) {
  byId("loading").hidden = true;
  byId("problem").hidden = false;
  byId("problem").textContent = `The report cannot be shown: ${error.message}`;
  document.documentElement.dataset.ready = "";
  console.error(error);
}

start().catch(fail);
