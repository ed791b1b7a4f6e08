// Elements without HTML strings: whatever a caller, a model or a server said stays text.

/** el("li", { class: "x", data: { who: "agent" } }, "text", child, ...) */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "data") Object.assign(element.dataset, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** What a server's value looks like to a reader: never an object in brackets. */
export function readable(value) {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map(readable).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([key, inner]) => `${key}: ${readable(inner)}`).join(", ");
  return String(value);
}

/** Pairs of a term and its text as the children of a <dl>. */
export function terms(pairs) {
  return pairs.map(([term, text]) => el("div", {}, el("dt", {}, term), el("dd", {}, text)));
}
