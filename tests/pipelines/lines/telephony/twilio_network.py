"""What Twilio does with a call: it carries TwiML out, verb by verb, and asks for more.

Source: twilio.com/docs/voice/twiml. A room is a conference with the attributes that are used here:
whoever was sent there with `endConferenceOnExit` ends it for all when they leave.
"""

import asyncio
import io
import secrets
import wave
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from xml.etree import ElementTree as ET

import httpx

from pipelines.lines.telephony.twilio.signature import signature
from tests.fakes import PATIENCE
from tests.pipelines.lines.telephony.twilio_stream import ACCOUNT, PUBLIC, TOKEN

FASTER = 10  # times: how much faster than real time whispers are listened to


@dataclass
class Room:
    """Who is in it, and whether it is over."""

    members: list["Call"] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Network(Protocol):
    """The account that a call is of. `tells_all`: rooms' ends are told of calls that are over."""

    port: int
    rooms: dict[str, Room]
    tells_all: bool

    async def before_room(self, call: "Call") -> None:
        """What happens before a call comes into its room."""


class Call:
    """One call, in or out. `done` is set once it is over."""

    def __init__(self, network: Network, form: dict[str, str]) -> None:
        self.network = network
        self.form = {"AccountSid": ACCOUNT, **form}
        self.sid = self.form.setdefault("CallSid", "CA" + secrets.token_hex(16))
        self.told: list[str] = []  # each verb that was carried out
        self.heard: list[bytes] = []  # what was played, PCM
        self.words: list[str] = []  # what Twilio's own voice said
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.done = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._action = ""  # who is told that the room is over

    # Webhooks

    async def ask(
        self, url: str, method: str = "POST", given: str = "", **form: str
    ) -> httpx.Response:
        """A request as Twilio makes it, to the public address; signed, or with that signature."""
        assert url.startswith(PUBLIC), url
        data = {**self.form, "CallStatus": "in-progress", **form} if method == "POST" else {}
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            return await client.request(
                method,
                f"http://127.0.0.1:{self.network.port}{url.removeprefix(PUBLIC)}",
                data=data,
                headers={"X-Twilio-Signature": given or signature(TOKEN, url, data.items())},
            )

    async def document(self, url: str, **form: str) -> ET.Element:
        """TwiML."""
        answer = await self.ask(url, **form)
        assert answer.status_code == 200, (url, answer.status_code)
        assert answer.headers["content-type"].startswith("application/xml")
        return ET.fromstring(answer.text)

    # Carrying it out

    def carry_out(self, first: Awaitable[ET.Element]) -> None:
        """Do this, whatever it does now."""
        before, self.task, self._action = self.task, None, ""
        if before is not None:
            before.cancel()
        self.task = asyncio.create_task(self._carry_out(first, before))

    async def _carry_out(
        self, first: Awaitable[ET.Element], before: "asyncio.Task[None] | None"
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        document: ET.Element | None = await first
        while document is not None:
            document = await self._document(document)
        await self.over()

    async def _document(self, document: ET.Element) -> ET.Element | None:
        for verb in document:
            self.told.append(verb.tag)
            carried = self.verbs[verb.tag]
            following = await carried(self, verb)
            if verb.tag in ("Hangup", "Reject"):
                return None
            if following is not None:
                return following
        return None

    async def over(self, status: str = "completed") -> None:
        """The call is over, by itself or by whoever holds the telephone."""
        if self.done.is_set():
            return
        self.done.set()
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
            await asyncio.wait([self.task])
        if self._action and self.network.tells_all:
            await self.ask(self._action, CallStatus=status, DialCallStatus="completed")

    # Verbs

    async def _redirect(self, verb: ET.Element) -> ET.Element:
        return await self.document(str(verb.text))

    async def _dial(self, verb: ET.Element) -> ET.Element | None:
        place = verb.find("Conference")
        if place is None:
            await asyncio.Event().wait()  # somebody else's call
        assert place is not None
        assert place.attrib == {
            "beep": "false",
            "waitUrl": "",
            "startConferenceOnEnter": "true",
            "endConferenceOnExit": "true",
        }
        self._action = verb.attrib["action"]
        await self._in_room(str(place.text), star=verb.get("hangupOnStar") == "true")
        action, self._action = self._action, ""
        return await self.document(action, DialCallStatus="answered")

    async def _in_room(self, name: str, *, star: bool) -> None:
        await self.network.before_room(self)
        room = self.network.rooms.setdefault(name, Room())
        if room.over.is_set():  # the name again, another conference
            room = self.network.rooms[name] = Room()
        room.members.append(self)
        leaving: list[asyncio.Task[Any]] = [asyncio.create_task(room.over.wait())]
        if star:
            leaving.append(asyncio.create_task(self._star()))
        try:
            await asyncio.wait(leaving, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in leaving:
                each.cancel()
            room.members.remove(self)
            room.over.set()

    async def _star(self) -> None:
        while await self.keys.get() != "*":
            pass

    async def _gather(self, verb: ET.Element) -> ET.Element | None:
        assert verb.attrib["numDigits"] == "1"
        assert verb.attrib["finishOnKey"] == ""
        saying = asyncio.create_task(self._listen(verb))
        try:
            key = asyncio.create_task(self.keys.get())
            await asyncio.wait([saying, key], return_when=asyncio.FIRST_COMPLETED)
            if not key.done():
                saying.result()
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(key), float(verb.attrib["timeout"]))
        finally:
            saying.cancel()
        if key.done():
            return await self.document(verb.attrib["action"], Digits=key.result())
        key.cancel()
        return None

    async def _listen(self, verb: ET.Element) -> None:
        for nested in verb:
            self.told.append(nested.tag)
            if nested.tag == "Play":
                await self._play(str(nested.text))
            elif nested.tag == "Say":
                self.words.append(str(nested.text))

    async def _play(self, url: str) -> None:
        answer = await self.ask(url, "GET")
        assert answer.status_code == 200, answer
        assert answer.headers["content-type"] == "audio/wav"
        with wave.open(io.BytesIO(answer.content)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
            sound = file.readframes(file.getnframes())
        self.heard.append(sound)
        await asyncio.sleep(len(sound) / 16_000 / FASTER)

    async def _nothing(self, verb: ET.Element) -> None:
        return

    async def _connect(self, verb: ET.Element) -> None:
        raise AssertionError("this telephone is not one that streams")

    verbs: ClassVar[dict[str, Callable[["Call", ET.Element], Awaitable[ET.Element | None]]]] = {
        "Connect": lambda call, verb: call._connect(verb),
        "Redirect": lambda call, verb: call._redirect(verb),
        "Dial": _dial,
        "Gather": _gather,
        "Pause": _nothing,
        "Hangup": _nothing,
        "Reject": _nothing,
    }
