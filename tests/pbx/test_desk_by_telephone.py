"""The desk beside a real call: it sees it, takes it over, gives it back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import websockets

from agent.actions import Speak
from agent.events import CallEnded, PersonJoined, PersonLeft
from tests.pbx import lab
from tests.pbx.assistant import PORT, Waxtaan
from tests.pbx.call_log import dial
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import LINE, SipPhone
from tests.pbx.test_transfers import ACCEPT, happens, of, rings, talks

WEBSOCKET = "8000"
TOKEN = "a-token-of-the-desk-in-the-lab"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PERSON = "agent1"  # the extension that takes the call


class Screen:
    """A watcher of /desk/live: what it was told."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    async def watch(self, line: websockets.ClientConnection) -> None:
        async for message in line:
            self.frames.append(json.loads(message))

    def messages(self, kind: str) -> list[dict[str, Any]]:
        told = [frame["message"] for frame in self.frames if frame["type"] == "told"]
        return [message for message in told if message["type"] == kind]

    async def shows(self, text: str) -> None:
        """Wait until the agent's last line begins so."""
        async with asyncio.timeout(lab.HANG):
            while not (self.said() or [""])[-1].startswith(text):  # noqa: ASYNC110 - no events
                await asyncio.sleep(0.05)

    def said(self) -> list[str]:
        return [line["text"] for line in self.lines() if line["who"] == "agent"]

    def lines(self) -> list[dict[str, Any]]:
        return [frame["line"] for frame in self.frames if frame.get("line")]


@pytest.fixture(scope="module")
def waxtaan(
    pbx: lab.Asterisk, cache: Path, prompts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Waxtaan]:
    """`waxtaan serve` with a desk."""
    settings = {"PROMPTS": str(prompts), "DESK_TOKEN": TOKEN}
    assistant = Waxtaan(tmp_path_factory.mktemp("desk"), cache, settings)
    assistant.start()
    yield assistant
    assistant.stop()


@pytest.fixture
async def screen(waxtaan: Waxtaan) -> AsyncIterator[Screen]:
    screen = Screen()
    with lab.inside(lab.PBX):
        sock = socket.create_connection(("127.0.0.1", PORT))
    live = f"ws://127.0.0.1:{PORT}/desk/live"
    async with websockets.connect(live, sock=sock, additional_headers=BEARER) as line:
        watching = asyncio.create_task(screen.watch(line))
        yield screen
        watching.cancel()


def listed(waxtaan: Waxtaan) -> dict[str, Any]:
    """The call that goes on."""
    (call,) = (c for c in ask(waxtaan, "calls")["calls"] if c["state"] != "ended")
    assert isinstance(call, dict)
    return call


def ask(waxtaan: Waxtaan, path: str, body: Mapping[str, str] | None = None) -> Any:
    method = "GET" if body is None else "POST"
    return waxtaan.get(f"/desk/api/{path}", method, body=body, **BEARER)


async def becomes(waxtaan: Waxtaan, state: str) -> dict[str, Any]:
    """The call, once it is in that state."""
    async with asyncio.timeout(lab.HANG):
        while (call := listed(waxtaan))["state"] != state:  # noqa: ASYNC110 - no events
            await asyncio.sleep(0.05)
    return call


async def test_a_call_is_taken_over_and_given_back(
    waxtaan: Waxtaan, screen: Screen, pbx: lab.Asterisk, desk: SipPhone
) -> None:
    async with SipPhone(user=LINE) as phone:
        log = await dial(waxtaan, phone, WEBSOCKET)
        await log.asked("open")
        call = listed(waxtaan)
        assert (call["state"], call["channel"], call["caller"]) == ("talking", "telephone", LINE)
        await phone.press("11")  # the balance: is it about the number of the call?
        await log.opened("confirm:line")
        assert listed(waxtaan)["flow"] == "balance"
        await screen.shows("Is this about the number")
        said = screen.said()
        assert said[0] == "Hello, you are talking to an automated assistant."

        began = phone.now
        assert ask(waxtaan, f"calls/{call['id']}/take", {"person": PERSON}) == {"taken": True}
        await rings(desk)
        print(f"\nfrom 'take' to the person's answer {phone.now - began:.2f} s", end="")
        waiting = await becomes(waxtaan, "waiting")
        assert waiting["reason"] == "taken_over"
        assert desk.invitation is not None
        assert desk.invitation.headers["x-waxtaan-reason"] == "taken_over"
        await desk.sound(0.0)  # into what the person is told
        await desk.press(ACCEPT)
        with_person = await becomes(waxtaan, "person")
        assert with_person["person"] == f"PJSIP/{PERSON}"
        await talks(phone, desk)

        packet = ask(waxtaan, f"calls/{call['id']}")["call"]["packet"]
        assert (packet["reason"], packet["flow"], packet["caller"]) == (
            "taken_over",
            "balance",
            LINE,
        )
        assert {"who": "agent", "text": said[0]} in packet["transcript"]

        back = phone.now
        assert ask(waxtaan, f"calls/{call['id']}/give-back", {}) == {"given_back": True}
        await happens(desk.over)
        first = await phone.sound(back + 0.1)
        print(f"\nfrom 'give-back' to the agent's voice {first - back:.2f} s", end="")
        await log.opened("confirm:line")
        assert (await becomes(waxtaan, "talking"))["flow"] == "balance"
        await phone.press("1")  # the same question was asked again, and is answered now
        await log.opened("pin")
        await phone.hang_up()
    await closed(waxtaan, pbx)
    spoken = of(Speak, waxtaan)
    after = spoken.index(next(s for s in spoken if s.act == "back"))
    question = f"ask confirm:line:{LINE}"
    assert question in [s.act for s in spoken[:after]]
    assert [s.act for s in spoken[after:]][1:3] == [question, "ask pin"]
    assert len(of(PersonJoined, waxtaan)) == 1
    assert [left.back for left in of(PersonLeft, waxtaan)] == [True]
    assert [ended.reason for ended in of(CallEnded, waxtaan)] == ["line closed"]
    states = [message["state"] for message in screen.messages("person")]
    assert states == ["takes over", "joined", "gave back"]
