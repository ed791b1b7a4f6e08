// What the files of a language are called for people who review it, and what to look for in them.

export const PARTS = {
  phrases: { title: "what the assistant says", told: "Is it what a good clerk says on the telephone? Each line is spoken sentence by sentence. "
    + "Names in other sentences need one form that fits all of them; nothing should tell the caller's gender." },
  intents: { title: "what callers want", told: "say: how callers say it, which teaches. must: sentences that have to be understood without being taught. "
    + "words: enough by themselves, wherever they stand. unless: not meant beside these. Translate none; write what callers really say." },
  yes_no: { title: "yes and no", told: "Yes and no in all their colours. Look for what could be taken for the other." },
  language: { title: "months, moments, digits", told: "The words of dates, times and digits." },
  gate: { title: "what a language model must not say", told: "Promises, claims and number words." },
  turn_taking: { title: "listening and hesitating", told: "What callers say while they listen, think, wait, thank or leave." },
  languages: { title: "asking for another language", told: "How callers ask to be answered in another language." },
  spelling: { title: "spelling", told: "How addresses, names and codes are spelled." },
  search: { title: "words that searching leaves out", told: "Small words that say nothing about a page's subject." },
};

export function titleOf(file) {
  return PARTS[file]?.title ?? file;
}
