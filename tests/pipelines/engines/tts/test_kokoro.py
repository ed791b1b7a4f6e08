"""Kokoro without its weights: windows, phonemes, the cut graph, where voices are found."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.tts.engine import EngineError, PartSynthesiser, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.kokoro import Kokoro
from pipelines.engines.tts.kokoro_model.graph import FLOAT, Tensor, part
from pipelines.engines.tts.kokoro_model.phonemes import MOST, TOKENS, phonemes
from pipelines.engines.tts.kokoro_model.windows import FIRST, LEAST, MARGIN, windows
from pipelines.engines.tts.kokoro_model.windows import MOST as WIDEST

BLANKS = st.dictionaries(st.integers(1, 600), st.integers(1, 20), max_size=60)


@given(
    start=st.integers(0, 30),
    length=st.integers(1, 600),
    breaks=BLANKS,
    factor=st.floats(0.05, 5),
    ahead=st.floats(0, 3600),
)
def test_windows_keep_every_frame_once_and_in_order(
    start: int, length: int, breaks: dict[int, int], factor: float, ahead: float
) -> None:
    stop, total = start + length, start + length + 20
    at = start
    for span in windows(start, stop, total, breaks, factor, ahead):
        assert span.start == at < span.stop
        assert span.begin == max(0, span.start - MARGIN)
        assert span.end == min(total, span.stop + MARGIN)
        at = span.stop
    assert at == stop


def test_a_window_ends_at_the_longest_pause_it_reaches() -> None:
    breaks = {20: 1, 24: 9, 40: 1, 59: 2}
    spans = list(windows(0, 100, 110, breaks, 1.0, 0.0))
    assert [span.stop for span in spans] == [24, 59, 100]


def test_sound_that_is_heard_meanwhile_makes_windows_longer() -> None:
    breaks = dict.fromkeys(range(5, 300, 5), 1)
    hurried = list(windows(0, 300, 300, breaks, 1.0, 0.0))
    at_ease = list(windows(0, 300, 300, breaks, 1.0, 3600.0))
    assert hurried[0].stop - hurried[0].start <= FIRST
    assert at_ease[0].stop == WIDEST
    assert len(at_ease) < len(hurried)
    assert all(span.stop - span.start >= LEAST for span in hurried)


def test_english_diphthongs_are_letters_of_their_own() -> None:
    assert phonemes("okay", "en-us", lambda _: "ˌo^ʊkˈe^ɪ") == "ˌOkˈA"
    assert phonemes("okay", "en-gb", lambda _: "ˌə^ʊkˈe^ɪ") == "ˌQkˈA"
    assert phonemes("water", "en-us", lambda _: "wˈɔːɾɚ") == "wˈɔTəɹ"


def test_marks_stay_where_they_stood_and_numbers_are_not_cut() -> None:
    given_to: list[str] = []

    def spelt(words: str) -> str:
        given_to.append(words)
        return "a"

    assert phonemes("Oui, 3,5 gigas… «non» !", "fr-fr", spelt) == "a, a… a!"
    assert given_to == ["Oui", "3,5 gigas", "non"]


def test_espeak_s_note_that_a_word_is_foreign_is_not_read() -> None:
    assert phonemes("weekend", "fr-fr", lambda _: "(en)wˈiːk(fr)a^ɪ") == "wˈiːkI"


def test_nothing_to_say_is_nothing() -> None:
    for text in ("", "  ", "…"):
        said = phonemes(text, "en-us", lambda _: pytest.fail("there are no words"))
        assert not any(letter.isalpha() for letter in said)


def test_tokens_are_the_published_ones() -> None:
    assert len(TOKENS) == len(set(TOKENS.values())) == 114
    known = {";": 1, " ": 16, "A": 24, "a": 43, "h": 50, "ɡ": 92, "ˈ": 156, "ᵻ": 177}
    assert {letter: TOKENS[letter] for letter in known} == known
    assert MOST == 510


def _field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def _node(kind: str, reads: tuple[str, ...], makes: str) -> bytes:
    inputs = b"".join(_field(1, name.encode()) for name in reads)
    return _field(1, inputs + _field(2, makes.encode()) + _field(4, kind.encode()))


def _model() -> bytes:
    """y = (x + two) * two, with the sum by the name "inner", and a node that nobody needs."""
    two = _field(1, 1) + _field(2, 1) + _field(8, b"two") + _field(9, np.float32(2).tobytes())
    value = _field(1, _field(1, 1) + _field(2, _field(1, _field(1, 1))))
    nodes = (
        _node("Add", ("x", "two"), "inner")
        + _node("Neg", ("x",), "unused")
        + _node("Mul", ("inner", "two"), "y")
    )
    ends = _field(11, _field(1, b"x") + _field(2, value)) + _field(
        12, _field(1, b"y") + _field(2, value)
    )
    graph = nodes + _field(2, b"g") + _field(5, two) + ends
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _field(2, 17))


def _run(model: bytes, **given: float) -> float:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    inputs = {name: np.array([value], dtype=np.float32) for name, value in given.items()}
    return float(session.run(None, inputs)[0][0])


def test_a_graph_cut_in_two_gives_what_the_whole_gives() -> None:
    x, inner, y = ({name: Tensor(FLOAT, ("n",))} for name in ("x", "inner", "y"))
    first, second = part(_model(), x, inner), part(_model(), inner, y)
    assert _run(first, x=3) == 5
    assert _run(second, inner=5) == 10
    assert _run(part(_model(), x, y), x=3) == 10
    assert b"unused" not in first + second


def test_what_is_no_such_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="no tensor 'elsewhere'"):
        part(_model(), {}, {"elsewhere": Tensor(FLOAT, (1,))})
    with pytest.raises(ValueError, match="cut short"):
        part(_model()[:-20], {}, {})
    with pytest.raises(ValueError, match="ONNX"):
        part(b"\xff" * 100, {}, {})


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "voices").mkdir()
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "voices/af_heart.bin").write_bytes(bytes(16))
    return tmp_path


def test_a_voice_is_a_file_beside_the_model(models: Path) -> None:
    kokoro = Kokoro(models, {})
    assert isinstance(kokoro, PartSynthesiser)
    assert not isinstance(EspeakSynthesiser(), PartSynthesiser)
    assert kokoro.locate("af_heart") == models / "voices/af_heart.bin"
    for name in ("", ".", "..", "af_none", "../voices/af_heart", "/etc/passwd"):
        assert kokoro.locate(name) is None
    (models / "model.onnx").unlink()
    assert kokoro.locate("af_heart") is None


async def test_a_model_that_is_none_is_said_to_be(models: Path) -> None:
    kokoro = Kokoro(models, {"en": Voice("af_heart")})
    with pytest.raises(EngineError, match=r"cannot start.*waxtaan models verify"):
        await kokoro.start()


def test_what_is_under_gpl_and_the_model_stay_in_their_own_process() -> None:
    code = (
        "import sys, pipelines.engines.tts.kokoro; "
        "print({'espeakng_loader', 'onnxruntime'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
