// All calls, as the server told of them last. Times are the server's: `now` is by its clock.

export class Calls {
  #known = new Map();
  #ahead = 0; // ms of the server's clock before ours

  replace({ now, calls }) {
    this.#ahead = now * 1000 - Date.now();
    this.#known = new Map(calls.map((call) => [call.id, { ...call, transcript: new Map(call.transcript.map((line) => [line.key, line])) }]));
  }

  /** Takes in a message; returns the call it is about. */
  told({ id, message, call, line }) {
    if (message.type === "forgotten") {
      this.#known.delete(id);
      return null;
    }
    const transcript = message.type === "began" ? new Map() : (this.#known.get(id)?.transcript ?? new Map());
    if (line?.text) transcript.set(line.key, line);
    else if (line) transcript.delete(line.key);
    const known = { ...call, transcript };
    this.#known.set(id, known);
    return known;
  }

  clear() {
    this.#known.clear();
  }

  get(id) {
    return this.#known.get(id) ?? null;
  }

  /** Who waits first, the longest in front; then the others, newest in front; then what is over. */
  inOrder() {
    const rank = { waiting: 0, talking: 1, person: 2, ended: 3 };
    return [...this.#known.values()].sort((a, b) =>
      rank[a.state] - rank[b.state]
      || (a.state === "waiting" ? a.waiting_since - b.waiting_since : b.since - a.since));
  }

  count(state) {
    return [...this.#known.values()].filter((call) => call.state === state).length;
  }

  /** How long it has been so: waiting, or in the call; "2:05". */
  lasting(call) {
    const now = (Date.now() + this.#ahead) / 1000;
    const since = call.state === "waiting" ? call.waiting_since : call.since;
    const seconds = Math.max(0, Math.floor((call.ended_at || now) - since));
    const minutes = Math.floor(seconds / 60);
    return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  }
}
