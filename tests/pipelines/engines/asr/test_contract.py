"""What every recogniser promises (engine.py), asked of each one that is installed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from pipelines.engines.asr.engine import EngineError, Recognised, Recogniser
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from tests.fakes import PATIENCE
from tests.pipelines.engines.asr.small_whisper import fitted
from tests.pipelines.engines.asr.speech import SILENCE, espeak, noise, pieces, say
from tests.pipelines.server import eventually

PHRASES = ["my internet is not working", "I want to pay my bill", "speak to an agent"]
BILL = PHRASES[1]
FRENCH = "mon internet ne marche pas"


@asynccontextmanager
async def pocketsphinx() -> AsyncIterator[Recogniser]:
    async with espeak() as voice:
        engine = Pocketsphinx(voice.phonemes, deadline=PATIENCE)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.close()


@asynccontextmanager
async def faster_whisper() -> AsyncIterator[Recogniser]:
    engine = FasterWhisper(await hearing(), deadline=PATIENCE, calls=20, workers=1)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def hearing() -> Checkpoint:
    """A model that hears these tests' sentences, made once."""
    if not _made:
        sounds = {phrase: await say(phrase) for phrase in PHRASES}
        sounds |= {FRENCH: await say(FRENCH, "fr"), "": noise()}
        _made.append(fitted(sounds))
    return _made[0]


_made: list[Checkpoint] = []
Engines = Callable[[], AbstractAsyncContextManager[Recogniser]]
ENGINES = {"pocketsphinx": pocketsphinx, "faster_whisper": faster_whisper}
every_engine = pytest.mark.parametrize("engines", ENGINES.values(), ids=ENGINES.keys())


def ignore(_: Recognised) -> None:
    """Partial results that nobody asked for."""


def workers() -> list[int]:
    """The recogniser's processes."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                with open(f"/proc/{name}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == os.getpid() and any(
                word.startswith(b"pipelines.engines.asr.") for word in words
            ):
                found.append(int(name))
    return found


def kill_workers() -> None:
    """As the system does when memory runs out."""
    for process in workers():
        os.kill(process, signal.SIGKILL)


@every_engine
async def test_a_turn_is_heard_in_pieces_with_partial_results(engines: Engines) -> None:
    partials: list[Recognised] = []
    async with engines() as engine:
        stream = await engine.open("en", "wide", partials.append)
        stream.expect("en", PHRASES)
        stream.begin()
        for piece in pieces(await say(BILL)):
            stream.hear(piece)
            await asyncio.sleep(0.01)  # twice as fast as people speak
        await eventually(lambda: bool(partials))
        result = await stream.finish()
        await stream.close()
    assert (result.text, result.language, result.final) == (BILL, "en", True)
    assert 0 < result.confidence <= 1
    assert result.language_confidence == 1
    assert partials
    assert not any(partial.final for partial in partials)


@every_engine
async def test_the_same_audio_gives_the_same_result_in_any_pieces(engines: Engines) -> None:
    async with engines() as engine:
        stream = await engine.open("en", "telephone", ignore)
        stream.expect("en", PHRASES)
        pcm = await say(PHRASES[0])
        results = []
        for size in (640, 640, 333, len(pcm)):
            stream.begin()
            for piece in pieces(pcm, size):
                stream.hear(piece)
            results.append(await stream.finish())
        assert results[0].text == PHRASES[0]
        assert results == results[:1] * 4
        await stream.close()


@every_engine
async def test_begin_again_hears_the_turn_from_its_start(engines: Engines) -> None:
    async with engines() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.expect("en", PHRASES)
        stream.begin()
        stream.hear(await say(PHRASES[0]))
        stream.begin()
        stream.hear(await say(BILL))
        assert (await stream.finish()).text == BILL
        await stream.close()


@every_engine
async def test_expectations_hold_from_the_next_turn_on(engines: Engines) -> None:
    async with engines() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.expect("en", [BILL])
        stream.begin()
        stream.expect("fr", ["je voudrais payer ma facture", FRENCH])
        stream.hear(await say(BILL))
        assert (await stream.finish()).text == BILL
        stream.begin()
        stream.hear(await say(FRENCH, "fr"))
        result = await stream.finish()
        assert (result.language, result.text) == ("fr", FRENCH)
        await stream.close()


@every_engine
@pytest.mark.parametrize(
    "pcm", [b"", b"\0", SILENCE, noise()], ids=["no", "odd", "silent", "noise"]
)
async def test_where_nothing_is_said_nothing_is_heard(engines: Engines, pcm: bytes) -> None:
    async with engines() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.expect("en", PHRASES)
        stream.begin()
        stream.hear(pcm)
        result = await stream.finish()
        assert (result.text, result.confidence, result.final) == ("", 0, True)
        await stream.close()


@every_engine
async def test_streams_at_the_same_time_do_not_mix(engines: Engines) -> None:
    async with engines() as engine:
        streams = [await engine.open("en", "wide", ignore) for _ in PHRASES]
        sounds = [pieces(await say(phrase)) for phrase in PHRASES]
        for stream in streams:
            stream.expect("en", PHRASES)
            stream.begin()
        for n in range(max(map(len, sounds))):
            for stream, sound in zip(streams, sounds, strict=True):
                stream.hear(sound[n] if n < len(sound) else b"")
        results = await asyncio.gather(*(stream.finish() for stream in streams))
        assert [result.text for result in results] == PHRASES
        for stream in streams:
            await stream.close()


@every_engine
async def test_an_unknown_language_is_refused(engines: Engines) -> None:
    async with engines() as engine:
        assert engine.serves("tlh") is None
        with pytest.raises(EngineError, match="tlh"):
            await engine.open("tlh", "wide", ignore)


async def outcome(finishing: Awaitable[Recognised]) -> str:
    try:
        return (await finishing).text
    except EngineError:
        return "lost"


@every_engine
async def test_a_killed_worker_costs_the_turn_at_most(engines: Engines) -> None:
    async with engines() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.expect("en", PHRASES)
        stream.begin()
        pcm = await say(BILL)
        stream.hear(pcm)
        asked = asyncio.ensure_future(stream.finish())
        await asyncio.sleep(0)
        kill_workers()
        assert await outcome(asked) in ("lost", BILL)
        stream.begin()
        for piece in pieces(pcm):
            stream.hear(piece)
        assert (await stream.finish()).text == BILL
        stream.begin()
        kill_workers()
        assert await outcome(stream.finish()) in ("lost", "")
        await stream.close()


@every_engine
async def test_close_twice_and_without_finish(engines: Engines) -> None:
    async with engines() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.expect("en", PHRASES)
        stream.begin()
        stream.hear(await say(BILL))
        await stream.close()
        await stream.close()
        other = await engine.open("en", "wide", ignore)
        other.expect("en", PHRASES)
        other.begin()
        other.hear(await say(BILL))
        assert (await other.finish()).text == BILL
        await engine.close()
        await other.close()
        with pytest.raises(EngineError, match="not started"):
            await engine.open("en", "wide", ignore)
