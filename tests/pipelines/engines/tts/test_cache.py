"""The audio cache: where sound comes from, what is kept, and what a bad disk does."""

import asyncio
import os
import wave
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loguru import logger

from pipelines.engines.tts.cache import MOST_HOLD, AudioCache, Beginning
from pipelines.engines.tts.cache_storage import DiskStorage, MemoryStorage, from_wav, to_wav
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.routing import EngineVoice, VoiceRouter

VOICE = Voice("fake")
GREETING = "Good evening."
PERSONAL = "Good evening, Awa Ndiaye."


class Tone:
    """A synthesiser whose sentence is a tone of half a second, and which counts them."""

    name = "tone"
    version = "1"
    sample_rate = 22_050

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.cancelled = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def serves(self, language: str) -> str | None:
        return None

    async def synthesise(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        self.spoken.append(text)
        if voice.name == "broken":
            raise EngineError("unknown voice 'broken': name another")
        wave = (np.sin(np.arange(11_025) * 0.1) * 6000).astype("<i2")
        try:
            for start in range(0, len(wave), 1323):
                await self.go_on.wait()
                yield wave[start : start + 1323].tobytes()
        except GeneratorExit:
            self.cancelled += 1
            raise


async def heard(cache: AudioCache, text: str, fixed: bool = True, voice: Voice = VOICE) -> bytes:
    async with aclosing(cache.audio(text, voice, fixed)) as chunks:
        return b"".join([chunk async for chunk in chunks])


def files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


@pytest.fixture
def tone() -> Tone:
    return Tone()


@pytest.fixture
async def cache(tmp_path: Path, tone: Tone) -> AsyncIterator[AudioCache]:
    cache = AudioCache(tmp_path, tone)
    yield cache
    await cache.close()


@pytest.fixture
def log() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    yield lines
    logger.remove(sink)


async def test_rendered_once_then_from_memory_then_from_disk(
    cache: AudioCache, tone: Tone, tmp_path: Path
) -> None:
    rendered = await heard(cache, GREETING)
    assert len(rendered) / 2 == pytest.approx(12_000, abs=2)
    assert await heard(cache, GREETING) == rendered
    await cache.settled()
    assert await heard(AudioCache(tmp_path, tone), GREETING) == rendered
    assert tone.spoken == [GREETING]


async def test_sound_is_converted_without_a_seam(cache: AudioCache) -> None:
    samples = np.frombuffer(await heard(cache, GREETING), "<i2").astype(float)
    expected = np.sin(np.arange(len(samples)) * 0.1 * 22_050 / 24_000) * 6000
    middle = slice(500, -500)
    assert np.abs(samples[middle] - expected[middle]).max() < 30


async def test_a_file_is_a_wav_that_anybody_can_play(cache: AudioCache, tmp_path: Path) -> None:
    rendered = await heard(cache, GREETING)
    await cache.settled()
    with wave.open(str(files(tmp_path)[0])) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(file.getnframes()) == rendered


async def test_what_is_personal_is_kept_nowhere(
    cache: AudioCache, tone: Tone, tmp_path: Path
) -> None:
    for _ in range(2):
        await heard(cache, PERSONAL, fixed=False)
    assert tone.spoken == [PERSONAL, PERSONAL]
    await cache.settled()
    assert files(tmp_path) == []


async def test_first_sound_does_not_wait_for_the_last(cache: AudioCache, tone: Tone) -> None:
    async with aclosing(cache.audio(PERSONAL, VOICE)) as chunks:
        await anext(chunks)
        tone.go_on.clear()
        assert tone.cancelled == 0
    assert tone.cancelled == 1  # and closing cancels


async def test_two_who_want_the_same_share_one_rendering(cache: AudioCache, tone: Tone) -> None:
    assert len(set(await asyncio.gather(*(heard(cache, GREETING) for _ in range(5))))) == 1
    assert tone.spoken == [GREETING]


async def test_one_of_two_leaves_and_the_other_hears_all(cache: AudioCache, tone: Tone) -> None:
    leaver = cache.audio(GREETING, VOICE, True)
    await anext(leaver)
    stayer = asyncio.create_task(heard(cache, GREETING))
    await leaver.aclose()
    assert len(await stayer) / 2 == pytest.approx(12_000, abs=2)
    assert tone.spoken == [GREETING]


async def test_everything_that_changes_the_sound_is_in_the_key(
    cache: AudioCache, tone: Tone
) -> None:
    await heard(cache, GREETING)
    await heard(cache, GREETING, voice=Voice("fake", rate=161))
    tone.version = "2"
    await heard(cache, GREETING)
    assert len(tone.spoken) == 3


async def test_an_engine_error_reaches_all_and_nothing_is_kept(
    cache: AudioCache, tmp_path: Path
) -> None:
    wrong = Voice("broken")
    asked = [heard(cache, GREETING, voice=wrong) for _ in range(2)]
    for result in await asyncio.gather(*asked, return_exceptions=True):
        assert isinstance(result, EngineError)
        assert "name another" in str(result)
    with pytest.raises(EngineError):
        await heard(cache, GREETING, fixed=False, voice=wrong)
    assert files(tmp_path) == []


async def test_closing_ends_those_who_wait(cache: AudioCache, tone: Tone) -> None:
    tone.go_on.clear()
    waiting = asyncio.create_task(heard(cache, GREETING))
    await asyncio.sleep(0)
    await cache.close()
    with pytest.raises(EngineError, match="closed meanwhile"):
        await waiting
    assert tone.cancelled == 0


async def test_warming_skips_what_is_there(cache: AudioCache, tone: Tone, tmp_path: Path) -> None:
    sentences = [(f"Sentence {n}.", VOICE) for n in range(3)]
    assert await cache.warm(sentences) == 3
    assert await AudioCache(tmp_path, tone).warm([*sentences, (GREETING, VOICE)]) == 1
    with pytest.raises(EngineError, match="name another"):
        await cache.warm([(GREETING, Voice("broken"))])


@pytest.mark.parametrize("damage", ["truncated", "empty", "one bit", "no wav"])
async def test_a_damaged_file_is_removed_and_rendered_again(
    cache: AudioCache, tone: Tone, tmp_path: Path, log: list[str], damage: str
) -> None:
    rendered = await heard(cache, GREETING)
    await cache.settled()
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[5000] ^= 1
    bad = {"truncated": whole[:-999], "empty": b"", "one bit": bytes(flipped), "no wav": b"?" * 99}
    path.write_bytes(bad[damage])
    again = AudioCache(tmp_path, tone)
    assert await heard(again, GREETING) == rendered
    assert len(tone.spoken) == 2
    await again.settled()
    assert path.read_bytes() == whole
    assert len(log) == 1
    assert "damaged" in log[0]


def test_the_disk_is_bounded_and_the_oldest_used_goes(tmp_path: Path) -> None:
    disk = DiskStorage(tmp_path, 24_000, max_bytes=3500)
    left_by_a_crash = tmp_path / ".x.part"
    left_by_a_crash.write_bytes(bytes(1000))
    for age, key in enumerate(("a", "b")):
        disk.write(key, bytes(1000))
        os.utime(tmp_path / f"{key}.wav", (0, 2000 + age))
    os.utime(left_by_a_crash, (0, 1000))
    disk.write("c", bytes(1000))
    assert [path.name for path in files(tmp_path)] == ["a.wav", "b.wav", "c.wav"]
    assert disk.read("a") == bytes(1000)  # used again, so "b" is now the oldest
    disk.write("d", bytes(1000))
    disk.write("larger than all", bytes(4000))
    assert [path.name for path in files(tmp_path)] == ["a.wav", "c.wav", "d.wav"]


@pytest.mark.parametrize("fault", ["a file where the directory should be", "full"])
async def test_a_bad_disk_is_said_once_and_calls_go_on(
    tmp_path: Path, tone: Tone, log: list[str], fault: str
) -> None:
    directory = tmp_path / "cache"
    if fault == "full":
        directory = Path("/proc/self/fdinfo")  # a directory where nobody can write
    else:
        directory.write_text("not a directory")
    cache = AudioCache(directory, tone, memory_bytes=0)
    for n in range(3):
        assert len(await heard(cache, f"Sentence {n}.")) > 0
    await cache.settled()
    assert len(tone.spoken) == 3
    assert len(log) == 1
    assert "cannot be used" in log[0]
    assert "Sentence" not in log[0]


def test_memory_forgets_what_was_used_longest_ago() -> None:
    memory = MemoryStorage(max_bytes=10)
    for key in ("a", "b"):
        memory.put(key, bytes(5))
    memory.get("a")
    memory.put("c", bytes(5))
    memory.put("too large", bytes(11))
    assert [memory.get(key) for key in ("a", "b", "c", "too large")] == [
        bytes(5),
        None,
        bytes(5),
        None,
    ]


def test_wav_there_and_back() -> None:
    pcm = bytes(range(200))
    assert from_wav(to_wav(pcm, 24_000), 24_000) == pcm
    assert from_wav(to_wav(pcm, 16_000), 24_000) is None


async def test_with_the_embedded_voice(tmp_path: Path) -> None:
    engine: Any = EspeakSynthesiser()
    await engine.start()
    cache = AudioCache(tmp_path, engine)
    samples = np.frombuffer(await heard(cache, GREETING, voice=Voice("en-gb")), "<i2")
    await cache.close()
    await engine.close()
    assert 0.5 < len(samples) / 24_000 < 1.5
    assert int((np.abs(samples) > 100).argmax()) / 24_000 <= 0.010
    assert np.abs(samples.astype(int)).max() < 32_767


class Parts(Tone):
    """A synthesiser that can say parts: each is a tone as long as its letters, 20 ms a letter."""

    name = "parts"
    sample_rate = 24_000

    def __init__(self) -> None:
        super().__init__()
        self.ahead: list[float] = []

    async def part(
        self, text: str, begin: int, end: int, voice: Voice, ahead: float = 0.0
    ) -> AsyncGenerator[bytes, None]:
        self.spoken.append(text[begin:end])
        self.ahead.append(ahead)
        wave = (np.sin(np.arange(480 * (end - begin)) * 0.05) * 6000).astype("<i2")
        await self.go_on.wait()
        for start in range(0, len(wave), 1440):
            yield wave[start : start + 1440].tobytes()


BEGINNING = Beginning("You have five euros left.", 8)
SENTENCE = "You have twelve euros left."


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Parts, AudioCache]:
    engine: Any = Parts()
    return engine, AudioCache(tmp_path, engine)


