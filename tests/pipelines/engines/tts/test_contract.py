"""What every voice engine promises, run over each one that can be started here."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from pipelines.engines.tts.coqui import Coqui
from pipelines.engines.tts.engine import SLOW, EngineError, PartSynthesiser, Synthesiser, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.kokoro import Kokoro
from pipelines.engines.tts.piper import Piper
from tests.fakes import PATIENCE
from tests.real_engines.tts import places


@dataclass(frozen=True)
class Engine:
    """How to make one, a voice of its, and how alike two renderings are, as a share of seconds."""

    make: Callable[[], Synthesiser]
    voice: Voice
    alike: float = 0.02
    sentences: int = 12  # of the long text; fewer where rendering takes as long as speech


ENGINES = {"espeak": Engine(EspeakSynthesiser, Voice("en-gb"))}
if places.TTS_PYTHON:
    SMALL = Voice("small")
    ENGINES["coqui"] = Engine(
        lambda: Coqui(places.coqui_models(), {"en": SMALL}, places.TTS_PYTHON), SMALL
    )
if places.PIPER_PYTHON:
    JOE = Voice("en_US-joe-medium")  # draws its pauses and lengths anew each time
    ENGINES["piper"] = Engine(
        lambda: Piper(places.piper_models(), {"en": JOE}, places.PIPER_PYTHON), JOE, alike=0.3
    )
if places.KOKORO is not None:
    HEART = Voice("af_heart")
    ENGINES["kokoro"] = Engine(
        lambda: Kokoro(places.kokoro_models(), {"en": HEART}), HEART, sentences=3
    )
SHORT = "Good evening."
SENTENCE = "Your bill is higher than last month, because you used your telephone abroad. "


@pytest_asyncio.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Synthesiser]:
    synthesiser = ENGINES[request.param].make()
    await synthesiser.start()
    yield synthesiser
    await synthesiser.close()


@pytest.fixture
def voice(engine: Synthesiser) -> Voice:
    return ENGINES[engine.name].voice


@pytest.fixture
def long(engine: Synthesiser) -> str:
    return SENTENCE * ENGINES[engine.name].sentences


@pytest.fixture
def alike(engine: Synthesiser) -> float:
    return ENGINES[engine.name].alike


def speaking(engine: Synthesiser, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
    return engine.synthesise(text, voice)


async def seconds(engine: Synthesiser, text: str, voice: Voice) -> float:
    async with aclosing(speaking(engine, text, voice)) as chunks:
        return sum([len(chunk) async for chunk in chunks]) / 2 / engine.sample_rate


def children() -> set[int]:
    """Our engines' processes that run; what other tests left to be reaped is not meant."""
    tasks = Path("/proc/self/task").glob("*/children")
    pids = {int(pid) for task in tasks for pid in task.read_text().split()}
    return {pid for pid in pids if b"_worker" in command(pid)}


