// What is shown, kept in the address after "#", so that a view can be sent to a colleague.

let told = () => {};

export function readState() {
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  return { view: "report", ...state };
}

export function address(state) {
  const pairs = Object.entries(state).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return `#${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

/** Show another state; `replace` leaves no step for the browser's way back. */
export function go(state, replace = false) {
  if (!replace) {
    location.hash = address(state);
    return;
  }
  history.replaceState(null, "", address(state));
  told(readState());
}

/** Note a part of the state in the address, of something that is shown already. */
export function note(part) {
  history.replaceState(null, "", address({ ...readState(), ...part }));
}

export function onState(listener) {
  told = listener;
  addEventListener("hashchange", () => listener(readState()));
}

/** The part of a state that says which calls are listed, and how. */
export function listed({ view, call, turn, ...rest }) {
  return rest;
}
