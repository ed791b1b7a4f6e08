"""Calls over Vonage Voice, against a simulator of Vonage: whole ones, and who may call."""

import asyncio
import json
import random
import secrets
import time
import uuid
from collections.abc import Iterator

import jwt
import numpy as np
import pytest

from agent.actions import HangUp, Speak, Transfer
from agent.events import CallStarted, KeyPressed, SpeechEnded, SpeechStarted
from pipelines.errors import EngineError
from pipelines.lines.telephony import bridges
from pipelines.lines.telephony.carriers.vonage import HANG_UP, Vonage, dial
from pipelines.lines.telephony.leg import Audio, Bad, Key, Mark, Start
from pipelines.settings import Settings
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.test_twilio_calls import LINE, PIN, ends, says
from tests.pipelines.lines.telephony.vonage_phone import (
    APPLICATION,
    FALLBACK,
    SETTINGS,
    Phone,
    bearer,
    claims,
    post,
    tried,
    upgrade,
)
from tests.pipelines.server import config, eventually

MANY = 250


def test_the_published_messages() -> None:
    """From Vonage's page on WebSockets."""
    codec = Vonage()
    assert codec.decode(bytes(640)) == [Bad("before the start")]
    connected = {
        "event": "websocket:connected",
        "content-type": "audio/l16;rate=8000",
        "prop1": "value1",
        "nested": {"x": 1},
    }
    assert codec.decode(json.dumps(connected)) == [Start({"prop1": "value1"})]
    assert codec.rate == 8_000
    assert codec.decode(bytes(320)) == [Audio(bytes(320))]
    dtmf = '{"event":"websocket:dtmf","digit":"5","duration":260}'
    assert codec.decode(dtmf) == [Key("5")]
    notify = json.loads(codec.mark("w1"))
    assert notify == {"action": "notify", "payload": {"name": "w1"}}
    came = {"event": "websocket:notify", "payload": notify["payload"]}
    assert codec.decode(json.dumps(came)) == [Mark("w1")]
    assert json.loads(codec.clear()) == {"action": "clear"}
    assert codec.decode('{"event":"websocket:cleared"}') == []


async def test_a_whole_call(open_assistant: Open, speech: dict[str, bytes]) -> None:
    server = await open_assistant(texts=("what is my balance", "no"), **SETTINGS)
    phone = Phone(server)
    phone.answer["from"] = "anonymous"
    async with phone.calling():
        await eventually(lambda: sum(phone.player.bursts) > 16_000)
        phone.say(speech["what is my balance"])
        await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask line")
        await phone.press(LINE)
        await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask pin")
        await phone.press(PIN)
        await phone.until(says("You have 12 euros 50 left."))
        await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance > 6)
        phone.say(speech["yes"])  # the recogniser is told that it is "no"
        await phone.until(ends)
        assert await phone.after() == HANG_UP
    await server.idle()
    entries = phone.log()
    started = next(e for e in entries if isinstance(e, CallStarted))
    assert (started.channel, started.caller) == ("telephone", None)
    assert "".join(e.key for e in entries if isinstance(e, KeyPressed)).startswith(LINE)
    assert phone.errors == []
    assert np.abs(np.frombuffer(phone.player.heard, "<i2")).max() > 2_000
    assert len(phone.returned) > 5
    assert phone.returned == sorted(phone.returned, key=lambda name: int(name[1:]))
    assert server.counters["bad_messages"] == 0
    assert server.counters["calls"] == 1
    assert server.complaints == []


async def test_a_barge_in_empties_the_queue(open_assistant: Open, speech: dict[str, bytes]) -> None:
    server = await open_assistant(
        texts=("what can you do", "yes"), offering=config(pace=110), **SETTINGS
    )
    async with Phone(server).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        phone.say(speech["what is my balance"])
        asked = await phone.until(says("I can tell you your balance"))
        assert isinstance(asked, Speak)
        await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance == asked.utterance)
        phone.say(bytes(48_000) + speech["yes"])  # 1.5 s into it
        cut = await phone.until(
            lambda e: isinstance(e, SpeechEnded) and e.utterance == asked.utterance
        )
        await eventually(lambda: bool(phone.player.dropped))
    assert isinstance(cut, SpeechEnded)
    assert cut.interrupted
    assert asked.text.startswith(cut.heard)
    assert len(cut.heard) < len(asked.text)
    assert phone.errors == []
    assert server.complaints == []


