"""Legs that come with odd news, or twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from loguru import logger

from pipelines.lines.telephony.asterisk.websocket import AsteriskWebSocket
from pipelines.lines.telephony.incoming import accept_leg, caller
from pipelines.lines.telephony.leg import Audio, Codec, LegEvent, Stop
from pipelines.packs.reader import load
from pipelines.settings import NumberSetting, Settings
from tests.pipelines.conftest import Open
from tests.pipelines.server import eventually

PACKS = load().packs
SETTINGS = Settings(language="en", numbers={"338": NumberSetting(language="fr")})


class Wire:
    """A leg whose other end sends silence until it is closed."""

    def __init__(self) -> None:
        self.codec: Codec = AsteriskWebSocket()
        self.sent: list[str | bytes] = []
        self.closed = asyncio.Event()

    async def events(self) -> AsyncIterator[LegEvent]:
        while not self.closed.is_set():
            await asyncio.sleep(0.02)
            yield Audio(bytes(640))
        yield Stop("line closed")

    async def send(self, message: str | bytes) -> None:
        self.sent.append(message)

    async def close(self) -> None:
        self.closed.set()

    @property
    def spoken(self) -> bool:
        return any(isinstance(message, bytes) and any(message) for message in self.sent)


@pytest.mark.parametrize(
    ("about", "language", "warnings"),
    [
        ({"language": "fr"}, "fr", 0),
        ({"language": "FR"}, "fr", 0),
        ({}, "en", 0),
        ({"did": "338"}, "fr", 0),
        ({"language": "xx"}, "en", 1),
        ({"language": "xx", "did": "338"}, "fr", 1),
        ({"language": "../../etc/passwd"}, "en", 1),
    ],
)
def test_a_language_that_nobody_speaks_is_the_house_s(
    about: dict[str, str], language: str, warnings: int
) -> None:
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING", format="{message}")
    try:
        assert caller(about, SETTINGS, PACKS).language == language
    finally:
        logger.remove(sink)
    assert len(said) == warnings
    assert not any("xx" in message or "passwd" in message for message in said)
    assert all("'language'" in message for message in said)


async def test_a_call_in_a_language_that_nobody_speaks_goes_on(open_assistant: Open) -> None:
    server = await open_assistant()
    leg = Wire()
    assert accept_leg(server.active_calls, leg, {"call": "a-strange-call", "language": "xx"})
    await eventually(lambda: leg.spoken)
    await leg.close()
    await server.idle()
    assert server.counters["failed"] == 0


async def test_a_second_leg_before_the_call_has_begun(open_assistant: Open) -> None:
    """The network dialled twice: the call is on the later one, the other is not left open."""
    server = await open_assistant()
    first, second = Wire(), Wire()
    for leg in (first, second):
        assert accept_leg(server.active_calls, leg, {"call": "one-and-the-same"})
    await eventually(lambda: first.closed.is_set() and second.spoken)
    assert not first.spoken
    await second.close()
    await server.idle()
    assert (server.counters["calls"], server.counters["failed"]) == (1, 0)


async def test_a_second_leg_in_the_call(open_assistant: Open) -> None:
    server = await open_assistant()
    first, second = Wire(), Wire()
    accept_leg(server.active_calls, first, {"call": "one-and-the-same"})
    await eventually(lambda: first.spoken)
    accept_leg(server.active_calls, second, {"call": "one-and-the-same"})
    await eventually(lambda: first.closed.is_set() and second.spoken)
    assert server.assistant.calls == 1  # that the first one ended is not the end of the call
    await second.close()
    await server.idle()
    assert server.counters["failed"] == 0