async def continued(cache: AudioCache) -> list[bytes]:
    async with aclosing(cache.continued(BEGINNING, SENTENCE, VOICE)) as chunks:
        return [chunk async for chunk in chunks]


async def test_a_beginning_is_heard_while_the_rest_is_rendered(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    assert await cache.warm([(BEGINNING, VOICE)]) == 1
    assert engine.spoken == ["You have"]
    engine.go_on.clear()  # the rest takes as long as it likes
    async with aclosing(cache.continued(BEGINNING, SENTENCE, VOICE)) as chunks:
        begun = await anext(chunks)
        assert len(begun) == 2 * 1440
        engine.go_on.set()
        rest = [chunk async for chunk in chunks]
    assert engine.spoken == ["You have", " twelve euros left."]
    assert engine.ahead[-1] == pytest.approx(8 * 0.02 + MOST_HOLD)
    length = len(begun + b"".join(rest)) / 2 / 24_000
    assert length == pytest.approx(len(SENTENCE) * 0.02, abs=0.04)  # where they overlap


async def test_of_a_beginning_nothing_personal_is_kept(
    parts: tuple[Parts, AudioCache], tmp_path: Path
) -> None:
    _, cache = parts
    await cache.warm([(BEGINNING, VOICE)])
    kept = sorted(os.listdir(tmp_path))
    await continued(cache)
    assert sorted(os.listdir(tmp_path)) == kept


async def test_a_beginning_that_is_not_there_yet_is_not_waited_for(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    assert await continued(cache)
    assert engine.spoken == [SENTENCE]


async def test_engines_without_parts_say_the_whole(tmp_path: Path, tone: Tone) -> None:
    engine: Any = tone
    cache = AudioCache(tmp_path, engine)
    assert not cache.joins
    assert await continued(cache)
    assert tone.spoken == [SENTENCE]


async def test_a_sentence_is_said_by_the_longest_beginning_that_is_its_own(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    router = VoiceRouter({"parts": cache}, {"en": (EngineVoice("parts", VOICE),)}, {})
    known = [BEGINNING, Beginning("You have twelve euros left.", 15), Beginning("You hav", 3)]
    await router.warm("en", ["Good evening."], known)
    engine.spoken.clear()
    assert [chunk async for chunk in router.audio(SENTENCE, "en")]
    assert [chunk async for chunk in router.audio("You haven't any.", "en")]
    assert [chunk async for chunk in router.audio("You have", "en")]
    assert engine.spoken == [" euros left.", " haven't any.", " have"]


async def test_a_beginning_that_is_read_as_what_follows_is_left_out(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    router = VoiceRouter(
        {"parts": cache},
        {"en": (EngineVoice("parts", VOICE),)},
        {"parts": lambda text, _: text.replace("No. 5", "number five").replace("No.", "no")},
    )
    await router.warm("en", [], [Beginning("It is No. 5 today.", 9)])
    engine.spoken.clear()
    assert [chunk async for chunk in router.audio("It is No. 5 today.", "en")]
    assert engine.spoken == ["It is number five today."]


async def test_a_rest_that_fails_is_told_after_the_beginning(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    await cache.warm([(BEGINNING, VOICE)])

    async def broken(*_: object) -> AsyncGenerator[bytes, None]:
        raise EngineError("the voice died twice")
        yield b""

    engine.part = broken  # type: ignore[method-assign,assignment]
    got = []
    with pytest.raises(EngineError, match="died twice"):
        async with aclosing(cache.continued(BEGINNING, SENTENCE, VOICE)) as chunks:
            got = [chunk async for chunk in chunks]
    assert got == []


async def test_who_hangs_up_meanwhile_leaves_nothing_behind(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    await cache.warm([(BEGINNING, VOICE)])
    engine.go_on.clear()
    async with aclosing(cache.continued(BEGINNING, SENTENCE, VOICE)) as chunks:
        await anext(chunks)
    assert len(asyncio.all_tasks()) == 1


async def test_what_nobody_waits_for_waits_until_no_call_goes_on(
    parts: tuple[Parts, AudioCache],
) -> None:
    engine, cache = parts
    hung_up = asyncio.Event()

    async def idle() -> None:
        await hung_up.wait()

    warming = asyncio.create_task(cache.warm([("Good evening.", VOICE)], idle))
    assert await continued(cache)
    assert engine.spoken == [SENTENCE]
    hung_up.set()
    assert await warming == 1
    assert await cache.warm([("Good evening.", VOICE)], idle) == 0