async def test_a_caller_who_asks_for_a_person_is_put_through_with_the_packet(
    open_assistant: Open,
) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        await phone.press("0")
        transfer = await phone.until(lambda e: isinstance(e, Transfer))
        await phone.until(lambda e: isinstance(e, HangUp))
        (connect,) = await phone.after()
    assert isinstance(transfer, Transfer)
    assert transfer.packet["caller"] == phone.answer["from"]
    assert connect["from"] == phone.answer["to"]
    (endpoint,) = connect["endpoint"]
    assert (endpoint["type"], endpoint["uri"]) == ("sip", FALLBACK)
    assert endpoint["headers"]["Waxtaan-Call"] == phone.uuid
    assert endpoint["headers"]["Waxtaan-Reason"] == transfer.reason
    assert endpoint["headers"]["Waxtaan-Queue"] == transfer.queue
    assert endpoint["standardHeaders"]["User-to-User"].endswith(";encoding=hex")


async def test_a_call_that_breaks_off_goes_on_to_the_fallback(open_assistant: Open) -> None:
    server = await open_assistant(max_call_seconds=1.0, **SETTINGS)
    async with Phone(server).calling() as phone:
        after = await phone.after()
    assert after == phone.ncco[1:]
    assert after[0]["endpoint"] == [{"type": "sip", "uri": FALLBACK}]


async def test_no_room(open_assistant: Open) -> None:
    server = await open_assistant(max_calls=1, **SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.player.bursts) > 1_000)
        (only,) = await Phone(server).ring()
        assert only["endpoint"][0]["uri"] == FALLBACK
    assert server.counters["refused.busy"] == 1


async def test_the_end_by_event_webhook(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.player.bursts) > 1_000)
        for status in ("started", "answered"):
            event = {"uuid": phone.uuid, "status": status}
            assert (await post(server, "/event", event)).status_code == 204
        assert server.assistant.calls == 1
        event = {"uuid": phone.uuid, "status": "completed", "duration": "2"}
        assert (await post(server, "/event", event)).status_code == 204
        await server.idle()
    assert server.complaints == []


def test_dialling_a_number() -> None:
    assert dial("+221 33 800 12 34", "221338000000", {"X-Waxtaan-Call": "1"}) == {
        "action": "connect",
        "from": "221338000000",
        "endpoint": [{"type": "phone", "number": "221338001234"}],
    }


# Who may call


def forged(chance: random.Random, body: bytes | None) -> Iterator[str]:
    """What is not Vonage's Authorization, or is not any more."""
    now = int(time.time())
    right = claims(body)
    good = bearer(right)
    yield from ("", "Bearer", "Bearer x", "Bearer x.y.z", good.replace("Bearer", "Basic"))
    yield bearer(right, "another secret than the one of the account")
    yield bearer(right, SECRET_TWICE)
    yield "Bearer " + unsigned(right)
    yield bearer(right, algorithm="HS512")
    yield bearer(claims(body, iat=now - 400))
    yield bearer(claims(body, iat=now + 400))
    yield bearer(claims(body, exp=now - 100))
    yield bearer(claims(body, iss="Someone"))
    yield bearer(claims(body, application_id=str(uuid.uuid4())))
    yield bearer({k: v for k, v in right.items() if k != "iat"})
    if body is not None:
        yield bearer(claims(body + b" "))
        yield bearer(claims())
        yield bearer(claims(body, payload_hash=[]))
    while True:
        at = chance.randrange(7, len(good) - 2)
        letter = chance.choice("ABCDEFGHabcdefgh01234567-_")
        if letter != good[at]:
            yield good[:at] + letter + good[at + 1 :]


SECRET_TWICE = str(SETTINGS["vonage_signature_secret"]) * 2


def unsigned(claimed: dict[str, object]) -> str:
    return jwt.encode(claimed, "", algorithm="none")


async def test_forged_and_unsigned_upgrades(open_assistant: Open) -> None:
    """With a token that is good: the signature alone is wrong."""
    server = await open_assistant(**SETTINGS)
    phone = Phone(server)
    await phone.ring()
    headers = forged(random.Random(5), None)
    wrong = [next(headers) for _ in range(MANY)]
    found = set()
    for at in range(0, MANY, 25):
        found |= set(
            await asyncio.gather(*(tried(server, phone.token, h) for h in wrong[at : at + 25]))
        )
    assert found == {403}
    assert server.counters["refused.signature"] == MANY
    assert server.counters["calls"] == 0
    assert await tried(server, phone.token) == 101  # it was not spent


