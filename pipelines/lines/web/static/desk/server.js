// What is asked of the server, and what it tells by itself.

const FIRST = 500; // ms before the connection is tried again; doubled each time
const LONGEST = 10_000;

/** Posts JSON. Throws an Error with the server's reason; `status` is 0 where it does not answer. */
export async function post(path, content = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
  } catch {
    throw Object.assign(new Error(""), { status: 0 });
  }
  if (answer.ok) return void (await answer.text());
  const { error } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(error ?? answer.statusText), { status: answer.status });
}

/** Whether the server lets us in; undefined where it does not answer. */
async function letIn() {
  try {
    const { seconds } = await (await fetch("session")).json();
    return seconds > 0;
  } catch {
    return undefined;
  }
}

/** The live connection: comes again by itself until `stop`. */
export class Live {
  #on;
  #socket = null;
  #timer = 0;
  #wait = FIRST;
  #wanted = false;

  /** `on` has link(state), calls(message), told(message) and locked(). */
  constructor(on) {
    this.#on = on;
  }

  async start() {
    this.#wanted = true;
    const admitted = await letIn(); // a browser does not tell why a WebSocket was refused
    if (!this.#wanted) return;
    if (admitted === false) this.#lock();
    else if (admitted) this.#connect();
    else this.#again();
  }

  stop() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  #lock() {
    this.stop();
    this.#on.locked();
  }

  #connect() {
    const socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "calls") {
        this.#wait = FIRST;
        this.#on.link("live");
        this.#on.calls(message);
      } else this.#on.told(message);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#again();
    };
  }

  #again() {
    if (!this.#wanted) return;
    this.#on.link("lost");
    this.#timer = setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST);
  }
}