def command(pid: int) -> bytes:
    """Of a process; b"" of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_it_says_what_it_is(engine: Synthesiser, voice: Voice) -> None:
    assert engine.name in ENGINES
    assert engine.version
    assert engine.sample_rate >= 8000
    assert engine.serves("en")
    assert engine.serves("xx") is None


async def test_speech_comes_in_chunks_of_whole_samples(
    engine: Synthesiser, voice: Voice, long: str
) -> None:
    chunks = [chunk async for chunk in engine.synthesise(long, voice)]
    assert len(chunks) > 20
    assert all(chunk and len(chunk) % 2 == 0 for chunk in chunks)
    assert max(map(len, chunks)) / 2 / engine.sample_rate <= 0.5
    each = sum(map(len, chunks)) / 2 / engine.sample_rate / long.count(SENTENCE)
    assert 2.5 < each < 10


async def test_slower_is_longer(engine: Synthesiser, voice: Voice, long: str) -> None:
    usual = await seconds(engine, long, voice)
    slow = await seconds(engine, long, voice.slower(SLOW))
    print(f"\n{engine.name}: slow lasts {slow / usual:.2f} times as long ({usual:.1f} s)")
    assert 1.1 < slow / usual < 1.6


async def test_slower_is_longer_in_parts_too(engine: Synthesiser, voice: Voice, long: str) -> None:
    if not isinstance(engine, PartSynthesiser):
        pytest.skip("it says whole sentences only")

    async def first_half(voice: Voice) -> float:
        end = long.index(",") + 1
        async with aclosing(engine.part(SENTENCE.strip(), 0, end, voice)) as chunks:
            return sum([len(chunk) async for chunk in chunks]) / 2 / engine.sample_rate

    assert 1.1 < await first_half(voice.slower(SLOW)) / await first_half(voice) < 1.6


async def test_closing_the_iterator_cancels(engine: Synthesiser, voice: Voice, long: str) -> None:
    for _ in range(5):
        async with aclosing(speaking(engine, long, voice)) as chunks:
            assert await anext(chunks)
    assert await seconds(engine, SHORT, voice) == pytest.approx(1, abs=0.7)


async def test_a_cancelled_task_cancels(engine: Synthesiser, voice: Voice, long: str) -> None:
    task = asyncio.create_task(seconds(engine, long, voice))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await seconds(engine, SHORT, voice) > 0.3


async def test_concurrent_calls_do_not_mix(
    engine: Synthesiser, voice: Voice, alike: float, long: str
) -> None:
    alone = [await seconds(engine, text, voice) for text in (SHORT, long)]
    texts = [SHORT, long] * 3
    together = await asyncio.gather(*(seconds(engine, text, voice) for text in texts))
    for got, expected in zip(together, alone * 3, strict=True):
        assert got == pytest.approx(expected, rel=alike)


@pytest.mark.parametrize("text", ["", "   \n\t"])
async def test_an_empty_text_is_refused(engine: Synthesiser, voice: Voice, text: str) -> None:
    with pytest.raises(EngineError, match=r"empty.*: leave"):
        await seconds(engine, text, voice)


async def test_a_very_long_text_is_refused(engine: Synthesiser, voice: Voice) -> None:
    with pytest.raises(EngineError, match="sentence by sentence") as refusal:
        await seconds(engine, "all work and no play " * 10_000, voice)
    assert "play" not in str(refusal.value)  # what is spoken may be personal


@pytest.mark.parametrize("name", ["klingon!", "xx", "", "../../../etc/passwd"])
async def test_an_unknown_voice_is_refused(engine: Synthesiser, name: str) -> None:
    with pytest.raises(EngineError, match=r"unknown voice.*: name"):
        await seconds(engine, SHORT, Voice(name))


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "\x01+200S hello",
        "<speak>hi</speak>",
        "[[h@l'oU]]",
        "\ud800 hi",
        "مرحبا 你好 🙂",
        "...",
    ],
)
async def test_strange_text_does_not_harm(engine: Synthesiser, voice: Voice, text: str) -> None:
    await seconds(engine, text, voice)
    assert await seconds(engine, SHORT, voice) == pytest.approx(1, abs=0.7)


async def test_a_killed_worker_is_not_noticed(
    engine: Synthesiser, voice: Voice, alike: float, long: str
) -> None:
    whole = await seconds(engine, long, voice)
    length = 0
    async with aclosing(speaking(engine, long, voice)) as chunks:
        async for chunk in chunks:
            if not length:
                for pid in children():
                    os.kill(pid, signal.SIGKILL)
            length += len(chunk)
    assert length / 2 / engine.sample_rate == pytest.approx(whole, rel=alike)
    assert await seconds(engine, SHORT, voice) > 0.3


async def test_closed_twice_it_leaves_no_process(
    engine: Synthesiser, voice: Voice, long: str
) -> None:
    task = asyncio.create_task(seconds(engine, long, voice))
    await asyncio.sleep(0)
    await engine.close()
    await engine.close()
    assert not children()
    async with asyncio.timeout(PATIENCE):  # what was under way ends, whole or with an error
        await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(EngineError):
        await seconds(engine, SHORT, voice)


@pytest.mark.parametrize("name", ENGINES)
async def test_before_start_it_says_so(name: str) -> None:
    engine = ENGINES[name].make()
    with pytest.raises(EngineError, match="start"):
        await seconds(engine, SHORT, ENGINES[name].voice)
    await engine.close()
