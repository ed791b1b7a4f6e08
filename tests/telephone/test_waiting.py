"""Nobody takes the call: the caller waits, is called back, or hears when somebody is there again."""

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

from agent.actions import Fetch, Speak
from agent.events import TransferFailed
from agent.hours import DAYS
from pipelines.catalog import PROMPTS
from tests.desk.test_webhook import Receiver
from tests.telephone import lab
from tests.telephone.conftest import closed
from tests.telephone.house import Waxtaan
from tests.telephone.sip_phone import SipPhone
from tests.telephone.test_transfers import PERSON, of

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
SECRET = "between-the-lab-and-its-receiver"
WAIT, CALLBACK, YES = "1", "2", "1"


def prompts(folder: Path, hours: str) -> Path:
    """The packs with a general queue of these hours, one telephone, and room for one who waits."""
    shutil.copytree(PROMPTS, folder)
    policy = folder / "escalation.toml"
    text = lab.queues(policy.read_text())
    general = f"[queues.general]\nhours = {hours}\nmax_waiting = 1\n"
    text = text.replace("expected_wait = 120", "expected_wait = 0")
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
        "PROMPTS": str(prompts(tmp_path / "house" / "prompts", hours)),
        "WEBHOOK_URL": receiver.url,
        "WEBHOOK_SECRET": SECRET,
    }
    waxtaan = Waxtaan(tmp_path / "waxtaan", cache, settings)
    try:
        waxtaan.start()
        yield waxtaan
    finally:
        waxtaan.stop()


async def answers(phone: SipPhone, *keys: str) -> None:
    """Keys, each to the question that the one before led to; into its words, as callers do."""
    for key in keys:
        await phone.sound(phone.now)
        await asyncio.sleep(0.4)
        await phone.press(key)


async def rings_and_is_declined(desk: SipPhone) -> None:
    async with asyncio.timeout(20):
        await desk.ringing.wait()
    desk.decline()
    desk.ringing.clear()


def callbacks(waxtaan: Waxtaan) -> list[dict[str, str]]:
    return [dict(f.arguments) for f in of(Fetch, waxtaan) if f.name == "callback"]


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """What the customer's system was told, each with a signature that is right."""
    for headers, body in receiver.got:
        signed = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["x-waxtaan-signature"])
        assert signed is not None
        assert abs(int(signed[1]) - time.time()) < 120
        right = hmac.new(SECRET.encode(), signed[1].encode() + b"." + body, hashlib.sha256)
        assert hmac.compare_digest(signed[2], right.hexdigest())
    return receiver.events


async def test_waiting_and_being_called_back(
    pbx: lab.Asterisk, cache: Path, tmp_path: Path
) -> None:
    async with (
        receiving() as receiver,
        SipPhone() as phone,
        SipPhone(user="771112222") as second,
        SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk,
    ):
        with serving(tmp_path, cache, days(0), receiver) as waxtaan:
            await phone.call(WEBSOCKET)
            await answers(phone, PERSON)
            async with asyncio.timeout(20):
                await desk.ringing.wait()
            await _busy(second, waxtaan, pbx)
            await rings_and_is_declined(desk)
            await answers(phone, WAIT)
            await rings_and_is_declined(desk)
            await answers(phone, CALLBACK, YES, YES)
            await phone.quiet(0.8, after=phone.now)
            await phone.hang_up()
            await closed(waxtaan, pbx)
            await _of_both(waxtaan, receiver)


async def _busy(phone: SipPhone, waxtaan: Waxtaan, pbx: lab.Asterisk) -> None:
    """There is room for one who waits, and the other one has it."""
    await phone.call(AUDIOSOCKET)
    await answers(phone, PERSON)
    await phone.quiet(0.8, after=phone.now)
    await asyncio.sleep(0.6)
    await phone.hang_up()
    assert [failed.reason for failed in of(TransferFailed, waxtaan)] == ["busy"]
    assert "I am sorry, all my colleagues are busy." in [s.text for s in of(Speak, waxtaan)]


async def _of_both(waxtaan: Waxtaan, receiver: Receiver) -> None:
    log = waxtaan.entries(waxtaan.calls[0])
    failed = [e.reason for e in log if isinstance(e, TransferFailed)]
    assert failed == ["busy"] * 2  # 486, twice
