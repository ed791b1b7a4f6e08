"""Streams and their scheduler, with a decoder that answers what the test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipelines.engines.asr.engine import EngineError, Recognised
from pipelines.engines.asr.whisper.guards import Guards
from pipelines.engines.asr.whisper.scheduler import Scheduler
from pipelines.engines.asr.whisper.stream import FasterWhisperStream
from pipelines.engines.asr.whisper.turn import Listening, TurnSettings
from pipelines.engines.asr.whisper.windows import FULL
from pipelines.engines.worker_output import Message
from pipelines.engines.worker_protocol import Header
from tests.pipelines.engines.asr.speech import BYTES_PER_SECOND, noise
from tests.pipelines.server import eventually

DOUBTFUL = ("a bill", -1.2)
SURE = ("my bill", -0.1)


@dataclass
class FakeDecoder:
    """Answers one ask after another from `answers`, the last one for ever."""

    answers: list[tuple[str, float] | EngineError] = field(default_factory=lambda: [SURE])
    alive: bool = True
    position: float = 0.0  # s that the encoder says it took for each
    asked: list[Header] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self, header: Header, payload: bytes = b"", deadline: float | None = None
    ) -> Message:
        self.asked.append(header)
        await self.gate.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, EngineError):
            raise answer
        text, logprob = answer
        one: dict[str, Any] = {"text": text, "logprob": logprob, "no_speech": 0.0}
        one |= {"words": [], "languages": [], "alternatives": [], "numbers": []}
        encoding = self.position * header["window"] * len(header["jobs"])
        return Message({"results": [one] * len(header["jobs"]), "encoding": encoding}, b"")


class AnyLanguage:
    def listening(self, language: str) -> Listening:
        return Listening(language, 0, language, own=True, shortest=0)

    def serves(self, language: str) -> str | None:
        return "well"


@asynccontextmanager
async def streams(
    decoder: FakeDecoder, number: int = 1, expected: float = 0.1, *more: FakeDecoder
) -> AsyncIterator[list[FasterWhisperStream]]:
    settings = TurnSettings(2.0, 0.3, 30.0, 224, "fitted_then_full", Guards())
    scheduler = Scheduler(
        [decoder, *more], together=4, expected=expected, deadline=2.0, position=decoder.position
    )
    found = [
        FasterWhisperStream(AnyLanguage(), scheduler, settings, "en", ignore) for _ in range(number)
    ]
    try:
        yield found
    finally:
        await scheduler.close()


def ignore(_: Recognised) -> None:
    """Nobody wants these."""


async def heard(stream: FasterWhisperStream, seconds: float = 1.0) -> Recognised:
    stream.begin()
    stream.hear(noise(seconds))
    return await stream.finish()


def windows(decoder: FakeDecoder) -> list[int]:
    return [header["window"] for header in decoder.asked]


async def test_a_doubtful_turn_is_heard_again_in_the_full_window() -> None:
    decoder = FakeDecoder([DOUBTFUL, SURE])
    decoder.gate.set()
    async with streams(decoder) as (stream,):
        assert (await heard(stream)).text == "my bill"
    assert windows(decoder) == [192, FULL]


async def test_where_there_is_no_time_for_that_the_doubtful_text_is_taken() -> None:
    decoder = FakeDecoder([DOUBTFUL], position=0.002)
    decoder.gate.set()
    async with streams(decoder) as (stream,):
        result = await heard(stream)
    assert (result.text, result.rejected) == ("a bill", "")
    assert result.confidence < 0.5  # asked back
    assert windows(decoder) == [192]


async def test_only_the_encoders_share_grows_with_the_window() -> None:
    decoder = FakeDecoder([DOUBTFUL, SURE], position=0.0005)  # 0.75 s for the full window
    decoder.gate.set()
    async with streams(decoder, expected=0.9) as (stream,):
        assert (await heard(stream)).text == "my bill"
    assert windows(decoder) == [192, FULL]


async def test_what_stays_doubtful_is_taken_with_its_low_confidence() -> None:
    decoder = FakeDecoder([DOUBTFUL])
    decoder.gate.set()
    async with streams(decoder) as (stream,):
        result = await heard(stream)
    assert result.text == "a bill"
    assert windows(decoder) == [192, FULL]


async def test_finals_are_shared_out_among_workers() -> None:
    decoders = FakeDecoder([SURE]), FakeDecoder([SURE])
    async with streams(decoders[0], 2, 0.1, decoders[1]) as (one, other):
        asked = [asyncio.ensure_future(heard(stream)) for stream in (one, other)]
        await eventually(lambda: all(len(decoder.asked) == 1 for decoder in decoders))
        for decoder in decoders:
            assert len(decoder.asked[0]["jobs"]) == 1
            decoder.gate.set()
        assert [(await each).text for each in asked] == ["my bill", "my bill"]


async def test_partials_leave_a_worker_free() -> None:
    decoders = FakeDecoder([SURE]), FakeDecoder([SURE])
    async with streams(decoders[0], 2, 0.1, decoders[1]) as (one, other):
        for stream in (one, other):
            stream.begin()
            stream.hear(noise(1.0))
        await eventually(lambda: any(decoder.asked for decoder in decoders))
        for _ in range(20):
            await asyncio.sleep(0)
        assert sum(len(decoder.asked) for decoder in decoders) == 1
        for decoder in decoders:
            decoder.gate.set()


async def test_what_may_be_final_does_not_wait_for_a_partial_and_is_decoded_once() -> None:
    decoders = FakeDecoder([("my hill", -0.1)]), FakeDecoder([SURE])
    async with streams(decoders[0], 1, 0.1, decoders[1]) as (stream,):
        stream.begin()
        stream.hear(noise(1.0))
        await eventually(lambda: any(decoder.asked for decoder in decoders))
        stream.hear(bytes(BYTES_PER_SECOND // 5))
        await eventually(lambda: all(decoder.asked for decoder in decoders))
        asked = asyncio.ensure_future(stream.finish())
        await asyncio.sleep(0)
        decoders[0].gate.set()  # the partial comes, and asks for nothing more
        await asyncio.sleep(0.01)
        decoders[1].gate.set()
        assert (await asked).text == "my bill"
    whole = [
        job["whole"] for decoder in decoders for header in decoder.asked for job in header["jobs"]
    ]
    assert sorted(whole) == [False, True]


async def test_finals_that_waited_are_decoded_together_and_before_partials() -> None:
    decoder = FakeDecoder()
    async with streams(decoder, 5) as (first, talker, *others):
        finals = [asyncio.ensure_future(heard(first))]
        await asyncio.sleep(0)  # it is with the decoder
        talker.begin()
        talker.hear(noise(1.0))
        finals += [asyncio.ensure_future(heard(stream)) for stream in others]
        await asyncio.sleep(0)
        decoder.gate.set()
        assert {result.text for result in await asyncio.gather(*finals)} == {"my bill"}
    assert [len(header["jobs"]) for header in decoder.asked[:2]] == [1, 3]
    assert all(job["whole"] for job in decoder.asked[1]["jobs"])


async def test_a_decoder_that_fails_twice_costs_only_time() -> None:
    decoder = FakeDecoder([EngineError("died"), EngineError("died again"), SURE])
    decoder.gate.set()
    async with streams(decoder) as (stream,):
        assert (await heard(stream)).text == "my bill"


async def test_a_decoder_that_always_fails_fails_the_turn_and_not_the_stream() -> None:
    decoder = FakeDecoder([*[EngineError("died")] * 3, SURE])
    decoder.gate.set()
    async with streams(decoder) as (stream,):
        with pytest.raises(EngineError, match="died"):
            await heard(stream)
        assert (await heard(stream)).text == "my bill"


async def test_a_hypothesis_of_an_earlier_turn_is_not_taken_for_this_one() -> None:
    decoder = FakeDecoder([("of the turn before", -0.1), SURE])
    async with streams(decoder) as (stream,):
        stream.begin()
        stream.hear(noise(1.0))
        await asyncio.sleep(0)  # with the decoder
        asked = asyncio.ensure_future(heard(stream))
        await asyncio.sleep(0)
        decoder.gate.set()
        assert (await asked).text == "my bill"


async def test_a_final_that_waits_for_the_same_audio_is_not_decoded_twice() -> None:
    decoder = FakeDecoder()
    async with streams(decoder) as (stream,):
        stream.begin()
        stream.hear(noise(1.0))
        stream.hear(bytes(BYTES_PER_SECOND // 5))
        await asyncio.sleep(0)  # the pause is being decoded
        asked = asyncio.ensure_future(stream.finish())
        await asyncio.sleep(0)
        decoder.gate.set()
        assert (await asked).text == "my bill"
    assert len(decoder.asked) == 1


async def test_a_stream_that_closes_while_it_is_decoded_is_forgotten() -> None:
    decoder = FakeDecoder()
    async with streams(decoder, 2) as (leaver, stayer):
        asked = asyncio.ensure_future(heard(leaver))
        await asyncio.sleep(0)
        await leaver.close()
        with pytest.raises(EngineError, match="closed"):
            await asked
        decoder.gate.set()
        assert (await heard(stayer)).text == "my bill"
