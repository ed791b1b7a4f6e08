// The page: wires a call to what shows it. Every part owns its corner of the page; this file owns their order.

import { Call } from "./call.js";
import { byId } from "./dom.js";
import { Desk } from "./desk.js";
import { Downloads } from "./downloads.js";
import { Keypad } from "./keypad.js";
import { Ladder } from "./ladder.js";
import { chooseLanguage, chosenLanguage, fetchLanguages, offerLanguages, onLanguage } from "./languages.js";
import { LatencyChart } from "./latency-chart.js";
import { loudness, Meter } from "./meter.js";
import { Microphone } from "./microphone.js";
import { Problem } from "./problem.js";
import { Samples } from "./samples.js";
import { StatePanel } from "./state.js";
import { has, pageLanguage, showIn, t } from "./strings.js";
import { Transcript } from "./transcript.js";

const meters = { caller: new Meter(byId("level-caller")), agent: new Meter(byId("level-agent")) };
const problem = new Problem();
const transcript = new Transcript();
const ladder = new Ladder();
const latency = new LatencyChart();
const state = new StatePanel();
const desk = new Desk();
const downloads = new Downloads();
const keypad = new Keypad(pressed);
const samples = new Samples((caller) => dial({ microphone: false, sample: caller }));

let call = null; // the call that is on, if one is
let tested = null; // the microphone while it is being tested
let listening = null; // the sample caller who is being listened to
let status = ["status-idle", {}]; // kept so that it can be said again in another language
let ended = null; // what the server said about the end
let introduction = {}; // and about itself
let question = null; // what the agent is asking for
let spoken = null; // the language the agent speaks

/** What a call tells: see call.js and the server's messages there. */
const RECEIVED = {
  "microphone": () => stand("dialing", "status-microphone"),
  "dialing": () => stand("dialing", "status-dialing"),
  "talking": () => talking(),
  "ending": () => stand("ending", "status-ending"),
  "over": ({ code, reason }) => over(code, reason),
  "level": (level) => meters.caller.show(level, performance.now()),
  "slow": (slow) => (slow ? problem.show("slow") : problem.over("slow")),
  "without-microphone": ({ kind }) => problem.show(`microphone-${kind}`),
  "microphone-lost": () => problem.show("microphone-lost"),
  "sound-failed": () => problem.show("sound-failed"),
  "press": (key) => keypad.press(key),
  "step": (step) => samples.running(listening, step),
  "call": (data) => introduced(data),
  "said": (data) => transcript.said(data),
  "interrupted": () => transcript.interrupted(),
  "decided": (data) => {
    ladder.decided(data);
    transcript.decided(data);
  },
  "sources": (data) => ladder.sources(data),
  "state": (data) => changed(data),
  "latency": (data) => latency.add(data),
  "handoff": (data) => {
    desk.show(data);
    say("handed-off", { queue: data.queue });
  },
  "ended": (data) => {
    ended = data;
    downloads.show(data.downloads);
  },
  "problem": ({ text, what_to_do }) => problem.say(String(text ?? t("error")), String(what_to_do ?? "")),
  "error": ({ error }) => problem.say(t("error"), String(error ?? "")),
  "error-response": ({ error }) => problem.say(t("error"), String(error ?? "")),
  "user-started-speaking": () => floor("floor-listening"),
  "user-stopped-speaking": () => floor("floor-thinking"),
  "bot-started-speaking": () => floor("floor-speaking"),
};

async function dial({ microphone, sample = null }) {
  if (call) return;
  const opened = microphone && tested ? tested : microphone;
  if (tested) endTest({ keep: opened === tested });
  for (const part of [problem, transcript, ladder, latency, state, desk, downloads]) part.clear();
  ended = question = null;
  listening = sample;
  call = new Call((what, data) => RECEIVED[what]?.(data));
  stand("dialing", "status-dialing");
  if (sample) samples.running(sample, 0);
  samples.show(chosenLanguage(), { onCall: true });
  byId("hang-up").focus();
  try {
    await call.dial({ language: sample?.language ?? chosenLanguage(), microphone: opened, sample });
  } catch (error) {
    console.warn(error);
    call.hangUp();
    problem.show("sample-failed");
  }
}

function talking() {
  stand("talking", "status-talking");
  keypad.enable(true);
  keypad.expect(null, {});
  showKeypad(wide());
  writable(true);
  requestAnimationFrame(watch);
}

function over(code, reason) {
  const hadFocus = byId("phone").contains(document.activeElement) || document.activeElement === document.body;
  keypad.enable(false);
  showKeypad(false);
  writable(false);
  mute(false);
  floor(null);
  meters.caller.rest();
  meters.agent.rest();
  problem.over("slow");
  problem.closed(code, reason);
  call = listening = null;
  if (ended?.reason) stand("ended", "status-ended-reason", { reason: inWords(ended.reason) });
  else stand("ended", "status-ended");
  samples.running(null);
  samples.show(chosenLanguage(), { onCall: false });
  if (hadFocus) byId("call").focus();
}

/** Why a call ended: the server's names for it where there are words, otherwise as it says. */
function inWords(reason) {
  const name = String(reason).replaceAll(" ", "_");
  return has(`reason-${name}`) ? t(`reason-${name}`) : name.replaceAll("_", " ");
}

