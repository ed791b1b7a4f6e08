"""A network that loses and delays packets: the caller gets what they called for all the same."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from agent.actions import Action
from agent.events import CallEnded, Event, KeyPressed, SpeechEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import dial
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import LINE, PERFECT, RATE, Network, SipPhone
from tests.pbx.test_pbx_breaks import seconds

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
BALANCE, NO, PIN = "11", "2", "4821"
LOSSES = (0.01, 0.03, 0.05)
_LOST = 0.04  # of a call that is not in the recording, at most; what it loses is made up for
ANSWER = "You have 12 euros 50 left."


@dataclass(frozen=True, slots=True)
class Made:
    """A call: by which bridge; whether it was kept, what came of it, how many seconds the
    caller's telephone sent, and how many of them are not in the recording.
    """

    number: str
    kept: bool
    entries: Sequence[Event | Action]
    sent: float
    behind: float


async def asks_for_the_balance(waxtaan: Waxtaan, number: str, user: str, network: Network) -> Made:
    """By keys alone, of another line than their own."""
    async with SipPhone(user=user, network=network, seed=int(number)) as phone:
        call = await dial(waxtaan, phone, number)
        questions = ("open", "confirm:line", "line", "pin")
        for question, keys in zip(questions, (BALANCE, NO, LINE, PIN), strict=True):
            await call.asked(question)
            await phone.press(keys)
        await call.said(ANSWER)
        kept = not phone.over.is_set()
    sent = len(phone.said) / 2 / RATE
    await call.next(CallEnded)
    behind = sent - seconds(call.folder / "caller.wav")
    return Made(number, kept, call.entries(), sent, behind)


@pytest.fixture(scope="module")
def made(waxtaan: Waxtaan, pbx: lab.Asterisk) -> Mapping[float, Sequence[Made]]:
    """By loss, with none on a perfect network; all at once."""
    networks = {loss: Network(loss, delay=0.04, jitter=0.03) for loss in LOSSES} | {0.0: PERFECT}

    async def make() -> dict[float, list[Made]]:
        ways = [(loss, number) for loss in networks for number in (WEBSOCKET, AUDIOSOCKET)]
        found = await asyncio.gather(
            *(
                asks_for_the_balance(
                    waxtaan, number, f"7700{loss * 100:02.0f}{number[0]}00", networks[loss]
                )
                for loss, number in ways
            )
        )
        await closed(waxtaan, pbx)
        return {loss: found[2 * n : 2 * n + 2] for n, loss in enumerate(networks)}

    return asyncio.run(make())


@pytest.mark.parametrize("loss", LOSSES)
def test_a_balance_by_keys(loss: float, made: Mapping[float, Sequence[Made]]) -> None:
    for call, perfect in zip(made[loss], made[0.0], strict=True):
        keys = "".join(e.key for e in call.entries if isinstance(e, KeyPressed))
        behind = f"{call.behind:.2f} behind, {perfect.behind:.2f} on a perfect network"
        print(f"{loss:.0%} {call.number}: {keys}, of {call.sent:.2f} s {behind}")
        assert call.kept
        assert keys == BALANCE + NO + LINE + "••••"  # each once, whatever was lost
        assert ANSWER in [e.heard for e in call.entries if isinstance(e, SpeechEnded)]
        assert call.behind == pytest.approx(perfect.behind, abs=_LOST * call.sent)
