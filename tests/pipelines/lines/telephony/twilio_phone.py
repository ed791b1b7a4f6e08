"""A telephone at Twilio: webhook, stream and TwiML of one call, as Twilio publishes them."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from agent.actions import Action
from agent.events import Event
from pipelines.lines.telephony.twilio.signature import signature
from tests.pipelines.lines.telephony.twilio_stream import (
    ACCOUNT,
    PUBLIC,
    STREAM,
    TOKEN,
    Stream,
    upgrade,
)
from tests.pipelines.server import PATIENCE, Server, eventually

__all__ = ["ACCOUNT", "PUBLIC", "SETTINGS", "STREAM", "TOKEN", "Phone", "ask", "upgrade"]

SETTINGS: Mapping[str, Any] = {
    "bridges": ("twilio",),
    "public_url": PUBLIC,
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "twilio_fallback": "+221338001234",
}


async def ask(
    server: Server, path: str, form: Mapping[str, str], *, given: str | None = None
) -> httpx.Response:
    """A webhook, signed unless `given` is the signature."""
    url = f"{PUBLIC}/telephony/twilio{path}"
    sign = signature(TOKEN, url, list(form.items())) if given is None else given
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        return await client.post(
            f"http://127.0.0.1:{server.port}/telephony/twilio{path}",
            data=dict(form),
            headers={"X-Twilio-Signature": sign},
        )


class Phone(Stream):
    """One call."""

    def __init__(self, server: Server, late: float = 0.0) -> None:
        super().__init__(server, late)
        self.form = {
            "CallSid": self.sid,
            "AccountSid": ACCOUNT,
            "From": "anonymous",
            "To": "+221338000000",
            "CallStatus": "ringing",
            "Direction": "inbound",
        }
        self.twiml: list[ET.Element] = []  # all that it was told to do

    async def ring(self) -> ET.Element:
        """The webhook's answer."""
        return await self._do(await ask(self.server, "", self.form))

    async def token(self) -> str:
        """Of the stream that the webhook's answer names."""
        return url_of(await self.ring()).removeprefix(STREAM)

    async def _do(self, answer: httpx.Response) -> ET.Element:
        assert answer.status_code == 200, answer
        self.twiml.append(ET.fromstring(answer.text))
        return self.twiml[-1]

    @asynccontextmanager
    async def calling(self) -> AsyncIterator["Phone"]:
        """Ring, and stream."""
        async with self.streaming(url_of(await self.ring())):
            yield self

    async def after(self, **form: str) -> ET.Element:
        """The server closed the stream: Twilio goes on to <Redirect>."""
        await eventually(self.ended.is_set)
        redirect = self.twiml[0].find("Redirect")
        assert redirect is not None
        assert redirect.text == f"{PUBLIC}/telephony/twilio/after"
        form = {**self.form, "CallStatus": "in-progress", **form}
        return await self._do(await ask(self.server, "/after", form))

    # What the server wrote down of the call

    def log(self) -> list[Event | Action]:
        """The log of the newest call."""
        folders = sorted(
            self.server.assistant.settings.calls.glob("[0-9]*"), key=lambda p: p.stat().st_ctime
        )
        return self.server.log(folders[-1].name) if folders else []

    async def until(self, wanted: Callable[[Event | Action], bool]) -> Event | Action:
        """The first entry of the log that fits."""
        await eventually(lambda: any(map(wanted, self.log())))
        return next(filter(wanted, self.log()))


def url_of(response: ET.Element) -> str:
    """Where the TwiML sends the sound."""
    stream = response.find("Connect/Stream")
    assert stream is not None, ET.tostring(response)
    return str(stream.get("url"))