/** Where the call stands: the page's buttons follow from body[data-call] (controls.css) and `hidden`. */
function stand(phase, key, values = {}) {
  const on = phase !== "idle" && phase !== "ended";
  document.body.dataset.call = phase;
  byId("call").hidden = on;
  byId("hang-up").hidden = !on;
  byId("hang-up").disabled = phase === "ending";
  say(key, values);
}

function say(key, values = {}) {
  status = [key, values];
  byId("status").textContent = t(key, values);
}

function floor(key) {
  byId("floor").dataset.t = key ?? "no-floor";
  byId("floor").textContent = key ? t(key) : "";
}

function introduced(data) {
  const { languages, notice } = (introduction = data);
  spoken = data.language;
  if (Array.isArray(languages) && languages.length > 0) offerLanguages(languages, spoken);
  byId("notice").textContent = typeof notice === "string" ? notice : "";
  byId("notice").hidden = !notice;
  nameEngines(data);
}

function nameEngines({ engines }) {
  const named = (engine) => [engine?.name, engine?.note && `(${engine.note})`].filter(Boolean).join(" ");
  byId("engines").textContent = engines ? t("engines", { asr: named(engines.asr), tts: named(engines.tts) }) : "";
}

function changed(data) {
  state.show(data);
  const expecting = data.expecting ?? {};
  keypad.expect(data.question ?? null, expecting);
  // On a phone the keypad hides the conversation: there it opens by itself only for what is better not said aloud.
  if (expecting.digits > 0 && data.question !== question && (wide() || expecting.secret)) showKeypad(true);
  question = data.question ?? null;
  byId("say-text").type = expecting.secret ? "password" : "text"; // no PIN over the shoulder
  if (data.listening === true) floor("floor-listening");
  // Only a change is followed: a state on its way here must not undo what the caller has just chosen.
  if (data.language !== spoken) chooseLanguage(data.language);
  spoken = data.language;
}

/** A key pressed here, on the keyboard, or by a sample caller. */
function pressed(key, shown) {
  call?.press(key);
  transcript.pressed(shown);
}

function mute(muted) {
  call?.mute(muted);
  byId("mute").setAttribute("aria-pressed", String(muted));
  byId("mute-icon").setAttribute("href", muted ? "#i-muted" : "#i-microphone");
  byId("mute-text").dataset.t = muted ? "unmute" : "mute";
  byId("mute-text").textContent = t(muted ? "unmute" : "mute");
  if (call) say(muted ? "muted" : "status-talking");
}

function wide() {
  return matchMedia("(min-width: 720px)").matches; // as in the style sheets
}

function showKeypad(shown) {
  byId("keypad").hidden = !shown;
  byId("keypad-toggle").setAttribute("aria-expanded", String(shown));
}

function writable(enabled) {
  byId("say-text").disabled = byId("say-send").disabled = !enabled;
  byId("say-text").value = "";
  byId("say-text").type = "text";
}

/** Follows what only the page knows, once per picture: the agent's level and holes in the sound. */
function watch() {
  if (!call) return;
  meters.agent.show(call.agentLevel, performance.now());
  byId("underruns").textContent = call.underruns > 0 ? t("underruns", { count: call.underruns }) : "";
  byId("latency").dataset.underruns = call.underruns;
  requestAnimationFrame(watch);
}

async function test() {
  if (tested) return endTest({ keep: false });
  try {
    tested = await Microphone.open();
  } catch (refused) {
    return problem.show(`microphone-${refused.kind}`);
  }
  if (call) return endTest({ keep: false }); // called meanwhile: that call has asked for a microphone of its own
  tested.onframe = (frame) => meters.caller.show(loudness(frame), performance.now());
  testShown(true);
}

function endTest({ keep }) {
  if (!keep) tested.close();
  tested = null;
  testShown(false);
  meters.caller.rest();
}

function testShown(on) {
  byId("test").setAttribute("aria-pressed", String(on));
  byId("test-text").dataset.t = on ? "test-stop" : "test";
  byId("test-text").textContent = t(on ? "test-stop" : "test");
  byId("test-hint").textContent = on ? t("testing") : "";
}

function translate() {
  showIn(chosenLanguage());
  for (const part of [keypad, latency, state, desk]) part.draw();
  nameEngines(introduction);
  byId("say-text").placeholder = t("say");
  byId("status").textContent = t(...status);
  if (!call) samples.show(chosenLanguage(), { onCall: false });
}

byId("call").addEventListener("click", () => dial({ microphone: true }));
byId("call-silent").addEventListener("click", () => dial({ microphone: false }));
byId("hang-up").addEventListener("click", () => call?.hangUp());
byId("mute").addEventListener("click", () => mute(!call?.muted));
byId("keypad-toggle").addEventListener("click", () => showKeypad(byId("keypad").hidden));
byId("test").addEventListener("click", test);
byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("say-text").value.trim();
  if (text) call?.say(text);
  byId("say-text").value = "";
});
onLanguage(() => {
  translate();
  call?.speak(chosenLanguage());
});
window.addEventListener("pagehide", () => call?.hangUp());

try {
  await fetchLanguages();
} catch (error) {
  console.warn(error);
  offerLanguages([{ code: "en", name: "English" }], "en");
  problem.show("offline");
}
translate();
samples.fetch().then(
  () => samples.show(chosenLanguage(), { onCall: call !== null }),
  (error) => console.warn(error), // a server without sample callers is a server all the same
);
document.documentElement.dataset.ready = pageLanguage(); // the page can be used
