"""Voices that are models, without the models: run as a module, this file is a worker of tones.

A letter becomes 20 ms of a tone at 16 kHz, in turns of ten letters. A model's folder says in its
config.json how its worker behaves.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.coqui import Coqui
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.segmentation import LONGEST_PIECE, segments
from pipelines.engines.tts.spans import MOST, spans
from pipelines.engines.tts.worker_scheduler import RefusalError, Scheduler
from pipelines.engines.worker_protocol import Header, Message

RATE = 24_000
SENTENCE = "Your bill is higher than last month because you called from abroad."
TONE = Voice("tone")


def work(header: Header) -> Iterator[Message]:
    kind = json.loads((Path(header["folder"]) / "config.json").read_text())["kind"]
    if kind == "damaged":
        raise RefusalError("its file is damaged: copy the voice anew")
    if header["do"] == "load":
        yield {"rate": 16_000}, b""
        return
    if kind == "quoting":
        raise ValueError(f"cannot say {header['text']}")
    for start in range(0, len(header["text"]), 10):
        if kind == "deadly" and start:
            os.kill(os.getpid(), signal.SIGKILL)
        count = len(header["text"][start : start + 10])
        at = np.arange(320 * count) + 320 * start
        wave = 900 * np.sin(at * 0.1) / header["speed"]
        yield {"rate": 16_000}, wave.astype("<i2").tobytes()


if __name__ == "__main__":
    if sys.argv[1:] != ["4"]:
        sys.exit("the arguments are not those of coqui_worker")
    Scheduler(work).serve({"version": "tones"})
    sys.exit()


class Tones(Coqui):
    module = "tests.pipelines.engines.tts.test_coqui"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for kind in ("tone", "deadly", "damaged", "quoting"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "config.json").write_text(json.dumps({"kind": kind}))
    (tmp_path / "tts_models--fr--css10--vits").mkdir()
    (tmp_path / "tts_models--fr--css10--vits/config.json").write_text('{"kind": "tone"}')
    return tmp_path


@pytest_asyncio.fixture
async def engine(models: Path) -> AsyncIterator[Coqui]:
    made = Tones(models, {"en": TONE}, sys.executable)
    await made.start()
    yield made
    await made.close()


async def spoken(
    engine: Coqui, text: str = SENTENCE, voice: Voice = TONE
) -> npt.NDArray[np.float64]:
    pcm = b"".join([chunk async for chunk in engine.synthesise(text, voice)])
    return np.frombuffer(pcm, "<i2") / 32768


async def test_a_voice_comes_out_at_the_rate_and_level_of_all_the_rest(engine: Coqui) -> None:
    assert engine.version.startswith("tones/")
    wave = await spoken(engine)
    assert len(wave) == pytest.approx(0.02 * len(SENTENCE) * RATE, rel=0.01)
    assert 20 * np.log10(wave.std()) == pytest.approx(-20, abs=0.5)
    again = await spoken(engine)
    assert np.abs(again[: len(wave)] - wave[: len(again)]).max() < 0.001


async def test_the_cache_passes_on_unchanged_what_has_its_rate(
    engine: Coqui, tmp_path: Path
) -> None:
    await spoken(engine)  # finds the gain
    cache = AudioCache(tmp_path / "cache", engine, RATE)
    kept = b"".join([chunk async for chunk in cache.audio(SENTENCE, TONE)])
    wave = np.frombuffer(kept, "<i2") / 32768
    assert np.abs(wave - await spoken(engine)).max() < 2 / 32768  # its converter dithers


async def test_the_second_sentence_is_heard_as_soon_as_its_first_turn_is_rendered(
    engine: Coqui,
) -> None:
    await spoken(engine)
    async with aclosing(engine.synthesise(SENTENCE, TONE)) as chunks:
        first = await anext(chunks)
    assert 0 < len(first) <= 2 * RATE * 0.06


async def test_between_sentences_there_is_a_pause_and_within_one_there_is_none(
    engine: Coqui,
) -> None:
    one = len(await spoken(engine, "Good evening."))
    two = len(await spoken(engine, "Good evening. Good evening."))
    assert two == pytest.approx(2 * one + 0.2 * RATE, rel=0.01)


async def test_the_rate_reaches_the_model(engine: Coqui) -> None:
    assert (await spoken(engine, voice=Voice("tone", rate=320))).size  # "speed" of 2
    with pytest.raises(EngineError, match=r"80\.\.450"):
        await spoken(engine, voice=Voice("tone", rate=20))


async def test_a_worker_killed_while_it_speaks_is_replaced_and_nothing_is_missing(
    engine: Coqui,
) -> None:
    whole = len(await spoken(engine))
    length, killed = 0, False
    async with aclosing(engine.synthesise(SENTENCE * 20, TONE)) as chunks:
        async for chunk in chunks:
            length += len(chunk) // 2
            if not killed:
                killed = True
                for pid in engine.pids():
                    os.kill(pid, signal.SIGKILL)
    assert length == pytest.approx(20 * whole, rel=0.02)


async def test_a_model_that_kills_its_worker_is_an_error_the_second_time(engine: Coqui) -> None:
    with pytest.raises(EngineError, match="exit status -9"):
        await spoken(engine, voice=Voice("deadly"))
    assert len(await spoken(engine))


async def test_what_was_to_be_said_is_no_part_of_an_error(engine: Coqui) -> None:
    with pytest.raises(EngineError, match=r"ValueError at test_coqui\.py:\d+") as error:
        await spoken(engine, "My secret", Voice("quoting"))
    assert "secret" not in str(error.value)


async def test_two_texts_are_rendered_in_turns(engine: Coqui) -> None:
    await spoken(engine)
    order: list[str] = []

    async def speak(name: str, text: str) -> None:
        async for _ in engine.synthesise(text, TONE):
            order.append(name)

    await asyncio.gather(speak("long", SENTENCE * 20), speak("short", SENTENCE))
    assert order.index("short") < order.count("long") // 2


async def test_a_voice_by_the_name_that_coqui_gives_it(engine: Coqui) -> None:
    assert len(await spoken(engine, voice=Voice("tts_models/fr/css10/vits")))


async def test_an_unknown_voice_is_refused(engine: Coqui) -> None:
    for name in ("xx", "", "../tone", "..", "/", "tone/../tone", "tone+@", "@en"):
        with pytest.raises(EngineError, match=r"unknown voice .*: name a folder"):
            await spoken(engine, voice=Voice(name))


async def test_a_language_whose_voice_is_missing_is_not_served_and_the_others_are(
    models: Path,
) -> None:
    engine = Tones(
        models, {"en": TONE, "sq": Voice("none"), "de": Voice("damaged")}, sys.executable
    )
    await engine.start()
    try:
        assert engine.serves("en")
        assert engine.serves("en-GB")
        assert engine.serves("sq") is None
        assert engine.serves("de") is None
        assert engine.serves("fr") is None
        with pytest.raises(EngineError, match="copy the voice anew"):
            await spoken(engine, voice=Voice("damaged"))
    finally:
        await engine.close()


async def test_no_voice_at_all_or_no_such_interpreter_is_said_at_start(models: Path) -> None:
    with pytest.raises(EngineError, match=r"no voice to speak with.*unknown voice 'none'"):
        await Tones(models, {"sq": Voice("none")}, sys.executable).start()
    with pytest.raises(EngineError, match=r"cannot start.*coqui_python"):
        await Coqui(models, {"en": TONE}, str(models / "no/python")).start()
    with pytest.raises(EngineError, match=r"cannot start.*coqui_python"):
        await Coqui(models, {"en": TONE}, sys.executable).start()  # has no torch


@given(st.integers(1, 2000), st.integers(0, 60))
def test_spans_keep_every_frame_once_with_its_margin(frames: int, margin: int) -> None:
    found = list(spans(frames, margin))
    assert found[0].start == 0
    assert found[-1].stop == frames
    for before, after in pairwise(found):
        assert before.stop == after.start
    for span in found:
        assert span.start < span.stop <= span.start + MOST + 8
        assert span.begin == max(0, span.start - margin)
        assert span.end == min(frames, span.stop + margin)


@given(st.text(max_size=600))
def test_no_text_makes_a_piece_too_long_or_with_a_command_in_it(text: str) -> None:
    for whole in (True, False):
        for piece in segments(text, whole):
            assert 0 < len(piece.text) <= LONGEST_PIECE
            assert "[[" not in piece.text
            assert piece.text.encode()
            assert piece.text.isprintable() or piece.text.split()


def test_sentences_are_pieces_and_a_first_comma_is_where_less_is_asked_for() -> None:
    text = "Your line was down, as was your neighbour's. It works again!"
    assert [piece.text for piece in segments(text)] == [
        "Your line was down, as was your neighbour's.",
        "It works again!",
    ]
    early = [(piece.text, piece.begins) for piece in segments(text, whole=False)]
    assert early[:2] == [("Your line was down,", True), ("as was your neighbour's.", False)]
