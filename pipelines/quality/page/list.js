// A list of any length: only as many rows are there as can be seen, and are filled anew as it scrolls.

import { el } from "./dom.js";

const BEYOND = 5; // rows drawn above and below what is seen

export class List {
  #box;
  #body = el("tbody", { role: "rowgroup" });
  #table;
  #source;
  #shown = new Map(); // by place
  #free = [];
  #numbers = [];
  #height = 42;
  #room = 900; // of the box, as it was last measured: asking for it costs a layout
  #top = 0;

  /** `columns` are [sort key, label]; `source` makes a row's `cells()` and can `fill(cells, number)`. */
  constructor(box, columns, source, sorted) {
    this.#box = box;
    this.#source = source;
    const heads = columns.map(([key, label]) => el("th", { role: "columnheader", scope: "col", class: key, data: { sort: key } },
      el("button", { type: "button", class: "plain", on: { click: () => sorted(key) } }, label, el("span", { class: "direction", "aria-hidden": "true" }))));
    this.#table = el("table", { role: "table", class: "calls", "aria-label": "Calls" },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads)), this.#body);
    box.replaceChildren(this.#table);
    box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(box);
  }

  /** List these, from the first. */
  show(numbers, sort) {
    this.#numbers = numbers;
    this.#toTop();
    this.#table.setAttribute("aria-rowcount", numbers.length + 1);
    for (const head of this.#table.querySelectorAll("th")) {
      const direction = sort === head.dataset.sort ? "ascending" : sort === `-${head.dataset.sort}` ? "descending" : "none";
      if (head.dataset.sort) head.setAttribute("aria-sort", direction);
    }
    this.#redraw();
  }

  #toTop() {
    if (this.#top) this.#box.scrollTop = 0; // asking the box for it costs a layout
    this.#top = 0;
  }

  /** Bring the row at this place into sight and give it the focus. */
  focus(place) {
    if (!this.#numbers.length) return;
    const i = Math.max(0, Math.min(this.#numbers.length - 1, place));
    const top = i * this.#height, head = this.#table.tHead.offsetHeight, room = this.#box.clientHeight - head;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (top + this.#height > this.#box.scrollTop + room) this.#box.scrollTop = top + this.#height - room;
    this.#scrolled();
    this.#shown.get(i)?.row.querySelector("a")?.focus({ preventScroll: true });
  }

  /** The place of the row that has the focus, -1 for none. */
  get focused() {
    const row = document.activeElement?.closest?.("tr[data-place]");
    return row && this.#body.contains(row) ? Number(row.dataset.place) : -1;
  }

  #scrolled() {
    this.#top = this.#box.scrollTop;
    this.#draw();
  }

  #measure() {
    this.#room = this.#box.clientHeight || this.#room;
    const height = parseFloat(getComputedStyle(this.#box).getPropertyValue("--row"));
    if (!height || height === this.#height) this.#draw();
    else { this.#height = height; this.#redraw(); }
  }

  /** Fill the rows that are there from the first on; those in sight keep their order on the page. */
  #redraw() {
    this.#body.style.height = `${this.#numbers.length * this.#height}px`;
    const rows = this.#inOrder().map((place) => this.#taken(place));
    const [first, end] = this.#range();
    for (let place = first; place < end; place += 1) {
      const row = rows.shift();
      this.#fill(place, row ?? this.#another());
      if (!row) this.#body.append(this.#shown.get(place).row);
    }
    for (const left of rows) this.#release(left);
  }

  #draw() {
    const [first, end] = this.#range();
    for (const place of this.#inOrder()) if (place < first || place >= end) this.#release(this.#taken(place));
    const before = document.createDocumentFragment(), after = document.createDocumentFragment();
    const least = this.#inOrder()[0] ?? Infinity;
    for (let place = first; place < end; place += 1) {
      if (this.#shown.has(place)) continue;
      this.#fill(place, this.#another());
      (place < least ? before : after).append(this.#shown.get(place).row);
    }
    this.#body.prepend(before);
    this.#body.append(after);
  }

  #range() {
    const first = Math.max(0, Math.floor(this.#top / this.#height) - BEYOND);
    return [first, Math.min(this.#numbers.length, first + Math.ceil(this.#room / this.#height) + 2 * BEYOND)];
  }

  #inOrder() {
    return [...this.#shown.keys()].sort((a, b) => a - b);
  }

  /** The row at a place, which is another call's from now on: it cannot keep the focus. */
  #taken(place) {
    const taken = this.#shown.get(place);
    this.#shown.delete(place);
    if (taken.row.contains(document.activeElement)) this.#box.focus({ preventScroll: true });
    return taken;
  }

  #release(taken) {
    taken.row.remove();
    this.#free.push(taken);
  }

  #another() {
    const free = this.#free.pop();
    if (free) return free;
    const cells = this.#source.cells();
    return { row: el("tr", { role: "row" }, Object.values(cells)), cells };
  }

  #fill(place, taken) {
    const { row, cells } = taken, top = place * this.#height;
    if (taken.top !== top || taken.place !== place) {
      row.dataset.place = place;
      row.setAttribute("aria-rowindex", place + 2);
      row.style.transform = `translateY(${top}px)`;
      Object.assign(taken, { top, place });
    }
    this.#source.fill(cells, this.#numbers[place]);
    this.#shown.set(place, taken);
  }
}
