"""What is the Whisper engine's own: sharing, deadlines, death, and refusals at start.

The model mostly is a real one with random weights: what it writes is nonsense, always the same for
the same sound.
"""

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.bench.random_whisper import CREDULOUS
from pipelines.engines.asr.engine import EngineError, Recognised
from pipelines.engines.asr.faster_whisper import FasterWhisper, TooManyCallsError
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.asr.whisper.guards import Guards
from pipelines.engines.asr.whisper.stream import FasterWhisperStream
from tests.pipelines.engines.asr.small_whisper import folder, small
from tests.pipelines.engines.asr.speech import BYTES_PER_SECOND, noise, pieces, say
from tests.pipelines.engines.asr.test_contract import PHRASES, hearing, kill_workers
from tests.pipelines.server import PATIENCE, eventually

CHECKING = replace(CREDULOUS, guessed_token=0.5)  # what was guessed is checked

SENTENCE = "I want to pay my bill"


@asynccontextmanager
async def listening(
    languages: dict[str, Checkpoint] | None = None,
    model: Checkpoint | None = None,
    **options: Any,
) -> AsyncIterator[FasterWhisper]:
    patient: dict[str, Any] = {"guards": CHECKING, "deadline": PATIENCE, "calls": 20, "workers": 1}
    engine = FasterWhisper(model or small(), languages, **{**patient, **options})
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def ignore(_: Recognised) -> None:
    """Nobody wants these."""


async def speak(stream: FasterWhisperStream, pcm: bytes, seconds: float = 0.02) -> None:
    """A turn, piece by piece, as fast as partial results come."""
    stream.begin()
    for piece in pieces(pcm, int(seconds * BYTES_PER_SECOND)):
        stream.hear(piece)
        await asyncio.sleep(0.002)


async def test_partials_grow_and_their_stable_words_stay() -> None:
    shown: list[tuple[Recognised, tuple[str, ...]]] = []
    async with listening(interval=0.1) as engine:
        stream = await engine.open("en", "wide", lambda r: shown.append((r, stream.stable)))
        sound = (await say(SENTENCE)) * 3
        await speak(stream, sound)
        while len(shown) < 3:  # the last ones are on their way
            stream.hear(noise(0.4))
            await asyncio.sleep(0.05)
        await stream.finish()
    for (partial, stable), (later, more) in itertools.pairwise(shown):
        assert partial.text.split()[: len(stable)] == list(stable)
        assert more[: len(stable)] == stable
        assert (later.final, later.rejected) == (False, "")


async def test_the_final_result_has_words_and_languages() -> None:
    async with listening() as engine:
        stream = await engine.open("en", "wide", ignore)
        await speak(stream, await say(SENTENCE))
        result = await stream.finish()
    assert " ".join(word.text for word in result.words) == result.text
    assert all(0 <= word.confidence <= 1 and word.start <= word.end for word in result.words)
    assert len(result.languages) == 5
    assert result.languages[0][1] >= result.languages[1][1]
    assert 0 < result.confidence < 1


async def test_the_final_result_is_there_when_the_pause_was_long_enough() -> None:
    """A second turn of the same sound: its pause is decoded before anyone asks."""
    prepared = asyncio.Event()
    wanted = 0.0

    def notice(partial: Recognised) -> None:
        if partial.confidence == wanted:
            prepared.set()

    async with listening() as engine:
        stream = await engine.open("en", "wide", notice)
        sound = await say(SENTENCE)
        await speak(stream, sound)
        first = await stream.finish()
        wanted = first.confidence
        await speak(stream, sound)
        await prepared.wait()
        asked = asyncio.ensure_future(stream.finish())
        await asyncio.sleep(0)  # one step of the loop: nothing was waited for
        assert asked.done()
        assert asked.result() == first


async def test_ten_calls_share_one_model_and_do_not_mix() -> None:
    said = [*PHRASES, *PHRASES, *PHRASES, PHRASES[0]]
    async with listening(model=await hearing()) as engine:
        streams = [await engine.open("en", "wide", ignore) for _ in said]
        sounds = [await say(phrase) for phrase in said]
        await asyncio.gather(*(speak(s, pcm) for s, pcm in zip(streams, sounds, strict=True)))
        results = await asyncio.gather(*(stream.finish() for stream in streams))
    assert [result.text for result in results] == said


async def test_noise_is_rejected_and_says_why() -> None:
    async with listening(model=await hearing(), guards=Guards()) as engine:
        stream = await engine.open("en", "wide", ignore)
        await speak(stream, noise())
        result = await stream.finish()
        assert (result.text, result.confidence) == ("", 0)
        assert result.rejected in ("silence", "repetition", "compression")


async def test_a_turn_survives_the_workers_death() -> None:
    async with listening() as engine:
        stream = await engine.open("en", "wide", ignore)
        sound = await say(SENTENCE)
        await speak(stream, sound)
        expected = (await stream.finish()).text
        stream.begin()
        stream.hear(sound)
        asked = asyncio.ensure_future(stream.finish())
        await asyncio.sleep(0)
        kill_workers()
        assert (await asked).text == expected


async def test_a_worker_that_is_not_back_in_time_is_said(tmp_path: Path) -> None:
    model = replace(small(), model=shutil.copytree(small().model, tmp_path / "model"))
    async with listening(model=model, deadline=0.05) as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.begin()
        stream.hear(await say(SENTENCE))
        shutil.rmtree(model.model)  # none can take its place
        kill_workers()
        await eventually(lambda: engine.resident() == 0)
        with pytest.raises(EngineError, match="died during the turn"):
            await stream.finish()


