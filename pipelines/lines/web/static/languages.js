// The choice of language: what the server speaks, and what the browser asks for.

import { byId, el } from "./dom.js";

const choice = byId("language");

/** The code that is chosen now. */
export function chosenLanguage() {
  return choice.value;
}

/** Calls back whenever the visitor chooses. */
export function onLanguage(changed) {
  choice.addEventListener("change", changed);
}

/** Offers languages, each { code, name, complete }. */
export function offerLanguages(languages, selected) {
  const options = languages.map(({ code, name, complete }) =>
    el("option", { value: code, lang: code }, complete === false ? `${name} …` : name),
  );
  choice.replaceChildren(...options);
  chooseLanguage(selected);
}

/** Chooses one of those offered; others are ignored. */
export function chooseLanguage(code) {
  if ([...choice.options].some(({ value }) => value === code)) choice.value = code;
}

/** Offers what the server speaks, the browser's own language first. Throws where it does not answer. */
export async function fetchLanguages() {
  const wanted = navigator.languages.map((code) => code.slice(0, 2).toLowerCase());
  const response = await fetch(new URL("languages", document.baseURI));
  if (!response.ok) throw new Error(`/languages answered ${response.status}`);
  const languages = await response.json();
  offerLanguages(languages, wanted.find((code) => languages.some((known) => known.code === code)) ?? "en");
}
