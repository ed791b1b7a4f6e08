"""Calls heard by Whisper: the engine is real, its model knows three sentences and no others."""

from collections.abc import AsyncIterator, Mapping

import pytest

from agent.events import Hypothesis
from pipelines.engines.asr.faster_whisper import FasterWhisper
from tests.pipelines.conftest import Open
from tests.pipelines.engines.asr.small_whisper import fitted
from tests.pipelines.engines.asr.test_contract import kill_workers
from tests.pipelines.server import PATIENCE, Guest, eventually


@pytest.fixture
async def whisper(speech: Mapping[str, bytes]) -> AsyncIterator[FasterWhisper]:
    engine = FasterWhisper(fitted({**speech, "": bytes(48_000)}), calls=1, deadline=PATIENCE)
    await engine.start()
    yield engine
    await engine.close()


async def test_what_is_said_is_heard_with_its_words_and_language(
    open_assistant: Open, whisper: FasterWhisper, speech: Mapping[str, bytes]
) -> None:
    server = await open_assistant(recogniser=whisper)
    async with Guest.calling(server) as guest:
        await guest.state("open")
        guest.say(speech["what is my balance"])
        await guest.until(lambda m: m["type"] == "state" and m["flow"] == "balance")
        await eventually(lambda: "what is my balance" in guest.said("caller"))
    await server.idle()
    heard = [e for e in server.log(guest.id) if isinstance(e, Hypothesis) and e.final]
    assert [word for word, _ in heard[0].words] == ["what", "is", "my", "balance"]
    assert heard[0].languages
    assert server.differences(guest.id) == []


async def test_a_call_for_which_there_are_no_ears_goes_on_with_the_keys(
    open_assistant: Open, whisper: FasterWhisper, speech: Mapping[str, bytes]
) -> None:
    server = await open_assistant(recogniser=whisper)
    async with Guest.calling(server) as first, Guest.calling(server) as second:
        await first.state("open")
        await second.state("open")
        second.say(speech["what is my balance"])
        await second.agent_says("I cannot listen well at the moment")
        await second.state("open")
        await second.press("11")
        await second.state("line")
    await server.idle()
    assert server.counters["calls_without_asr"] == 1


async def test_a_worker_that_is_killed_in_a_call_is_replaced(
    open_assistant: Open, whisper: FasterWhisper, speech: Mapping[str, bytes]
) -> None:
    server = await open_assistant(recogniser=whisper)
    async with Guest.calling(server) as guest:
        await guest.state("open")
        kill_workers()
        guest.say(speech["what is my balance"])
        await guest.until(lambda m: m["type"] == "state" and m["flow"] == "balance")
