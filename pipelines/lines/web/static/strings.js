// Every word of the page, by language. A key that a language lacks is shown in English.
//
// Elements of index.html name their text in data-t="key" (and labels in data-t-label="key");
// code asks t("key", { name: value }).

import EN from "./strings/en.js";
import FR from "./strings/fr.js";

const STRINGS = { en: EN, fr: FR };
let chosen = "en";

/** The text for a key in the page's language, with {name}s filled in. */
export function t(key, values = {}) {
  const text = STRINGS[chosen][key] ?? EN[key] ?? key;
  const unbroken = text.replace(/ (?=[:;?!%»…])|(?<=«) /g, "\u00a0"); // no line starts with a colon
  return unbroken.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Another page's words, by language; those of the same key are replaced. */
export function learn(words) {
  for (const [language, texts] of Object.entries(words)) Object.assign(STRINGS[language], texts);
}

/** Whether there is a text for a key: close codes and problems are open lists. */
export function has(key) {
  return key in EN;
}

export function pageLanguage() {
  return chosen;
}

/** Puts the page in the language if there are words for it, otherwise in English. */
export function showIn(language) {
  chosen = language in STRINGS ? language : "en";
  document.documentElement.lang = chosen;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
}
