"""Who may call: requests and upgrades that Twilio did not sign, or signed for another call."""

import asyncio
import json
import random
import secrets
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

import pytest
import websockets

from agent.events import CallStarted
from pipelines.errors import EngineError
from pipelines.lines.telephony import bridges
from pipelines.lines.telephony.twilio.signature import parameters, signature, signed
from pipelines.settings import Settings
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.twilio_phone import (
    PUBLIC,
    SETTINGS,
    STREAM,
    TOKEN,
    Phone,
    ask,
    upgrade,
    url_of,
)
from tests.pipelines.server import Server, eventually

MANY = 250  # of each kind


def test_the_published_example() -> None:
    """From Twilio's page on securing webhooks."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, form.items()) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    given = signature("12345", url, form.items())
    assert signed(given, "12345", url, form.items())
    assert not signed(given, "12345", url + "x", form.items())
    assert not signed("", "", url, form.items())
    assert parameters(b"a=1&b=%C3%A9&c=") == [("a", "1"), ("b", "é"), ("c", "")]
    assert parameters(b"\xff=1") == []


def forged(chance: random.Random, url: str) -> Iterator[str]:
    """Signatures that are not Twilio's for this address."""
    right = signature(TOKEN, url)
    yield from ("=", right[:-1], right + "A", right.lower(), right.swapcase())
    yield signature("", url)
    yield signature("another token", url)
    yield signature(TOKEN, url.replace("wss", "https"))
    yield signature(TOKEN, url.replace("wss", "ws"))
    yield signature(TOKEN, url + "/")
    yield signature(TOKEN, STREAM)
    yield signature(TOKEN, STREAM.rstrip("/"))
    yield signature(TOKEN, f"{PUBLIC}/telephony/twilio", [("CallSid", "CA1")])
    while True:
        at = chance.randrange(len(right) - 2)
        letter = chance.choice(string.ascii_letters + string.digits + "+/")
        if letter != right[at]:
            yield right[:at] + letter + right[at + 1 :]


async def tried(server: Server, token: str, sign: str | None = None) -> int:
    """The status of an upgrade; 101 where it was accepted."""
    try:
        async with upgrade(server, token, sign):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


async def statuses(server: Server, tries: Iterable[tuple[str, str | None]]) -> Counter[int]:
    """How often each status came, 25 upgrades at a time."""
    found: Counter[int] = Counter()
    waiting = list(tries)
    while waiting:
        batch, waiting = waiting[:25], waiting[25:]
        found.update(await asyncio.gather(*(tried(server, *each) for each in batch)))
    return found


