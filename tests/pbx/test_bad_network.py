"""A network that loses and delays packets: the caller gets what they called for all the same."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from agent.actions import Action
from agent.events import Event, KeyPressed, SpeechEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import LINE, Network, SipPhone
from tests.pbx.test_pbx_breaks import seconds
from tests.pbx.test_stalls import called

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
BALANCE, NO, PIN = "1", "2", "4821"
LOSSES = (0.01, 0.03, 0.05)
_BEHIND = 0.6  # s: the line waits 0.4 s for what is late, and 40 ms is the way long
ANSWER = "You have 12 euros 50 left."


async def asks_for_the_balance(number: str, user: str, network: Network) -> tuple[bool, float]:
    """By keys alone, of another line than their own; whether the call was kept, and its seconds."""
    async with SipPhone(user=user, network=network, seed=int(number)) as phone:
        await phone.call(number)
        await phone.quiet(0.8)
        for keys in (BALANCE, NO, LINE, PIN):
            asked = phone.now
            await phone.press(keys)
            await phone.sound(asked + 0.3)
            await asyncio.sleep(0.5)
        await asyncio.sleep(2.5)  # the answer, whole
        return not phone.over.is_set(), phone.now


@dataclass(frozen=True, slots=True)
class Made:
    """A call: by which bridge; whether it was kept, for how many seconds, what came of it."""

    number: str
    kept: bool
    lasted: float
    entries: Sequence[Event | Action]
    recorded: float


@pytest.fixture(scope="module")
def made(waxtaan: Waxtaan, pbx: lab.Asterisk) -> Mapping[float, Sequence[Made]]:
    """By loss; all at once."""

    async def make() -> dict[float, list[Made]]:
        ways = [(loss, number) for loss in LOSSES for number in (WEBSOCKET, AUDIOSOCKET)]
        users = [f"7700{loss * 100:02.0f}{number[0]}00" for loss, number in ways]
        networks = [Network(loss, delay=0.04, jitter=0.03) for loss, _ in ways]
        found = await asyncio.gather(
            *(
                asks_for_the_balance(number, user, network)
                for (_, number), user, network in zip(ways, users, networks, strict=True)
            )
        )
        await closed(waxtaan, pbx)
        calls = {called(waxtaan, call): call for call in waxtaan.calls}
        out: dict[float, list[Made]] = {loss: [] for loss in LOSSES}
        for (loss, number), user, (kept, lasted) in zip(ways, users, found, strict=True):
            call = calls[user]
            recorded = seconds(call / "caller.wav")
            out[loss].append(Made(number, kept, lasted, waxtaan.entries(call), recorded))
        return out

    return asyncio.run(make())


@pytest.mark.parametrize("loss", LOSSES)
def test_a_balance_by_keys(loss: float, made: Mapping[float, Sequence[Made]]) -> None:
    for call in made[loss]:
        keys = "".join(e.key for e in call.entries if isinstance(e, KeyPressed))
        print(f"{loss:.0%} {call.number}: {keys}, {call.recorded:.2f} of {call.lasted:.2f} s")
        assert call.kept
        assert keys == BALANCE + NO + LINE + "••••"  # each once, whatever was lost
        assert ANSWER in [e.heard for e in call.entries if isinstance(e, SpeechEnded)]
        assert call.recorded == pytest.approx(call.lasted, abs=_BEHIND)
