// The bytes on the wire: pipecat's protobuf `Frame`, written out by hand.
//
// The page speaks what every pipecat client speaks (frames.proto):
//   Frame         oneof { text = 1, audio = 2, transcription = 3, message = 4, interruption = 5 }
//   AudioRawFrame { id = 1, name = 2, audio = 3 bytes, sample_rate = 4, num_channels = 5, pts = 6 }
//   MessageFrame  { data = 1: a JSON text }
// Five messages do not pay for a library and a build step. What arrives is checked as strictly as if
// a stranger had sent it: anything odd is a WireError, which costs that one message and not the call.

const FRAMES = { 1: "text", 2: "audio", 3: "transcription", 4: "message", 5: "interruption" };
const LARGEST_MESSAGE = 1 << 20; // bytes; a minute of 8 kHz audio, far above anything a call sends
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const fromUtf8 = new TextDecoder("utf-8", { fatal: true });
const toUtf8 = new TextEncoder();

export class WireError extends Error {}

/** One frame of mono 16-bit samples (Int16Array) as a message for the line. */
export function encodeAudio(samples, sampleRate) {
  // Int16Array is little-endian on every machine a browser runs on, and so is the wire.
  const audio = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const body = [...tag(3, BYTES), ...varint(audio.length)];
  const tail = [...tag(4, VARINT), ...varint(sampleRate), ...tag(5, VARINT), ...varint(1)];
  return framed(2, body, audio, tail); // no id: the server gives its own
}

/** A JSON-able value as a message for the line. */
export function encodeMessage(value) {
  const data = toUtf8.encode(JSON.stringify(value));
  return framed(4, [...tag(1, BYTES), ...varint(data.length)], data, []);
}

/**
 * What the server sent (ArrayBuffer) as one of
 *   { kind: "audio", samples: Int16Array, sampleRate }, { kind: "message", value }, { kind: "interruption" },
 *   { kind: "text" | "transcription" }, which the page has no use for: it reads RTVI messages.
 */
export function decode(buffer) {
  if (buffer.byteLength > LARGEST_MESSAGE) throw new WireError(`message of ${buffer.byteLength} bytes is too large`);
  const frames = [...fields(new Uint8Array(buffer))].filter(({ field }) => field in FRAMES);
  if (frames.length !== 1) throw new WireError(`expected one frame in a message, got ${frames.length}`);
  const [{ field, value }] = frames;
  if (!(value instanceof Uint8Array)) throw new WireError(`frame ${FRAMES[field]} is not a message`);
  const kind = FRAMES[field];
  if (kind === "audio") return decodeAudio(value);
  if (kind === "message") return { kind, value: decodeJson(value) };
  for (const _ of fields(value)); // well formed, or it throws
  return { kind };
}

function decodeAudio(bytes) {
  let audio = new Uint8Array(0);
  let sampleRate = 0;
  let channels = 0;
  for (const { field, value } of fields(bytes)) {
    if (field === 3) audio = expect(value, Uint8Array, "audio");
    if (field === 4) sampleRate = expect(value, Number, "sample_rate");
    if (field === 5) channels = expect(value, Number, "num_channels");
  }
  if (audio.length % 2) throw new WireError(`audio of ${audio.length} bytes is not 16-bit samples`);
  if (sampleRate < 8000 || sampleRate > 48000) throw new WireError(`audio at ${sampleRate} Hz`);
  if (channels !== 1) throw new WireError(`audio of ${channels} channels, expected 1`);
  // Copied, because samples need not start at an even place in the message.
  return { kind: "audio", samples: new Int16Array(audio.slice().buffer), sampleRate };
}

function decodeJson(bytes) {
  let text = "";
  for (const { field, value } of fields(bytes)) {
    if (field !== 1) continue;
    try {
      text = fromUtf8.decode(expect(value, Uint8Array, "data"));
    } catch (error) {
      throw new WireError(`message data is not UTF-8: ${error.message}`);
    }
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireError(`message data is not JSON: ${error.message}`);
  }
}

function expect(value, type, name) {
  if (type === Number ? typeof value === "number" : value instanceof type) return value;
  throw new WireError(`${name} has the wrong wire type`);
}

/** The fields of a protobuf message: numbers for varints, views for bytes; fixed widths are passed over. */
function* fields(bytes) {
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) throw new WireError("message ends inside a number");
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift; // not <<, which is 32 bits wide; ids may lose low bits, and nobody reads them
      if (byte < 0x80) return value;
    }
    throw new WireError("number longer than ten bytes");
  };
  const take = (length) => {
    if (at + length > bytes.length) throw new WireError("message ends inside a field");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = readVarint();
    const field = Math.floor(key / 8);
    const type = key % 8;
    if (field < 1) throw new WireError("field number 0");
    if (type === VARINT) yield { field, value: readVarint() };
    else if (type === BYTES) yield { field, value: take(readVarint()) };
    else if (type === FIXED64) take(8);
    else if (type === FIXED32) take(4);
    else throw new WireError(`wire type ${type}`);
  }
}

function framed(field, head, payload, tail) {
  const length = head.length + payload.length + tail.length;
  const opening = [...tag(field, BYTES), ...varint(length), ...head];
  const bytes = new Uint8Array(opening.length + payload.length + tail.length);
  bytes.set(opening);
  bytes.set(payload, opening.length);
  bytes.set(tail, opening.length + payload.length);
  return bytes;
}

function tag(field, type) {
  return varint(field * 8 + type);
}

function varint(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  bytes.push(value);
  return bytes;
}
