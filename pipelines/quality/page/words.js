// What things are called and how figures are written.

export const KINDS = {
  heard: "heard otherwise",
  understood: "understood otherwise",
  rung: "decided by another rung",
  escalation: "another escalation",
  request: "another request",
  answer: "another answer",
  question: "another question",
  wording: "other wording",
  delivery: "said in another way",
  handoff: "other facts for the person",
  listening: "listened to otherwise",
  end: "another end",
};

export const CHECKS = {
  disclosure: "not told that a machine answers",
  identity: "looked up before the caller was known",
  invented: "told what no page holds",
  in_clear: "secret in clear",
};

export const WORSE = "worse";
export const BETTER = "better";
export const SAME = "the same";
const MOVED = "changed", UNSURE = "no certain change";
const SIGNS = { [WORSE]: "✗", [BETTER]: "✓", [MOVED]: "→", [UNSURE]: "≈", [SAME]: "=" };

/** What became of a figure, in a word. */
export function verdictOf({ difference, worse, better }) {
  if (!difference) return "";
  if (worse) return WORSE;
  if (difference.certain) return better === "neither" ? MOVED : BETTER;
  return difference.low === 0 && difference.high === 0 ? SAME : UNSURE;
}

export function signOf(verdict) {
  return SIGNS[verdict] ?? "";
}

export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const counted = new Intl.NumberFormat("en-GB");
export const count = (n) => counted.format(n);
export const calls = (n) => `${count(n)} ${n === 1 ? "call" : "calls"}`;

function fixed(value, digits) {
  return value.toFixed(digits).replace("-", "−");
}

/** A value in its unit, as short as it can be. */
export function figure(value, unit) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (unit === "share") return `${fixed(100 * value, size > 0 && size < 0.01 ? 2 : 1)} %`;
  if (unit === "s") return `${fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2)} s`;
  if (unit === "Wh") return `${value.toPrecision(3)} Wh`;
  return fixed(value, size >= 100 ? 0 : 2);
}

/** A difference: with its sign, shares in points. */
export function difference(value, unit) {
  if (value === null || value === undefined) return "–";
  const sign = value > 0 ? "+" : "";
  return sign + figure(value, unit).replace(" %", " points");
}

/** Seconds of a call as people read them. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes % 60)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** An ISO time as people read it; whatever else it is, as it is. */
export function moment(text) {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? text.slice(0, 16).replace("T", " ") : text;
}

/** A value of a packet: never an object in brackets. */
export function readable(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(readable).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([key, inner]) => `${key}: ${readable(inner)}`).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

export const ANY_RULE = "any";

/** "right:angry" in words. */
export function judgedIn(value) {
  const [how, rule] = value.split(/:(.*)/s);
  return `${rule === ANY_RULE ? "any rule" : rule}: ${{ right: "called rightly", wrong: "called wrongly", missed: "should have called" }[how] ?? how}`;
}
