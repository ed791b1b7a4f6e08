// Words that two texts share, and those that one of them has alone.

const MOST = 400; // words; of longer texts only the beginning and the end are looked at

/** [["same" | "then" | "now", words], ...] */
export function wordDiff(then, now) {
  const one = then.split(/\s+/).filter(Boolean), other = now.split(/\s+/).filter(Boolean);
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const middle = between(one.slice(start, one.length - end), other.slice(start, other.length - end));
  const pieces = [...one.slice(0, start).map(shared), ...middle, ...one.slice(one.length - end).map(shared)];
  return joined(pieces);
}

const shared = (word) => ["same", word];

/** By the longest common subsequence. */
function between(one, other) {
  const gone = one.map((word) => ["then", word]), added = other.map((word) => ["now", word]);
  if (!one.length || !other.length || one.length > MOST || other.length > MOST) return [...gone, ...added];
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = one[i] === other[j]
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const found = [];
  let i = 0, j = 0;
  while (i < one.length && j < other.length) {
    if (one[i] === other[j]) { found.push(shared(one[i])); i += 1; j += 1; }
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) { found.push(gone[i]); i += 1; }
    else { found.push(added[j]); j += 1; }
  }
  return [...found, ...gone.slice(i), ...added.slice(j)];
}

function joined(pieces) {
  const found = [];
  for (const [side, word] of pieces) {
    const last = found.at(-1);
    if (last && last[0] === side) last[1] += ` ${word}`;
    else found.push([side, word]);
  }
  return found;
}
