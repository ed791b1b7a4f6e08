"""The webhook against a small HTTP server: signed, retried, counted when lost, never in the way."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets
from loguru import logger
from pydantic import SecretStr

from agent.events import PersonJoined
from pipelines.desk.check import check
from pipelines.desk.webhook import delivering, signature
from pipelines.errors import EngineError
from pipelines.lines.call_feed import CallFeed
from pipelines.settings import Settings
from tests.pipelines.desk.conftest import TOKEN, Open, page_message
from tests.pipelines.lines.web.served import served
from tests.pipelines.server import PATIENCE, Guest, eventually

SECRET = "between us and the receiver"
PACKET = {"summary": "Awa Ndiaye (verified)", "queue": "general"}
HANDOFF: dict[str, Any] = {
    "type": "handoff",
    "queue": "general",
    "reason": "angry",
    "packet": PACKET,
}


class Receiver:
    """Keeps what it is sent; answers with the next of `answers`, then 200. 0 says nothing."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/handoffs?key=hush"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head)}
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = self.answers.pop(0) if self.answers else 200
        if status:
            writer.write(
                b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nLocation: /x\r\nConnection: close\r\n\r\n"
                % status
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*answers: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(*answers)
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    async with server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver


def settings(url: str, **more: Any) -> Settings:
    quick: dict[str, Any] = {"webhook_retry_seconds": 0.02, "webhook_timeout": PATIENCE, **more}
    return Settings(webhook_url=url, webhook_secret=SecretStr(SECRET), **quick)


@pytest.fixture
def counters() -> Counter[str]:
    return Counter()


@pytest.fixture
def feed(counters: Counter[str]) -> CallFeed:
    return CallFeed(60.0, counters, lambda name: {"log": f"https://voice.example.org/{name}"})


def signed(headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does."""
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["x-waxtaan-signature"])
    assert found is not None
    expected = hmac.new(SECRET.encode(), found[1].encode() + b"." + body, hashlib.sha256)
    fresh = abs(time.time() - int(found[1])) < 60
    return fresh and hmac.compare_digest(expected.hexdigest(), found[2])


def test_the_signature_is_that_of_the_documentation() -> None:
    # printf '1764000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    assert signature("secret", 1764000000, b'{"a":1}') == (
        "t=1764000000,v1=112dc1736ad0328f094ebdad63c8bde5936ce7d0bb7ae467f9f8d481a26df51c"
    )


async def test_a_handoff_a_person_and_the_end(feed: CallFeed, counters: Counter[str]) -> None:
    async with receiving() as receiver, delivering(feed, settings(receiver.url), counters):
        feed.begin("c1", "telephone", "770001234", "en")
        feed.begin("c2", "telephone", None, "en")
        feed.publish("c1", {"type": "call", "id": "r1"})
        feed.publish("c1", HANDOFF)
        await eventually(lambda: counters["webhook.sent"] == 1)
        feed.publish("c1", page_message(PersonJoined(1.0, 1, "301")))
        await eventually(lambda: counters["webhook.sent"] == 2)
        feed.end("c2")  # no handoff: nobody's business
        feed.end("c1")
        await eventually(lambda: counters["webhook.sent"] == 3)
    handoff, person, ended = receiver.events
    assert [e["event"] for e in (handoff, person, ended)] == ["handoff", "person", "ended"]
    assert handoff["call"]["packet"] == PACKET
    assert handoff["call"]["links"] == {"log": "https://voice.example.org/r1"}
    assert (person["call"]["person"], ended["call"]["ended"]) == ("301", "line closed")
    assert all(signed(headers, body) for headers, body in receiver.got)
    assert not signed(receiver.got[0][0], receiver.got[0][1] + b" ")
    assert counters["webhook.lost"] == 0


async def test_it_is_tried_again(feed: CallFeed, counters: Counter[str]) -> None:
    async with (
        receiving(500, 0, 429) as receiver,
        delivering(feed, settings(receiver.url), counters),
    ):
        feed.begin("c1", "telephone", None, "en")
        feed.publish("c1", HANDOFF)
        await eventually(lambda: counters["webhook.sent"] == 1)
    assert len(receiver.got) == 4
    assert len({event["delivery"] for event in receiver.events}) == 1
    assert all(signed(headers, body) for headers, body in receiver.got)


@pytest.mark.parametrize(
    ("answers", "attempts", "why"),
    [
        ((500, 500, 500, 500), 4, "status 500"),
        ((401,), 1, "status 401"),
        ((302,), 1, "status 302"),  # a packet is not sent to where a redirect says
        ((0, 0, 0, 0), 4, "RemoteProtocolError"),
    ],
)
async def test_what_is_lost_is_counted_and_not_told(
    feed: CallFeed, counters: Counter[str], answers: tuple[int, ...], attempts: int, why: str
) -> None:
    log: list[str] = []
    sink = logger.add(lambda message: log.append(str(message)))
    try:
        async with (
            receiving(*answers) as receiver,
            delivering(feed, settings(receiver.url), counters),
        ):
            feed.begin("c1", "telephone", "770001234", "en")
            feed.publish("c1", HANDOFF)
            await eventually(lambda: counters["webhook.lost"] == 1)
        assert len(receiver.got) == attempts
    finally:
        logger.remove(sink)
    (line,) = [line for line in log if "webhook" in line]
    assert f"'handoff' of call c1 did not arrive: {why}" in line
    assert not re.search("Awa|770001234|hush", line)


async def test_nobody_there(feed: CallFeed, counters: Counter[str]) -> None:
    async with receiving() as receiver:
        url = receiver.url
    async with delivering(feed, settings(url), counters):
        feed.begin("c1", "telephone", None, "en")
        feed.publish("c1", HANDOFF)
        await eventually(lambda: counters["webhook.lost"] == 1)


async def test_the_last_ones_arrive_when_the_server_ends(
    feed: CallFeed, counters: Counter[str]
) -> None:
    async with receiving(500) as receiver:
        async with delivering(feed, settings(receiver.url), counters):
            feed.begin("c1", "telephone", None, "en")
            feed.publish("c1", HANDOFF)
        assert counters["webhook.sent"] == 1


async def test_no_call_waits_for_it(open_assistant: Open) -> None:
    """A receiver that takes connections and says nothing."""
    silent = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    listener = await asyncio.start_server(take, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    server = await open_assistant(public_url="https://voice.example.org/")
    chosen = settings(f"http://127.0.0.1:{port}", webhook_timeout=0.2)
    async with listener, delivering(server.active_calls.feed, chosen, server.counters):
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type("i want to speak to an agent")
            assert (await guest.end())[0] in (1000, 1006)
        await server.idle()
        (entry,) = server.active_calls.feed.calls()
        folder = f"https://voice.example.org/calls/{entry.recording}/"
        assert entry.links["caller"] == f"{folder}caller.wav"
        assert server.differences(entry.recording) == []
        await eventually(lambda: server.counters["webhook.lost"] == 2)  # handoff and end
        silent.set()


async def test_the_server_as_an_operator_starts_it(tmp_path: Path, cache: Path) -> None:
    async with receiving() as receiver:
        secrets = {"webhook_url": receiver.url, "webhook_secret": SECRET, "desk_token": TOKEN}
        with served(tmp_path, cache, **secrets) as server:
            async with websockets.connect(server.line, compression=None) as line:
                guest = Guest(line)
                async with guest.talking():
                    await guest.agent_says("automated assistant")
                    await guest.type("i want to speak to an agent")
                    await eventually(lambda: len(receiver.got) == 2)
        assert server.complaints == []
    assert {event["event"] for event in receiver.events} == {"handoff", "ended"}
    assert all(signed(headers, body) for headers, body in receiver.got)


# Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a waxtaan.toml of somebody's."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"webhook_url": "https://crm.example/waxtaan"}, "WAXTAAN_WEBHOOK_SECRET"),
        ({"webhook_url": "https://crm.example", "webhook_secret": "x"}, "WAXTAAN_WEBHOOK_SECRET"),
        ({"webhook_url": "crm.example", "webhook_secret": SECRET}, "WAXTAAN_WEBHOOK_URL"),
        ({"desk_token": "1234"}, "WAXTAAN_DESK_TOKEN"),
    ],
)
def test_what_is_missing_is_said_at_start(given: dict[str, Any], named: str) -> None:
    with pytest.raises(EngineError, match=named):
        check(Settings(**given))


def test_nothing_is_needed() -> None:
    check(Settings())
    check(Settings(webhook_url="https://crm.example", webhook_secret=SecretStr(SECRET)))
