// The keypad: buttons, and the keyboard's digits while no text is being written.

import { byId } from "./dom.js";
import { t } from "./strings.js";

const KEYS = "123456789*0#";
const NAMES = { "*": "key-star", "#": "key-hash" };
const DOT = "●";
const FLASH = 150; // ms that a key pressed on the keyboard stays lit
const SHOWN = 24; // the latest keys on the display

export class Keypad {
  #buttons = [...byId("keypad").querySelectorAll("[data-key]")];
  #display = byId("keypad-display");
  #hint = byId("keypad-hint");
  #entered = "";
  #question = null;
  #digits = 0; // the most; as many complete a number
  #fewest = 0;
  #secret = false;
  #enabled = false;
  #onpress;

  /** `onpress(key, shown)`: the key, and what may be shown of it. */
  constructor(onpress) {
    this.#onpress = onpress;
    for (const button of this.#buttons) button.addEventListener("click", () => this.press(button.dataset.key));
    document.addEventListener("keydown", (event) => this.#typed(event));
    this.enable(false);
  }

  enable(enabled) {
    this.#enabled = enabled;
    for (const button of this.#buttons) button.disabled = !enabled;
    if (enabled) this.#clear();
  }

  /** What the open question expects: { digits, fewest, secret }. A new question starts with an empty display. */
  expect(question, { digits = 0, fewest = digits, secret = false }) {
    if (question !== this.#question) this.#clear();
    this.#question = question;
    this.#digits = digits;
    this.#fewest = fewest;
    this.#secret = secret === true;
    this.draw();
  }

  /** The words of the keypad, in the page's language. */
  draw() {
    const digits = this.#digits;
    const fewest = this.#fewest;
    const wanted = fewest < digits ? t("digits-between", { fewest, digits }) : t("digits-wanted", { digits });
    const hints = [digits > 0 ? wanted : "", this.#secret ? t("secret") : ""];
    this.#hint.textContent = hints.filter(Boolean).join(" ") || t("keypad-hint");
    for (const button of this.#buttons) {
      const key = button.dataset.key;
      button.setAttribute("aria-label", t(NAMES[key] ?? "key", { key }));
    }
  }

  press(key) {
    if (!this.#enabled || key.length !== 1 || !KEYS.includes(key)) return;
    const shown = this.#secret ? DOT : key;
    this.#entered = (this.#entered + shown).slice(-SHOWN);
    this.#display.textContent = this.#entered;
    navigator.vibrate?.(10);
    this.#onpress(key, shown);
  }

  #clear() {
    this.#entered = "";
    this.#display.textContent = "";
  }

  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writing(event.target)) return;
    if (!this.#enabled || !KEYS.includes(event.key) || event.key.length !== 1) return;
    this.press(event.key);
    const button = this.#buttons.find(({ dataset }) => dataset.key === event.key);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), FLASH);
  }
}

function writing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
