// Mouse and fingers on something wide: one points, two pinch, a wheel with Ctrl zooms, one sideways moves.

const WHEEL = 0.005; // of zoom, by a wheel's pixel
const SIDEWAYS = 0.5; // of what the wheel is moved
const STILL = 0.01; // of the width: a finger that moves less may wait for another one

/** Places and moves are shares of the element's width: `point(share)`, `zoom(times, share)`, `move(share)`. */
export function listenToGestures(element, { point, zoom, move }) {
  const places = new Map(); // by pointer
  let waits = null; // where a finger came down that has not pointed yet: it scrolls the page, and a second one would miss
  let pinched = false; // until all fingers are off
  const share = ({ clientX }) => { const { left, width } = element.getBoundingClientRect(); return (clientX - left) / (width || 1); };
  const both = () => { const [a, b] = places.values(); return { middle: (a + b) / 2, apart: Math.max(0.01, Math.abs(a - b)) }; };
  const pointed = (at) => { waits = null; point(at); };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const at = share(event);
    places.set(event.pointerId, at);
    pinched = places.size > 1;
    if (event.pointerType === "touch" && zoom) waits = pinched ? null : at;
    else pointed(at);
  });
  element.addEventListener("pointermove", (event) => {
    if (!places.has(event.pointerId)) return;
    const before = places.size === 2 && both(), at = share(event);
    places.set(event.pointerId, at);
    if (!pinched && (waits === null || Math.abs(at - waits) > STILL)) pointed(at);
    if (!before || !zoom) return;
    const now = both();
    move(before.middle - now.middle);
    zoom(now.apart / before.apart, now.middle);
  });
  element.addEventListener("pointerup", (event) => { if (waits !== null) pointed(share(event)); });
  element.addEventListener("lostpointercapture", ({ pointerId }) => { places.delete(pointerId); waits = null; });
  if (zoom) listenToWheel(element, share, zoom, move);
}

function listenToWheel(element, share, zoom, move) {
  element.addEventListener("wheel", (event) => {
    const sideways = event.deltaX || (event.shiftKey ? event.deltaY : 0);
    if (!event.ctrlKey && !sideways) return; // the page scrolls
    event.preventDefault();
    if (event.ctrlKey) zoom(Math.exp(-WHEEL * event.deltaY), share(event));
    else move(SIDEWAYS * sideways / element.clientWidth);
  }, { passive: false });
}
