// The service desk: log in, watch the calls, take one over.

import "./strings.js";
import { byId } from "../dom.js";
import { pageLanguage, showIn, t } from "../strings.js";
import { Calls } from "./calls.js";
import { List } from "./list.js";
import { Panel } from "./panel.js";
import { Live, post } from "./server.js";

const LANGUAGE = "waxtaan.desk.language"; // in this browser's storage
const calls = new Calls();
const list = new List(choose);
const panel = new Panel();
let chosen = "";

const live = new Live({
  link,
  calls(message) {
    calls.replace(message);
    entered();
    draw();
  },
  told(message) {
    const before = calls.get(message.id)?.state;
    const call = calls.told(message);
    if (call?.state === "waiting" && before !== "waiting") {
      byId("news").textContent = t("now-waiting", { who: call.caller ?? t("unknown-caller") });
    }
    draw();
  },
  locked() {
    calls.clear();
    chosen = "";
    draw();
    byId("desk-main").hidden = true;
    byId("logout").hidden = true;
    byId("login").hidden = false;
    link("");
    byId("token").focus();
  },
});

function draw() {
  const call = calls.get(chosen);
  if (!call) unchoose();
  list.draw(calls, chosen);
  panel.show(call, calls);
}

function choose(id) {
  chosen = id;
  document.body.dataset.view = "call";
  draw();
  byId("who").focus();
}

function unchoose() {
  chosen = "";
  document.body.dataset.view = "list";
}

function entered() {
  byId("login").hidden = true;
  byId("desk-main").hidden = false;
  byId("logout").hidden = false;
  problem("");
}

function link(state) {
  document.body.dataset.link = state;
  byId("status").textContent = state ? t(`link-${state}`) : "";
}

function problem(text) {
  byId("problem-text").textContent = text;
  byId("problem").hidden = !text;
}

function inLanguage(language) {
  showIn(language);
  byId("language").value = pageLanguage();
  if (document.body.dataset.link) link(document.body.dataset.link);
  list.draw(calls, chosen);
  panel.redraw(calls);
}

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = byId("token");
  try {
    await post("login", { token: token.value });
    token.value = "";
    problem("");
    link("connecting");
    live.start();
  } catch (error) {
    const known = { 0: "unreachable", 401: "wrong-token", 429: "too-many" }[error.status];
    problem(t("failed", { why: known ? t(known) : error.message }));
    token.select();
  }
});

byId("logout").addEventListener("click", async () => {
  live.stop();
  await post("logout").catch(() => {});
  live.start();
});

byId("back").addEventListener("click", () => {
  const was = chosen;
  unchoose();
  draw();
  document.querySelector(`[data-call="${CSS.escape(was)}"]`)?.focus();
});

byId("language").addEventListener("change", ({ target }) => {
  localStorage.setItem(LANGUAGE, target.value);
  inLanguage(target.value);
});

setInterval(() => {
  list.tick(calls);
  panel.tick(calls);
}, 1000);

inLanguage(localStorage.getItem(LANGUAGE) ?? navigator.language.slice(0, 2));
link("connecting");
live.start();
document.documentElement.dataset.ready = "true";
