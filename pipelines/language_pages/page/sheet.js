"use strict";
// A sheet to rate sounds by, from the disk: what is rated is remembered here as far as the browser lets it.
{
  const { code, name, made, rows } = JSON.parse(document.getElementById("data").textContent);
  const KEY = `waxtaan-listening-${code}-${made}`;
  const who = document.getElementById("who");
  const kept = remembered();

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function remembered() {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
  }

  function remember() {
    try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* it is there until the page is closed */ }
    const rated = rows.filter(({ file }) => kept[file]?.rating).length;
    document.getElementById("count").textContent = `${rated} of ${rows.length} rated`;
  }

  function row({ file, text }, number) {
    const own = kept[file] ??= {};
    const choices = [1, 2, 3, 4, 5].map((rating) => {
      const input = make("input", { type: "radio", name: `rating-${number}`, value: String(rating) });
      input.checked = own.rating === rating;
      input.addEventListener("change", () => { own.rating = rating; remember(); });
      return make("label", {}, input, make("span", {}, String(rating)));
    });
    const comment = make("input", { id: `comment-${number}`, maxlength: "1000", autocomplete: "off" });
    comment.value = own.comment ?? "";
    comment.addEventListener("input", () => { own.comment = comment.value; remember(); });
    return make("li", { class: "card" },
      make("p", { class: "text", lang: code }, text),
      make("audio", { controls: "", preload: "none", src: file, "aria-label": `Sentence ${number + 1}` }),
      make("fieldset", {}, make("legend", {}, `Sentence ${number + 1}: from 1, bad, to 5, good`), make("div", { class: "choice" }, ...choices)),
      make("p", { class: "comment" }, make("label", { for: comment.id }, "Comment"), comment));
  }

  function results() {
    return rows.map(({ file, text }) => ({ language: code, made, who: who.value.trim(), file, text,
      rating: kept[file]?.rating ?? null, comment: kept[file]?.comment?.trim() ?? "" }));
  }

  /** A field of RFC 4180; one that a spreadsheet would take for a formula gets an apostrophe before it. */
  function field(value) {
    const text = String(value ?? "");
    return `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  }

  function csv() {
    const found = results();
    const lines = [Object.keys(found[0]), ...found.map(Object.values)];
    return `\ufeff${lines.map((line) => line.map(field).join(",")).join("\r\n")}\r\n`; // the mark tells spreadsheets that it is UTF-8
  }

  function save(kind, type, content) {
    const url = URL.createObjectURL(new Blob([content], { type }));
    make("a", { href: url, download: `listening-${code}-${made}.${kind}` }).click();
    URL.revokeObjectURL(url);
  }

  document.getElementById("rows").append(...rows.map(row));
  document.getElementById("csv").addEventListener("click", () => save("csv", "text/csv", csv()));
  document.getElementById("json").addEventListener("click", () => save("json", "application/json", `${JSON.stringify({ name, results: results() }, null, 1)}\n`));
  who.value = kept.who ?? "";
  who.addEventListener("input", () => { kept.who = who.value; remember(); });
  remember();
}
