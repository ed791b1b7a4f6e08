"""A model of e5's form with random weights, small enough to be made in no time."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, LAYERS, HEADS, INNER, POSITIONS = 64, 2, 2, 96, 24
BEGINNING, END, UNKNOWN = 0, 1, 2
PIECES = {
    "<s>": 0.0,
    "</s>": 0.0,
    "<unk>": 0.0,
    "\u2581": -3.0,
    "\u2581the": -2.0,
    "\u2581bill": -4.0,
    "\u2581b": -5.0,
    "ill": -5.0,
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyz:", -6.0),
}
NORMAL = {"B": "b", "\ufb01": "fi", "\t": " "}  # the ligature of f and i is two letters


def packed(rows: int, columns: int, random: np.random.Generator) -> bytes:
    """A weight in blocks of 32."""
    blocks = np.zeros(rows * columns // 32, [("scale", "<f2"), ("halves", "u1", 16)])
    blocks["scale"] = random.uniform(0.01, 0.05, len(blocks))
    blocks["halves"] = random.integers(0, 256, (len(blocks), 16))
    return blocks.tobytes()


def write(path: Path, seed: int = 1) -> Path:
    """The file; the layout is told in e5_file.py."""
    random = np.random.default_rng(seed)

    def floats(*shape: int) -> bytes:
        values: NDArray[np.float64] = random.normal(0, 0.5, shape)
        return values.astype("<f4").tobytes()

    tensors = {"emb.word": packed(len(PIECES), WIDTH, random)}
    tensors |= {"emb.pos": floats(POSITIONS, WIDTH), "emb.type": floats(WIDTH)}
    for name in ("emb.ln", *(f"l{n}.{norm}" for n in range(LAYERS) for norm in ("aln", "oln"))):
        tensors |= {f"{name}.w": floats(WIDTH), f"{name}.b": floats(WIDTH)}
    for layer in range(LAYERS):
        for name, rows, columns in (
            *((part, WIDTH, WIDTH) for part in ("q", "k", "v", "ao")),
            *(("fi", INNER, WIDTH), ("fo", WIDTH, INNER)),
        ):
            tensors[f"l{layer}.{name}.w"] = packed(rows, columns, random)
            tensors[f"l{layer}.{name}.b"] = floats(rows)
    head = b"E5S1" + struct.pack(
        "<I7ifi", 1, WIDTH, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 1, 1e-12, 32
    )
    letters = [piece.encode() for piece in PIECES]
    starts = np.cumsum([0, *map(len, letters)])
    head += struct.pack("<5iQ", len(PIECES), BEGINNING, END, 1, UNKNOWN, starts[-1])
    head += starts.astype("<u4").tobytes()
    head += np.array(list(PIECES.values()), "<f4").tobytes() + b"".join(letters)
    normal = b"".join(
        struct.pack(f"<IB{len(other)}I", ord(letter), len(other), *map(ord, other))
        for letter, other in NORMAL.items()
    )
    head += struct.pack("<iI", len(NORMAL), len(normal)) + normal
    directory = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors)
    at, listed, whole = len(head) + directory, struct.pack("<i", len(tensors)), b""
    for name, data in tensors.items():
        listed += struct.pack("<H", len(name)) + name.encode()
        listed += struct.pack("<BIQQ", 0, 0, at + len(whole), len(data))
        whole += data
    path.write_bytes(head + listed + whole)
    return path
