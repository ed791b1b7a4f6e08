"""More calls than there are lines: those who have one notice nothing, the others hear why."""

import asyncio
import math
import statistics
import wave
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from agent.events import CallStarted
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import dial
from tests.pbx.conftest import closed
from tests.pbx.crowd import Listener
from tests.pbx.sip_phone import RATE, Message, SipPhone
from tests.pbx.test_transfers import happens, loudest, tone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
LINES = 10  # max_calls
APART = 0.05  # s between two calls: two hundred in ten seconds
AT_ONCE = 15  # who hear nothing yet, at most: on an idle machine they are fewer
UNANSWERED = '"WAXTAAN_NEXT=")'  # in the PBX's log: Waxtaan was asked what comes next, in vain
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


async def come(phones: Sequence[Listener], number: str) -> None:
    """They call, one shortly after the other; a machine with other work gets them more slowly."""
    room = asyncio.Semaphore(AT_ONCE)

    async def calls(phone: Listener, at: float) -> None:
        await asyncio.sleep(at)
        async with room:
            assert await phone.try_to_call(number)
            await phone.sound(-1.0)

    await asyncio.gather(*(calls(each, APART * place) for place, each in enumerate(phones)))


async def goes_on(phone: Listener) -> None:
    """A caller who has every question said again."""
    while True:
        await phone.quiet(1.0)
        await _is_served(phone, "*")


class Share:
    """How much of the processor time that it wanted Waxtaan got since this was made.

    What it computes and what it waits for a processor: https://docs.kernel.org, sched-stats.
    """

    def __init__(self, waxtaan: Waxtaan) -> None:
        assert waxtaan.process is not None
        self._file = Path(f"/proc/{waxtaan.process.pid}/schedstat")
        self._ran, self._waited = self._read()

    def _read(self) -> tuple[int, int]:
        ran, waited, _ = map(int, self._file.read_text().split())
        return ran, waited

    def slower(self) -> float:
        """How many times as long everything took as on a machine that does nothing else."""
        ran, waited = self._read()
        return 1 + (waited - self._waited) / (ran - self._ran)


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
    async with telephones(1) as (single,):
        await (await dial(waxtaan, single, number)).asked("open")
    await closed(waxtaan, pbx)
    before, refused = len(waxtaan.calls), waxtaan.counters.get("refused.busy", 0)
    unanswered = pbx.log().count(UNANSWERED)
    async with (
        telephones(many) as crowd,
        Declining(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk,
    ):
        taken, first, others = crowd[:LINES], crowd[LINES], crowd[LINES:]
        share = Share(waxtaan)
        await come(taken, number)
        await come([first], number)  # turned away while nobody else calls
        talking = [asyncio.create_task(goes_on(each)) for each in taken]
        await come(others[1:], number)
        await asyncio.gather(*(happens(each.over) for each in others))
        slow = share.slower()
        print(f"\nWaxtaan took {slow:.2f} times as long as on a machine of its own", end="")
        # Whose question is not answered in two seconds gets to people, whatever is chosen.
        unanswered = pbx.log().count(UNANSWERED) - unanswered
        _turned_away(first, others, slow, unanswered)
        assert admitted(waxtaan, before) == {each.user for each in taken}
        assert waxtaan.counters["refused.busy"] - refused == len(others)
        assert desk.rang > 0 if choice == "people" else desk.rang == unanswered

        assert all(not each.over.is_set() for each in taken)
        assert not any(each.done() for each in talking)
        for each in talking:
            each.cancel()
        _greeted(single, taken, slow)
        await asyncio.gather(*(_is_served(each, "1") for each in taken))
        await asyncio.gather(*(each.hang_up() for each in taken))
    await closed(waxtaan, pbx)
    assert waxtaan.counters.get("failed", 0) == waxtaan.counters.get("calls_without_asr", 0) == 0

    await phone.call(number)
    await phone.sound(0.0)
    await phone.hang_up()
    await closed(waxtaan, pbx)


def _turned_away(alone: Listener, phones: list[Listener], slow: float, unanswered: int) -> None:
    first = sorted(each.sounds()[0][0] for each in phones if each.sounds())
    about("turned away: from answer to tone", first)
    print(f"; alone {alone.sounds()[0][0]:.3f} s", end="")
    about("turned away: seconds of tone", [each.audible for each in phones])
    print(f"; alone {alone.audible:.3f} s", end="")
    assert len(first) == len(phones), "somebody heard nothing at all"
    assert {each.ended for each in phones} == {"bye"}
    assert {math.isclose(each.tone, BUSY, abs_tol=10) for each in phones} == {True}
    # Those who got to people without an answer waited for it, and while people were rung.
    print(f"; {unanswered} without an answer", end="")
    assert max(first[: len(first) - unanswered]) < 5 * slow
    assert min(each.audible for each in phones) > 0.6 * alone.audible


def _greeted(alone: Listener, phones: list[Listener], slow: float) -> None:
    waited = [_waited(each) for each in phones]
    gaps = [each.gap() for each in phones]
    about("admitted: from INVITE to greeting", waited)
    print(f"; alone {_waited(alone):.3f} s", end="")
    about("admitted: longest gap in the greeting", gaps)
    print(f"; alone {alone.gap():.3f} s", end="")
    assert min(each.audible for each in phones) > 1.0, "that is no greeting"
    assert statistics.median(waited) < 3 * slow
    assert statistics.median(gaps) < 0.1 * slow


def _waited(phone: Listener) -> float:
    """From INVITE to greeting, in s."""
    return phone.began + phone.sounds()[0][0] - phone.invited


async def _is_served(phone: Listener, key: str) -> None:
    asked = phone.now
    await phone.press(key)
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
            async with asyncio.timeout(lab.HANG):
                while waxtaan.get("/healthz")["calls"] <= place:  # noqa: ASYNC110 - no events
                    await asyncio.sleep(0.02)
        await waiting.try_to_call(WEBSOCKET)
        began = await waiting.sound(-1.0) + 0.2
        async with asyncio.timeout(lab.HANG):
            while len(waiting.came(began)) < RATE // 2 * 2:  # noqa: ASYNC110 - no events
                await asyncio.sleep(0.1)
        assert not waiting.over.is_set()
        assert loudest(waiting.came(began)[: RATE // 2 * 2]) == pytest.approx(900, abs=10)
        before = len(waxtaan.calls)
        await taken[0].hang_up()
        async with asyncio.timeout(lab.HANG):
            while admitted(waxtaan, before) != {waiting.user}:  # noqa: ASYNC110 - no events
                await asyncio.sleep(0.1)
        await waiting.sound(waiting.now)
    await closed(waxtaan, pbx)
