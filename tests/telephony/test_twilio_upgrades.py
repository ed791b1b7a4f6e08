"""Who may call: requests and upgrades that Twilio did not sign, or signed for another call."""

import asyncio
import json
import random
import secrets
import string
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import websockets

from pipelines.errors import EngineError
from pipelines.settings import Settings
from pipelines.telephony import bridges
from pipelines.telephony.twilio_signature import parameters, signature, signed
from pipelines.telephony.twilio_tokens import Tokens
from tests.pipelines.conftest import Open
from tests.pipelines.phone import Server
from tests.telephony.twilio_phone import PUBLIC, SETTINGS, STREAM, TOKEN, Phone, ask, upgrade

MANY = 1_000


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


def test_a_token_is_spent_once_and_in_time() -> None:
    now = [0.0]
    tokens = Tokens(30, lambda: now[0])
    first = tokens.mint("CA1")
    assert not tokens.spend("CA2", first)
    assert not tokens.spend("CA1", first + "x")
    assert not tokens.spend("CA1", "")
    assert tokens.spend("CA1", first)
    assert not tokens.spend("CA1", first)
    late = tokens.mint("CA1")
    now[0] = 30
    assert not tokens.spend("CA1", late)
    assert not tokens.spend("", "")


def forged(chance: random.Random) -> Iterator[str]:
    """Signatures that are not Twilio's for this address."""
    right = signature(TOKEN, STREAM)
    yield from ("", "=", right[:-1], right + "A", right.lower(), right.swapcase())
    yield signature("", STREAM)
    yield signature("another token", STREAM)
    yield signature(TOKEN, STREAM.replace("wss", "https"))
    yield signature(TOKEN, STREAM.replace("wss", "ws"))
    yield signature(TOKEN, STREAM + "/")
    yield signature(TOKEN, f"{PUBLIC}/telephony/twilio", [("CallSid", "CA1")])
    while True:
        at = chance.randrange(len(right))
        letter = chance.choice(string.ascii_letters + string.digits + "+/=")
        if letter != right[at] and at < len(right) - 2:
            yield right[:at] + letter + right[at + 1 :]


async def tried(server: Server, sign: str) -> int:
    """The status of an upgrade; 101 where it was accepted."""
    try:
        async with upgrade(server, sign):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


async def test_forged_and_unsigned_upgrades(open_house: Open) -> None:
    server = await open_house(**SETTINGS)
    signs = forged(random.Random(5))
    found = set()
    for _ in range(MANY // 2 // 25):
        found |= set(await asyncio.gather(*(tried(server, next(signs)) for _ in range(25))))
    assert found == {403}
    assert server.counters["refused.signature"] == MANY // 2
    assert server.counters["calls"] == 0


async def started(server: Server, message: dict[str, Any]) -> bool:
    """Whether a signed upgrade with this start becomes a call."""
    async with upgrade(server) as line:
        await line.send(json.dumps({"event": "connected"}))
        await line.send(json.dumps(message))
        await line.wait_closed()
    return server.counters["calls"] > 0


async def test_replayed_upgrades(open_house: Open) -> None:
    """The signature is right, as of an upgrade that was listened to; the token is not."""
    server = await open_house(**SETTINGS)
    victim = Phone(server)
    response = await victim.ring()
    given = {str(p.get("name")): p.get("value") or "" for p in response.iter("Parameter")}
    other = Phone(server)
    wrong: list[dict[str, Any]] = [
        victim.start({}),
        victim.start({**given, "token": ""}),
        victim.start({**given, "token": given["token"][:-1]}),
        other.start(given),  # the token of another call
        other.start({**given, "call": other.sid}),
        victim.start({**given, "call": other.sid}),
        victim.start({"call": victim.sid, "token": given["token"] + " "}),
    ]
    for number in range(MANY // 2 // 20):
        starts = [
            wrong[(number + n) % len(wrong)]
            if n % 2
            else victim.start({**given, "token": secrets.token_urlsafe(32)})
            for n in range(20)
        ]
        assert not any(await asyncio.gather(*(started(server, start) for start in starts)))
    assert server.counters["refused.token"] == MANY // 2
    assert server.counters["calls"] == 0


async def test_a_used_and_an_old_token(open_house: Open) -> None:
    server = await open_house(twilio_token_seconds=0.5, max_calls=2, **SETTINGS)
    async with Phone(server).calling() as phone:
        given = {p.get("name"): p.get("value") for p in phone.twiml[0].iter("Parameter")}
        async with upgrade(server) as line:
            await line.send(json.dumps(phone.start(given)))
            await line.wait_closed()
        assert server.counters["refused.token"] == 1
        late = Phone(server)
        old = {p.get("name"): p.get("value") for p in (await late.ring()).iter("Parameter")}
        await asyncio.sleep(0.6)
        async with upgrade(server) as line:
            await line.send(json.dumps(late.start(old)))
            await line.wait_closed()
        assert server.counters["refused.token"] == 2
        assert server.counters["calls"] == 1
        await phone.hang_up()


async def test_webhooks_that_twilio_did_not_sign(open_house: Open) -> None:
    server = await open_house(**SETTINGS)
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


async def test_what_a_caller_is_called_is_escaped(open_house: Open) -> None:
    server = await open_house(**SETTINGS)
    phone = Phone(server)
    phone.form["From"] = '"><Dial>+900</Dial>\x01\x1f&\ud7ff'
    response = await phone.ring()
    assert [e.tag for e in response.iter()].count("Dial") == 0
    values = {p.get("name"): p.get("value") for p in response.iter("Parameter")}
    assert values["from"] == '"><Dial>+900</Dial>&\ud7ff'
    assert values["call"] == phone.sid
    assert ET.tostring(response)


@pytest.mark.parametrize("missing", ["public_url", "twilio_account_sid", "twilio_auth_token"])
def test_it_does_not_start_without_its_secrets(missing: str) -> None:
    with pytest.raises(EngineError, match=f"'twilio' does not start without {missing}"):
        bridges.check(Settings(**{**SETTINGS, missing: ""}))
    bridges.check(Settings(**SETTINGS))


def test_it_does_not_start_without_tls() -> None:
    with pytest.raises(EngineError, match="public_url"):
        bridges.check(Settings(**{**SETTINGS, "public_url": "http://voice.example.org"}))
