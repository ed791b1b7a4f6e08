"""e5 without its weights: the file's form, pieces of words, the arithmetic of a small one."""

import math
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.engines.embeddings.e5_encoder import Encoder, gelu
from pipelines.engines.embeddings.e5_file import Vocabulary, Weights, unpacked
from pipelines.engines.embeddings.e5_tokens import Tokeniser
from tests.pipelines.engines.embeddings.small_e5 import (
    BEGINNING,
    END,
    NORMAL,
    PIECES,
    POSITIONS,
    UNKNOWN,
    WIDTH,
    write,
)

NAMES = list(PIECES)
Doubles: TypeAlias = NDArray[np.float64]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("e5") / "small.bin")


def pieces(text: str, most: int = 100) -> list[str]:
    scores = np.array(list(PIECES.values()), np.float32)
    normal = {ord(letter): other for letter, other in NORMAL.items()}
    vocabulary = Vocabulary(tuple(PIECES), scores, BEGINNING, END, UNKNOWN, normal)
    return [NAMES[piece] for piece in Tokeniser(vocabulary).ids(text, most)]


def test_the_likeliest_pieces_are_taken() -> None:
    assert pieces("the bill") == ["<s>", "\u2581the", "\u2581bill", "</s>"]
    assert pieces("thebill") == ["<s>", "\u2581the", "b", "ill", "</s>"]
    assert pieces("  the\t Bill") == ["<s>", "\u2581the", "\u2581bill", "</s>"]


def test_what_no_piece_has_is_unknown_and_a_ligature_is_two_letters() -> None:
    assert pieces("b漢") == ["<s>", "\u2581b", "<unk>", "</s>"]
    assert pieces("\ufb01") == ["<s>", "\u2581", "f", "i", "</s>"]
    assert pieces("") == ["<s>", "\u2581", "</s>"]


def test_a_long_text_is_cut_short() -> None:
    assert pieces("the bill the bill", 4) == ["<s>", "\u2581the", "\u2581bill", "</s>"]


@given(st.text(max_size=60))
def test_any_text_has_pieces(text: str) -> None:
    found = pieces(text)
    assert found[0] == "<s>"
    assert found[-1] == "</s>"


def test_a_block_is_a_scale_and_two_halves_in_each_byte() -> None:
    block = np.zeros((1, 1), [("scale", "<f2"), ("halves", "u1", 16)])
    block["scale"] = 0.5
    block["halves"] = [0xF0 | n for n in range(16)]
    (row,) = unpacked(block)
    assert row.tolist() == [(n - 8) / 2 for n in range(16)] + [3.5] * 16


def test_the_file_is_read(file: Path) -> None:
    weights = Weights(file)
    assert weights.vocabulary.pieces == tuple(PIECES)
    assert weights.vocabulary.normal == {ord(k): v for k, v in NORMAL.items()}
    assert weights.matrix("l0.fi.w", 96, WIDTH).shape == (WIDTH, 96)
    with pytest.raises(ValueError, match="no tensor 'l9'"):
        weights.floats("l9", 1)


@pytest.mark.parametrize("kept", [0, 3, 10, 60, 200, 700, 1200, -50])
def test_a_file_that_is_cut_short_is_refused(file: Path, tmp_path: Path, kept: int) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"cut short|empty"):
        Encoder(cut)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"PK\x03\x04" * 100)
    with pytest.raises(ValueError, match="no e5-small in 4 bits"):
        Encoder(other)


def test_texts_of_a_batch_do_not_change_one_another(file: Path) -> None:
    encoder = Encoder(file)
    texts = ["the bill", "", "a bill that is much longer than all that the model reads at once"]
    together = encoder.embed(texts)
    assert together.shape == (3, WIDTH)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(encoder.embed([text])[0], vector, atol=1e-5)
    assert encoder.shape.positions == POSITIONS


def test_the_encoder_is_what_its_formulas_say(file: Path) -> None:
    """One text, in double precision and written out."""
    weights, encoder = Weights(file), Encoder(file)

    def linear(x: Doubles, name: str, rows: int, columns: int) -> Doubles:
        matrix = weights.matrix(f"{name}.w", rows, columns).astype(float)
        found: Doubles = x @ matrix + weights.floats(f"{name}.b", rows)
        return found

    def norm(x: Doubles, name: str) -> Doubles:
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-12)
        return x * weights.floats(f"{name}.w", WIDTH) + weights.floats(f"{name}.b", WIDTH)

    ids = Tokeniser(weights.vocabulary).ids("the bill", 9)
    x = unpacked(weights.blocks("emb.word", len(PIECES), WIDTH))[ids].astype(float)
    x += weights.floats("emb.pos", POSITIONS, WIDTH)[: len(ids)]
    x = norm(x + weights.floats("emb.type", WIDTH), "emb.ln")
    for layer in ("l0", "l1"):
        q, k, v = (linear(x, f"{layer}.{part}", WIDTH, WIDTH) for part in "qkv")
        half = WIDTH // 2
        heads = []
        for head in (slice(0, half), slice(half, WIDTH)):
            share = np.exp(q[:, head] @ k[:, head].T / math.sqrt(half))
            heads.append(share / share.sum(1, keepdims=True) @ v[:, head])
        x = norm(x + linear(np.concatenate(heads, 1), f"{layer}.ao", WIDTH, WIDTH), f"{layer}.aln")
        wide = linear(x, f"{layer}.fi", 96, WIDTH)
        wide = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
        x = norm(x + linear(wide, f"{layer}.fo", WIDTH, 96), f"{layer}.oln")
    mean = x.mean(0)
    assert np.allclose(encoder.embed(["the bill"])[0], mean / np.linalg.norm(mean), atol=1e-4)


def test_the_bend_is_as_exact_as_single_precision() -> None:
    x = np.linspace(-9, 9, 2001, dtype=np.float32)
    exact = [float(v) * (1 + math.erf(float(v) / math.sqrt(2))) / 2 for v in x]
    assert np.abs(gelu(x) - np.array(exact)).max() < 2e-6
