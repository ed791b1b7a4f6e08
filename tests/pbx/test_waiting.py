"""Nobody takes the call: the caller waits, is called back, or hears when somebody will be there."""

import asyncio
import hashlib
import hmac
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.actions import Action, Fetch, Speak, Transfer
from agent.events import Event, TransferFailed
from agent.hours import DAYS, Hours, is_open, next_opening
from pipelines.packs.reader import PROMPTS, load
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import CallLog, dial
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import LINE, SipPhone
from tests.pbx.test_transfers import PERSON, happens
from tests.pipelines.desk.test_webhook import Receiver

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
SECRET = "between-the-lab-and-its-receiver"
WAIT, CALLBACK, YES = "1", "2", "1"
ASKS = ("open", PERSON)
BOOKS = (("alternative", CALLBACK), ("confirm:number", YES), ("confirm:when", YES))
OTHER = "771112222"  # who calls too


def prompts(folder: Path, hours: str) -> Path:
    """The packs with a general queue of these hours, one telephone, and room for one who waits."""
    shutil.copytree(PROMPTS, folder)
    policy = folder / "escalation.toml"
    text = lab.queues(policy.read_text())
    general = f"[queues.general]\nhours = {hours}\nmax_waiting = 1\n"
    text = text.replace("expected_wait = 120", "expected_wait = 0").replace(
        "ring_seconds = 5", "ring_seconds = 60"
    )
    policy.write_text(text.replace("[queues.general]\n", general))
    return folder


def days(*ahead: int) -> str:
    """The days that are so many days ahead, all day long; the others are days off."""
    names = (DAYS[(datetime.now() + timedelta(days=each)).weekday()] for each in ahead)
    return "{ " + ", ".join(f'{name} = "00:00-24:00"' for name in names) + " }"


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """The customer's system, beside Waxtaan."""
    receiver = Receiver()
    with lab.inside(lab.PBX):
        server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    async with server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver


@contextmanager
def serving(tmp_path: Path, cache: Path, hours: str, receiver: Receiver) -> Iterator[Waxtaan]:
    settings = {
        "PROMPTS": str(prompts(tmp_path / "assistant" / "prompts", hours)),
        "WEBHOOK_URL": receiver.url,
        "WEBHOOK_SECRET": SECRET,
    }
    waxtaan = Waxtaan(tmp_path / "waxtaan", cache, settings)
    try:
        waxtaan.start()
        yield waxtaan
    finally:
        waxtaan.stop()


async def answers(phone: SipPhone, call: CallLog, *keys: tuple[str, str]) -> None:
    """Keys, each to the next question whose name begins so; into its words, as callers do."""
    for question, key in keys:
        await call.opened(question)
        await phone.press(key)


async def tells(call: CallLog, sentence: str) -> None:
    """The agent has that to say."""
    await call.next(Speak, lambda spoken: spoken.text.startswith(sentence))


async def rings_and_is_declined(desk: SipPhone) -> None:
    await happens(desk.ringing)
    desk.decline()
    desk.ringing.clear()


def callbacks(entries: list[Event | Action]) -> list[dict[str, str]]:
    return [dict(e.arguments) for e in entries if isinstance(e, Fetch) and e.name == "callback"]


def failures(entries: list[Event | Action]) -> list[str]:
    return [entry.reason for entry in entries if isinstance(entry, TransferFailed)]


def said(entries: list[Event | Action]) -> list[str]:
    return [entry.text for entry in entries if isinstance(entry, Speak)]


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """What the customer's system was told, each with a signature that is right."""
    for headers, body in receiver.got:
        signed = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["x-waxtaan-signature"])
        assert signed is not None
        assert abs(int(signed[1]) - time.time()) < lab.HANG
        right = hmac.new(SECRET.encode(), signed[1].encode() + b"." + body, hashlib.sha256)
        assert hmac.compare_digest(signed[2], right.hexdigest())
    return receiver.events


async def test_waiting_and_being_called_back(
    pbx: lab.Asterisk, cache: Path, tmp_path: Path
) -> None:
    hours = days(0)
    async with (
        receiving() as receiver,
        SipPhone() as phone,
        SipPhone(user=OTHER) as other,
        SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk,
    ):
        with serving(tmp_path, cache, hours, receiver) as waxtaan:
            first = await dial(waxtaan, phone, WEBSOCKET)
            await answers(phone, first, ASKS)
            await first.next(Transfer)
            second = await dial(waxtaan, other, AUDIOSOCKET)
            await answers(other, second, ASKS)
            await second.next(TransferFailed)  # somebody waits, and there is room for one
            await tells(second, "I am sorry, all my colleagues are busy.")
            await rings_and_is_declined(desk)
            await answers(phone, first, ("alternative", WAIT))
            await rings_and_is_declined(desk)
            began = datetime.now()
            await answers(phone, first, *BOOKS)
            await other.hang_up()
            await tells(first, "A colleague will call you back")
            await phone.hang_up()
            await closed(waxtaan, pbx)
            calls = first.entries(), second.entries()
            await _arrived(receiver)

    assert failures(calls[1]) == ["busy"]
    assert "I am sorry, all my colleagues are busy." in said(calls[1])

    assert len([e for e in calls[0] if isinstance(e, Transfer)]) == 2  # rung, and rung again
    assert len(failures(calls[0])) == 2
    (booked,) = callbacks(calls[0])
    about = (booked["number"], booked["queue"], booked["reason"])
    assert about == (LINE, "general", "asked_for_person")
    assert _open(tmp_path, booked["time"])
    assert datetime.fromisoformat(booked["time"]) > began
    assert any(text.startswith("A colleague will call you back") for text in said(calls[0]))

    events = [each for each in told(receiver) if each["call"]["caller"] == LINE]
    assert [each["event"] for each in events] == ["handoff", "handoff", "ended"]
    assert events[1]["call"]["packet"]["summary"].endswith("Reason: asked for person.")
    assert events[-1]["call"]["slots"]["alternative"] == "callback"
    assert events[-1]["call"]["slots"]["when"] == booked["time"]


async def test_outside_the_hours(pbx: lab.Asterisk, cache: Path, tmp_path: Path) -> None:
    hours = days(3, 5)
    async with receiving() as receiver, SipPhone() as phone:
        with serving(tmp_path, cache, hours, receiver) as waxtaan:
            call = await dial(waxtaan, phone, WEBSOCKET)
            began = datetime.now()
            await answers(phone, call, ASKS, *BOOKS)
            await tells(call, "A colleague will call you back")
            await phone.hang_up()
            await closed(waxtaan, pbx)
            entries = call.entries()
    assert not [e for e in entries if isinstance(e, Transfer)]  # nobody's telephone rings at night
    assert "I cannot reach customer service at this hour." in said(entries)
    assert any("press two" in text for text in said(entries))
    (booked,) = callbacks(entries)
    opens = next_opening(_general(tmp_path), began)
    assert opens is not None
    assert datetime.fromisoformat(booked["time"]) == opens


async def _arrived(receiver: Receiver) -> None:
    """The end of the first caller's call is told."""
    async with asyncio.timeout(lab.HANG):
        while True:
            told = [each["call"]["caller"] for each in receiver.events if each["event"] == "ended"]
            if LINE in told:
                return
            await asyncio.sleep(0.05)


def _general(tmp_path: Path) -> Hours:
    return load(tmp_path / "assistant" / "prompts").policy.queue("general").hours


def _open(tmp_path: Path, time: str) -> bool:
    return is_open(_general(tmp_path), datetime.fromisoformat(time))
