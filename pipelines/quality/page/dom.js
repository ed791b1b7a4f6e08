// Elements without HTML strings: whatever a caller, a model or a file's name said stays text.

/** el("li", { class: "x", data: { turn: 3 }, style: { left: "3%" }, on: { click } }, "text", child, [children]) */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "data") Object.assign(element.dataset, value);
    else if (key === "style") Object.assign(element.style, value);
    else if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.flat(2).filter(Boolean));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Pairs of a term and what stands for it as the children of a <dl>; what is empty is left out. */
export function terms(pairs) {
  return pairs.filter(([, told]) => told !== "" && told !== null && told !== undefined)
    .map(([term, told]) => el("div", {}, el("dt", {}, term), el("dd", {}, told)));
}

/** Words for a screen reader only. */
export function unseen(text) {
  return el("span", { class: "visually-hidden" }, text);
}