async def test_upgrades_that_are_not_twilio_s(open_assistant: Open) -> None:
    """Unsigned, forged, replayed, expired: all refused before the connection stands."""
    server = await open_assistant(**SETTINGS)
    live = await Phone(server).token()
    signs = forged(random.Random(5), STREAM + live)
    refused = await statuses(server, ((live, "") for _ in range(MANY)))
    assert refused == {403: MANY}
    assert await statuses(server, ((live, next(signs)) for _ in range(MANY))) == {403: MANY}
    assert server.counters["refused.signature"] == 2 * MANY

    used = [await Phone(server).token() for _ in range(10)]
    assert await statuses(server, ((token, None) for token in used)) == {101: len(used)}
    replayed = [(token, None) for token in used * (MANY // len(used))]
    assert await statuses(server, replayed) == {403: MANY}

    assert server.counters["refused.token"] == MANY

    brief = await open_assistant(stream_token_seconds=0.5, **SETTINGS)
    old = [await Phone(brief).token() for _ in range(MANY)]
    await asyncio.sleep(0.6)
    assert await statuses(brief, ((token, None) for token in old)) == {403: MANY}
    assert (brief.counters["refused.token"], brief.counters["calls"]) == (MANY, 0)
    await eventually(lambda: server.counters["refused.start"] == len(used))  # they said nothing
    assert server.counters["calls"] == 0


async def test_what_is_wrong_does_not_spend_a_token(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    phone = Phone(server)
    token = await phone.token()
    others = [token[:-1], token + "x", secrets.token_urlsafe(32), "%00", token + "%2f"]
    tries = [(token, ""), (token, "x"), *((other, None) for other in others)]
    assert await statuses(server, tries) == {403: len(tries)}
    async with phone.streaming(STREAM + token):
        await eventually(lambda: server.counters["calls"] == 1)


@pytest.mark.parametrize("path", ["", "/", "/x/y", "/../stream/x"])
async def test_other_addresses(open_assistant: Open, path: str) -> None:
    server = await open_assistant(**SETTINGS)
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(
            f"ws://127.0.0.1:{server.port}/telephony/twilio/stream{path}",
            additional_headers={"X-Twilio-Signature": signature(TOKEN, STREAM + path)},
        ):
            pass
    assert refused.value.response.status_code == 403


async def test_a_stream_that_starts_as_another_call(open_assistant: Open) -> None:
    """The token is right, and the call is not the one that it was given for."""
    server = await open_assistant(**SETTINGS)
    victim, other = Phone(server), Phone(server)
    async with upgrade(server, await victim.token()) as line:
        await line.send(json.dumps(other.start()))
        await line.wait_closed()
    assert server.counters["refused.start"] == 1
    assert server.counters["calls"] == 0


async def test_webhooks_that_twilio_did_not_sign(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    form = Phone(server).form
    for path in ("", "/after"):
        for given in ("", "x", signature(TOKEN, f"{PUBLIC}/telephony/twilio{path}")):
            assert (await ask(server, path, form, given=given)).status_code == 403
    url = f"{PUBLIC}/telephony/twilio"
    given = signature(TOKEN, url, list(form.items()))
    assert (await ask(server, "", {**form, "From": "+1"}, given=given)).status_code == 403
    big = {"CallSid": "CA1", "x": "y" * 100_000}
    assert (await ask(server, "", big)).status_code == 403
    assert server.counters["refused.signature"] == 8


async def test_what_a_caller_is_called_stays_here(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    phone = Phone(server)
    phone.form["From"] = '+221770001234"><Dial>+900</Dial>\x01\x1f&\ud7ff'
    response = await phone.ring()
    assert [e.tag for e in response.iter()] == ["Response", "Connect", "Stream", "Redirect"]
    assert "770001234" not in ET.tostring(response).decode()
    async with phone.streaming(url_of(response)):
        started = await phone.until(lambda entry: isinstance(entry, CallStarted))
    assert isinstance(started, CallStarted)
    assert started.caller == "221770001234900"


@pytest.mark.parametrize("missing", ["public_url", "twilio_account_sid", "twilio_auth_token"])
def test_it_does_not_start_without_its_secrets(missing: str) -> None:
    with pytest.raises(EngineError, match=f"'twilio' does not start without {missing}"):
        bridges.check(Settings(**{**SETTINGS, missing: ""}))
    bridges.check(Settings(**SETTINGS))


def test_it_does_not_start_without_tls() -> None:
    with pytest.raises(EngineError, match="public_url"):
        bridges.check(Settings(**{**SETTINGS, "public_url": "http://voice.example.org"}))


@pytest.mark.parametrize("endpoint", ["PJSIP/agent1", "221338001234", "sip:", "+1 2", ""])
def test_it_does_not_start_with_people_whom_it_cannot_ring(endpoint: str) -> None:
    people: dict[str, tuple[str, ...]] = {"general": ("+221338001234", "sip:desk@pbx.example.org")}
    bridges.check(Settings(**SETTINGS, twilio_people=people))
    with pytest.raises(EngineError, match=r"twilio_people: .* of the queue 'technical'"):
        bridges.check(Settings(**SETTINGS, twilio_people={**people, "technical": (endpoint,)}))
