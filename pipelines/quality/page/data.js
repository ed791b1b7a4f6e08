// Where the report comes from: out of this file, or from the server that handed out this page.

/** The report; `piece(number)` promises one of its pieces. */
export async function readReport() {
  const embedded = document.getElementById("report");
  if (embedded) return { ...JSON.parse(embedded.textContent), piece: embeddedPiece };
  const answer = await fetch("report.json");
  if (!answer.ok) throw new Error(`report.json: the server answers ${answer.status}`);
  const data = await answer.json();
  return { ...data, piece: async (number) => data.pieces[number] };
}

/** Pieces stand at the end of the file; what is asked for before the browser came there is waited for. */
async function embeddedPiece(number) {
  if (document.readyState === "loading") await new Promise((read) => { document.addEventListener("DOMContentLoaded", read, { once: true }); });
  return JSON.parse(document.getElementById(`piece-${number}`).textContent);
}

const KEPT = 8; // pieces that stay unpacked

/** What single calls hold: packed many a piece, unpacked when one of them is looked at. */
export class Details {
  #piece;
  #packed;
  #unpacked = new Map();

  constructor({ piece, packed }) {
    this.#piece = piece;
    this.#packed = packed;
  }

  async of(number) {
    const piece = Math.floor(number / this.#packed);
    if (!this.#unpacked.has(piece)) this.#unpacked.set(piece, this.#piece(piece).then(unpack));
    if (this.#unpacked.size > KEPT) this.#unpacked.delete(this.#unpacked.keys().next().value);
    return (await this.#unpacked.get(piece))[number % this.#packed];
  }
}

async function unpack(piece) {
  const stream = new Blob([bytes(piece)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** Base64 as bytes. */
export function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