async def test_tokens_that_were_not_issued(open_assistant: Open) -> None:
    """Signed, as of an upgrade that was listened to."""
    server = await open_assistant(**SETTINGS)
    victim, other = Phone(server), Phone(server)
    await victim.ring()
    await other.ring()
    wrong = [
        victim.token[:-1],
        victim.token + "A",
        victim.token.replace(victim.uuid, other.uuid),
        victim.uuid + ".",
        "." + victim.token.split(".")[1],
        victim.token.split(".")[1],
        "%2e",
    ]
    for number in range(MANY // 25):
        tokens = [
            wrong[(number + n) % len(wrong)]
            if n % 2
            else f"{victim.uuid}.{secrets.token_urlsafe(32)}"
            for n in range(25)
        ]
        assert set(await asyncio.gather(*(tried(server, t) for t in tokens))) == {403}
    assert server.counters["refused.token"] == MANY
    assert server.counters["calls"] == 0


async def test_used_tokens(open_assistant: Open) -> None:
    """The very same upgrade again, each time."""
    server = await open_assistant(**SETTINGS)
    phone = Phone(server)
    await phone.ring()
    header = bearer(claims())
    async with upgrade(server, phone.token, header):
        for _ in range(MANY // 25):
            again = [tried(server, phone.token, header) for _ in range(25)]
            assert set(await asyncio.gather(*again)) == {403}
    assert server.counters["refused.token"] == MANY
    assert server.counters["calls"] == 0


async def test_old_tokens(open_assistant: Open) -> None:
    server = await open_assistant(stream_token_seconds=0.05, **SETTINGS)
    phones = [Phone(server) for _ in range(MANY)]
    for at in range(0, MANY, 25):
        few = phones[at : at + 25]
        await asyncio.gather(*(phone.ring() for phone in few))
        await asyncio.sleep(0.1)
        assert set(await asyncio.gather(*(tried(server, p.token) for p in few))) == {403}
    assert server.counters["refused.token"] == MANY
    assert server.counters["calls"] == 0


async def test_webhooks_that_vonage_did_not_sign(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    body = json.dumps(Phone(server).answer).encode()
    wrong = forged(random.Random(6), body)
    headers = [next(wrong) for _ in range(MANY)]
    for path in ("", "/event", "/event/0f1e2d3c4b5a"):
        for at in range(0, MANY, 25):
            answers = await asyncio.gather(
                *(post(server, path, body, given=h) for h in headers[at : at + 25])
            )
            assert {answer.status_code for answer in answers} == {403}
    assert (await post(server, "", b"x" * 100_000)).status_code == 403
    assert server.counters["refused.signature"] == 3 * MANY + 1
    assert server.counters["calls"] == 0


async def test_signed_webhooks_without_sense(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    for body in (b"", b"[]", b"{}", b'{"uuid": 7, "status": []}', b"\xff", b"[" * 60_000):
        assert (await post(server, "", body)).json()[0]["endpoint"][0]["uri"] == FALLBACK
        assert (await post(server, "/event", body)).status_code == 204
        assert (await post(server, "/event/..%2f..%2f", body)).status_code in (404, 405)
    assert server.complaints == []


@pytest.mark.parametrize("missing", ["public_url", "vonage_signature_secret"])
def test_it_does_not_start_without_its_secrets(missing: str) -> None:
    with pytest.raises(EngineError, match=f"'vonage' does not start without {missing}"):
        bridges.check(Settings(**{**SETTINGS, missing: ""}))
    bridges.check(Settings(**SETTINGS))
    with pytest.raises(EngineError, match="public_url"):
        bridges.check(Settings(**{**SETTINGS, "public_url": "http://voice.example.org"}))


async def test_any_application_of_the_account(open_assistant: Open) -> None:
    server = await open_assistant(**{**SETTINGS, "vonage_application_id": ""})
    body = json.dumps(Phone(server).answer).encode()
    assert APPLICATION not in body.decode()
    other = bearer(claims(body, application_id="another"))
    assert (await post(server, "", body, given=other)).status_code == 200
