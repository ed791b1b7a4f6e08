// One turn of a call: what the caller said, what was made of it, what the agent answered; of both versions.

import { wordDiff } from "./diff.js";
import { el, terms, unseen } from "./dom.js";
import { KINDS, clock, figure } from "./words.js";

const BY = { start: "the call begins", words: "says", keys: "types", silence: "is silent", language: "chooses a language", person: "the person at the desk" };
const TIMES = ["at", "ended", "answered", "paused", "packet"];

/** `then` is the baseline's, `now` the candidate's; either may be missing. `compared` marks what differs. */
export function turnElement({ number, then, now, changes, compared, divides, both, annotations }, play) {
  const shown = now ?? then;
  const same = both && then && now && bare(then) === bare(now);
  const sides = !both ? [side(shown, null, "only")]
    : same ? [side(now, null, "both", then)]
      : [side(then, compared ? now : null, "then"), side(now, compared ? then : null, "now")];
  const name = number ? `Turn ${number}` : "Greeting";
  return el("li", { class: "turn", id: `turn-${number}`, tabindex: "-1", data: { turn: number, divides: Boolean(divides), same: Boolean(same) }, "aria-label": name },
    el("div", { class: "turn-head" },
      el("button", { type: "button", class: "play-turn", "aria-label": `Play from ${name.toLowerCase()}, ${clock(shown.at ?? 0)}`, on: { click: play } }, el("span", { "aria-hidden": "true" }, "▶")),
      el("h4", {}, name), el("span", { class: "at" }, clock(shown.at ?? 0)),
      changes.map(({ kind }) => el("span", { class: "chip kind" }, KINDS[kind] ?? kind))),
    divides && el("p", { class: "divides" }, "A different call from here. ", el("span", {}, "What the caller says next answers what the baseline asked; what follows is shown and not compared.")),
    el("div", { class: same || !both ? "sides one" : "sides" }, sides), annotations);
}

const bare = (turn) => JSON.stringify(Object.entries(turn).filter(([key]) => !TIMES.includes(key)));

const LABELS = { then: "baseline", now: "candidate" };

/** One version's turn; words that `other` has not are marked. */
function side(turn, other, which, before) {
  const label = LABELS[which] && el("p", { class: `side-label ${LABELS[which]}` }, LABELS[which]);
  if (!turn) return el("div", { class: "side absent", data: { side: which } }, label, el("p", { class: "quiet" }, "has no such turn."));
  const mark = marker(other, which);
  const said = caller(turn, mark), made = decision(turn, mark, before);
  const answered = (turn.spoken ?? []).map(([act, text, language], i) => el("div", { class: "said agent" },
    el("p", { class: "text", lang: language || false }, unseen("Agent: "), mark(text, (there) => paired(turn, there, act, i))),
    el("p", { class: "act" }, act)));
  const inside = label ? [label, said, made, ...answered] : [el("div", { class: "words" }, said, answered), made];
  return el("div", { class: "side", data: { side: which } }, inside);
}

/** What the other version says with the same act. */
function paired(turn, other, act, i) {
  const same = (each) => each.filter(([name]) => name === act);
  const nth = same((turn.spoken ?? []).slice(0, i + 1)).length - 1;
  return same(other.spoken ?? [])[nth]?.[1] ?? "";
}

/** Text with what the other version has not marked as gone or as new. */
function marker(other, which) {
  if (!other) return (text) => text;
  return (text, of) => {
    const there = of(other);
    if (there === text) return text;
    const [then, now] = which === "then" ? [text, there] : [there, text];
    return wordDiff(then, now).filter(([of]) => of === "same" || of === which)
      .flatMap(([of, words]) => [of === "same" ? words : el(of === "then" ? "del" : "ins", {}, words), " "]).slice(0, -1);
  };
}

function caller(turn, mark) {
  if (turn.by === "start") return null;
  const said = turn.said ?? "";
  const heard = [turn.language && `heard in ${turn.language}`, turn.by === "words" && turn.heard_surely !== undefined && `${Math.round(100 * turn.heard_surely)} % sure`].filter(Boolean);
  return el("div", { class: "said caller", data: { by: turn.by } },
    el("p", { class: "text", lang: turn.language || false }, unseen(`Caller ${BY[turn.by] ?? turn.by}: `),
      said ? mark(said, (other) => other.said ?? "") : el("span", { class: "quiet" }, turn.by === "silence" ? "says nothing" : "nothing heard")),
    el("p", { class: "act" }, turn.by === "words" ? heard.join(", ") : BY[turn.by] ?? turn.by));
}

function decision(turn, mark, before) {
  const list = (of) => (each) => (each[of] ?? []).join(", ");
  const told = (of) => { const text = of(turn); return text ? mark(text, of) : ""; };
  const pairs = terms([
    ["decided by", told((each) => [each.rung, each.intent, each.sure !== undefined && each.rung ? `${Math.round(100 * each.sure)} %` : ""].filter(Boolean).join(" · "))],
    ["commands", told(list("commands"))],
    ["follows", told(list("follows"))],
    ["asked of others", told(list("requests"))],
    ["a person, by", told(list("escalated"))],
    ["because", told(list("why"))],
    ["asks next", told((each) => (each.asked && each.asked !== each.question ? each.asked : ""))],
    ["ends with", told((each) => each.closing ?? "")],
    ["wait", waited(turn, before)],
  ]);
  return pairs.length > 0 && el("dl", { class: "decision" }, pairs);
}

/** From the caller's last words to the agent's first sound: the pause, then what came after it. */
function waited(turn, before) {
  const whole = wait(turn), was = before ? wait(before) : null;
  if (whole === null) return "";
  const parts = turn.paused ? ` (pause ${figure(turn.paused, "s")}, then ${figure(turn.answered - turn.ended, "s")})` : "";
  return `${figure(whole, "s")}${parts}${was !== null && Math.abs(was - whole) >= 0.005 ? `; baseline ${figure(was, "s")}` : ""}`;
}

function wait({ answered, ended, paused }) {
  return answered === undefined || ended === undefined ? null : answered - ended + (paused ?? 0);
}