async def test_a_result_that_cannot_be_ready_in_time_is_none() -> None:
    async with listening(deadline=0.001) as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.begin()
        stream.hear(await say(SENTENCE))
        result = await stream.finish()
        assert (result.text, result.rejected, result.final) == ("", "overloaded", True)


async def test_one_call_too_many_is_refused_until_another_ends() -> None:
    async with listening(calls=1) as engine:
        stream = await engine.open("en", "wide", ignore)
        with pytest.raises(TooManyCallsError, match="carries 1 calls"):
            await engine.open("en", "wide", ignore)
        await stream.close()
        await engine.open("en", "wide", ignore)


async def test_how_many_calls_it_carries_is_measured() -> None:
    async with listening(calls=0, deadline=1.5) as engine:
        assert engine.capacity >= 1


async def test_what_is_not_believed_is_rejected_with_its_reason() -> None:
    strict = Guards(logprob=-99, words_a_second=0.1)
    async with listening(guards=strict) as engine:
        stream = await engine.open("en", "wide", ignore)
        await speak(stream, (await say(SENTENCE)) * 2)
        result = await stream.finish()
        assert result.text == ""
        assert result.rejected in ("repetition", "compression", "speed")


@pytest.mark.parametrize(("pcm", "why"), [(b"", ""), (bytes(BYTES_PER_SECOND), "silence")])
async def test_silence_is_not_decoded(pcm: bytes, why: str) -> None:
    async with listening() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.begin()
        stream.hear(pcm)
        result = await stream.finish()
        assert (result.text, result.rejected, result.words) == ("", why, ())


async def test_a_turn_dropped_while_it_is_decoded_leaves_no_trace() -> None:
    async with listening() as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.begin()
        stream.hear(await say("speak to an agent"))
        asked = asyncio.ensure_future(stream.finish())
        await asyncio.sleep(0.005)
        asked.cancel()
        await speak(stream, await say(SENTENCE))
        once = await stream.finish()
        await speak(stream, await say(SENTENCE))
        assert (await stream.finish()).text == once.text


async def test_an_overlong_turn_keeps_its_beginning() -> None:
    async with listening(longest_turn=2.0) as engine:
        stream = await engine.open("en", "wide", ignore)
        stream.begin()
        stream.hear(noise(2.0))
        for _ in range(20):
            stream.hear(noise(1.0))
        assert stream.dropped == 20 * BYTES_PER_SECOND
        assert (await stream.finish()).text


# -- languages and checkpoints -----------------------------------------------------------------


async def test_a_language_of_its_own_checkpoint_speaks_through_another_token() -> None:
    wolof = Checkpoint(small().model, token="fr")
    async with listening({"wo": wolof}) as engine:
        assert "its own checkpoint" in (engine.serves("wo") or "")
        assert "Whisper knows it" in (engine.serves("fr") or "")
        assert engine.serves("ff") is None
        stream = await engine.open("wo", "wide", ignore)
        with pytest.raises(EngineError, match=r"'ff'.*checkpoint of its own"):
            stream.expect("ff", [])
        await speak(stream, await say(SENTENCE))
        result = await stream.finish()
        assert (result.language, result.languages) == ("wo", ())
        stream.expect("fr", [])
        await speak(stream, await say(SENTENCE))
        assert (await stream.finish()).language == "fr"


async def refusal(engine: FasterWhisper) -> str:
    with pytest.raises(EngineError) as caught:
        await engine.start()
    await engine.close()
    return str(caught.value)


async def test_a_missing_model_is_named_at_start(tmp_path: Path) -> None:
    said = await refusal(FasterWhisper(Checkpoint(tmp_path / "base")))
    assert str(tmp_path / "base") in said
    assert "WAXTAAN_WHISPER_MODEL" in said


async def test_a_folder_that_lacks_a_file_is_named_at_start() -> None:
    path = folder()
    for name in ("model.bin", "config.json"):
        (path / name).touch()
    said = await refusal(FasterWhisper(None, {"fr": Checkpoint(path)}))
    assert f"{path} lacks tokenizer.json, vocabulary.json" in said


async def test_a_broken_model_is_named_at_start() -> None:
    path = folder()
    for file in small().model.iterdir():
        (path / file.name).write_bytes(file.read_bytes()[:1000])
    for name in ("tokenizer.json", "vocabulary.json", "config.json"):
        (path / name).write_bytes((small().model / name).read_bytes())
    said = await refusal(FasterWhisper(Checkpoint(path)))
    assert f"{path} cannot be loaded" in said


async def test_a_token_that_the_model_lacks_is_named_at_start() -> None:
    said = await refusal(FasterWhisper(None, {"wo": Checkpoint(small().model, token="wo")}))
    assert "no language token 'wo'" in said
    said = await refusal(FasterWhisper(None, {"wo": Checkpoint(small().model)}))
    assert "Whisper has no token for 'wo'" in said


async def test_without_any_model_the_setting_is_named() -> None:
    assert "WAXTAAN_WHISPER_MODEL" in await refusal(FasterWhisper(None))


def test_the_models_folder_is_its_version() -> None:
    assert FasterWhisper(small()).version.endswith(", small")


def test_the_random_models_files_are_a_models() -> None:
    config = json.loads((small().model / "config.json").read_text())
    assert len(config["lang_ids"]) == 99
