"""More calls than there are lines: those who have one notice nothing, the others hear why."""

import asyncio
import math
import statistics
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import Protocol

import pytest

from agent.events import CallStarted
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.conftest import closed
from tests.pbx.crowd import Listener
from tests.pbx.sip_phone import RATE, Message, SipPhone
from tests.pbx.test_transfers import loudest, tone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
LINES = 10  # max_calls
APART = 0.05  # s between two calls: two hundred in ten seconds
BUSY = 425  # Hz: of busy and of congested lines, docker/asterisk/indications.conf


class Choose(Protocol):
    def __call__(self, **choices: str) -> None: ...


class Declining(SipPhone):
    """A person's telephone on which every call is refused."""

    rang = 0

    def _incoming(self, message: Message) -> None:
        super()._incoming(message)
        if self.invitation is not None:
            self.rang += 1
            self.decline()


@pytest.fixture
def chosen(pbx: lab.Asterisk) -> Iterator[Choose]:
    """Sets the dialplan's choices; they are as they were after the test."""

    def choose(**choices: str) -> None:
        for name, value in choices.items():
            pbx.says(f"dialplan set global WAXTAAN_{name} {value}")

    yield choose
    choose(FULL="people", MESSAGE='""', EVERY="8")


@asynccontextmanager
async def telephones(many: int) -> AsyncIterator[list[Listener]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(Listener(user=f"77{number:07}"))
            for number in range(many)
        ]


async def calls(phone: Listener, number: str, at: float) -> None:
    await asyncio.sleep(at)
    assert await phone.try_to_call(number)


def admitted(waxtaan: Waxtaan, before: int) -> set[str]:
    """The numbers of those whose calls Waxtaan took."""
    entries = (entry for call in waxtaan.calls[before:] for entry in waxtaan.entries(call))
    return {entry.caller or "" for entry in entries if isinstance(entry, CallStarted)}


def about(what: str, values: list[float]) -> None:
    """What was measured, for `pytest -s`."""
    middle, most = statistics.median(values), max(values)
    print(f"\n{what}: median {middle:.3f} s, max {most:.3f} s, of {len(values)}", end="")


@pytest.mark.parametrize(
    ("number", "choice", "many"), [(WEBSOCKET, "busy", 200), (AUDIOSOCKET, "people", 100)]
)
async def test_a_crowd(
    number: str,
    choice: str,
    many: int,
    waxtaan: Waxtaan,
    pbx: lab.Asterisk,
    chosen: Choose,
    phone: SipPhone,
) -> None:
    chosen(FULL=choice)
    before, refused = len(waxtaan.calls), waxtaan.counters.get("refused.busy", 0)
    async with (
        telephones(many) as crowd,
        Declining(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk,
    ):
        await asyncio.gather(
            *(calls(each, number, APART * place) for place, each in enumerate(crowd))
        )
        numbers = admitted(waxtaan, before)
        taken = [each for each in crowd if each.user in numbers]
        others = [each for each in crowd if each.user not in numbers]
        assert len(taken) == LINES
        async with asyncio.timeout(30):
            for each in others:
                await each.over.wait()
        _turned_away(others)
        assert waxtaan.counters["refused.busy"] - refused == len(others)
        assert (desk.rang > 0) == (choice == "people")

        assert all(not each.over.is_set() for each in taken)
        _greeted(taken)
        await asyncio.gather(*(_is_served(each) for each in taken))
        await asyncio.gather(*(each.hang_up() for each in taken))
    await closed(waxtaan, pbx)
    assert waxtaan.counters.get("failed", 0) == waxtaan.counters.get("calls_without_asr", 0) == 0

    await phone.call(number)
    await phone.sound(0.0, patience=5)
    await phone.hang_up()
    await closed(waxtaan, pbx)


def _turned_away(phones: list[Listener]) -> None:
    first = [each.sounds()[0][0] for each in phones if each.sounds()]
    about("turned away: from answer to tone", first)
    about("turned away: seconds of tone", [each.audible for each in phones])
    assert len(first) == len(phones), "somebody heard nothing at all"
    assert {each.ended for each in phones} == {"bye"}
    assert {math.isclose(each.tone, BUSY, abs_tol=10) for each in phones} == {True}
    assert max(first) < 5
    assert min(each.audible for each in phones) > 1.5  # half of five seconds, more or less


def _greeted(phones: list[Listener]) -> None:
    waited, gaps = [], []
    for each in phones:
        began, ended = each.sounds()[0]
        waited.append(each.began + began - each.invited)
        came = each.packets(began, ended)
        gaps.append(max(b - a for a, b in pairwise(came)))
        assert ended - began > 1.0, "that is no greeting"
    about("admitted: from INVITE to greeting", waited)
    about("admitted: longest gap in the greeting", gaps)
    assert statistics.median(waited) < 3
    assert statistics.median(gaps) < 0.1


async def _is_served(phone: Listener) -> None:
    asked = phone.now
    await phone.press("1")
    await phone.sound(asked + 0.3)


async def test_a_queue_gets_the_line_that_comes_free(
    waxtaan: Waxtaan, pbx: lab.Asterisk, chosen: Choose
) -> None:
    message = pbx.folder / "var" / "all-lines-busy"
    with wave.open(f"{message}.wav", "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(tone(900, 1.0))
    chosen(FULL="queue", MESSAGE=str(message), EVERY="1")
    async with telephones(LINES + 1) as crowd:
        *taken, waiting = crowd
        for place, each in enumerate(taken):
            await each.try_to_call(WEBSOCKET)
            async with asyncio.timeout(10):
                while waxtaan.get("/healthz")["calls"] <= place:  # noqa: ASYNC110 - no events
                    await asyncio.sleep(0.02)
        await waiting.try_to_call(WEBSOCKET)
        began = await waiting.sound(0.0, patience=5)
        await asyncio.sleep(1.5)
        assert not waiting.over.is_set()
        heard = waiting.heard()[round((began + 0.2) * RATE) * 2 :][: RATE // 2 * 2]
        assert loudest(heard) == pytest.approx(900, abs=10)
        before = len(waxtaan.calls)
        await taken[0].hang_up()
        async with asyncio.timeout(15):
            while admitted(waxtaan, before) != {waiting.user}:  # noqa: ASYNC110 - no events
                await asyncio.sleep(0.1)
        await waiting.sound(waiting.now)
    await closed(waxtaan, pbx)
