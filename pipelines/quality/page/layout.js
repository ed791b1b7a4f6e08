// Turns out of sight are laid out when there is time: done as each comes into sight, it keeps scrolling waiting.

const AT_ONCE = 25; // turns
const QUIET = 300; // ms since the page was last scrolled

let scrolled = 0;
addEventListener("scroll", () => { scrolled = performance.now(); }, { passive: true });

/** Some at a time, as long as they are on the page. */
export function layOut(turns) {
  if (!turns[0]?.isConnected) return;
  if (performance.now() - scrolled < QUIET) {
    setTimeout(() => layOut(turns), QUIET);
    return;
  }
  for (const turn of turns.slice(0, AT_ONCE)) turn.classList.add("laid-out");
  idle(() => layOut(turns.slice(AT_ONCE)));
}

/** Safari has no idle callbacks. */
const idle = (act) => (globalThis.requestIdleCallback ?? setTimeout)(act);
