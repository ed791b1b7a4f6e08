"""Calls over Genesys' Audio Connector, against a simulator of it: whole ones, and who may call."""

import asyncio
import json
import random
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import websockets

from agent.actions import HangUp, Speak, Transfer
from agent.events import CallStarted, KeyPressed, SpeechEnded, SpeechStarted
from pipelines.errors import EngineError
from pipelines.lines.telephony import bridges
from pipelines.lines.telephony.carriers.genesys import PROBE, Genesys
from pipelines.lines.telephony.carriers.genesys_route import SIGNED, Signatures
from pipelines.lines.telephony.leg import Bad, Key, Start, Stop
from pipelines.settings import Settings
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.genesys_phone import (
    API_KEY,
    SETTINGS,
    TARGET,
    Phone,
    headers,
    sign,
    tried,
    upgrade,
)
from tests.pipelines.lines.telephony.mutations import spoilt
from tests.pipelines.lines.telephony.samples import GENESYS
from tests.pipelines.lines.telephony.test_twilio_calls import LINE, PIN, ends, narrow, says
from tests.pipelines.server import PATIENCE, Server, config, eventually

MANY = 250
FRAMES = 5  # of 20 ms


async def test_a_whole_call(open_assistant: Open, speech: dict[str, bytes]) -> None:
    server = await open_assistant(texts=("what is my balance", "no"), **SETTINGS)
    phone = Phone(server, supportedLanguages=True)
    phone.parameters["participant"]["ani"] = "tel:anonymous"
    async with phone.calling():
        await eventually(lambda: sum(phone.player.bursts) > 8_000)
        phone.say(narrow(speech["what is my balance"]))
        await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask line")
        await phone.press(LINE)
        await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask pin")
        await phone.press(PIN)
        await phone.until(says("You have 12 euros 50 left."))
        await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance > 6)
        phone.say(narrow(speech["yes"]))  # the recogniser is told that it is "no"
        await phone.until(ends)
        await eventually(phone.ended.is_set)
    await server.idle()
    assert phone.outcome["reason"] == "completed"
    assert phone.outcome["outputVariables"]["Waxtaan_Next"] == "end"
    assert phone.closed
    assert phone.opened["media"] == [
        {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}
    ]
    assert "en" in phone.opened["supportedLanguages"]
    assert phone.pongs >= 2
    # The goodbye was heard to its end, but for what a phone on a busy machine plays late.
    assert phone.player.waiting <= FRAMES * 320
    entries = phone.log()
    assert next(e for e in entries if isinstance(e, CallStarted)).channel == "telephone"
    assert "".join(e.key for e in entries if isinstance(e, KeyPressed)).startswith(LINE)
    assert phone.errors == []
    assert np.abs(np.frombuffer(phone.player.heard, "<i2")).max() > 2_000
    assert server.counters["bad_messages"] == 0
    assert server.counters["calls"] == 1
    assert server.complaints == []


async def test_a_barge_in_empties_the_queue(open_assistant: Open, speech: dict[str, bytes]) -> None:
    server = await open_assistant(
        texts=("what can you do", "yes"), offering=config(pace=110), **SETTINGS
    )
    async with Phone(server).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        phone.say(narrow(speech["what is my balance"]))
        asked = await phone.until(says("I can tell you your balance"))
        assert isinstance(asked, Speak)
        await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance == asked.utterance)
        before = len(phone.player.dropped)
        phone.say(bytes(24_000) + narrow(speech["yes"]))  # 1.5 s into it
        cut = await phone.until(
            lambda e: isinstance(e, SpeechEnded) and e.utterance == asked.utterance
        )
        await eventually(lambda: len(phone.player.dropped) > before)
    assert isinstance(cut, SpeechEnded)
    assert cut.interrupted
    assert asked.text.startswith(cut.heard)
    assert len(cut.heard) < len(asked.text)
    assert phone.errors == []
    assert server.complaints == []


async def test_the_flow_is_given_the_packet(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        await phone.press("0")
        transfer = await phone.until(lambda e: isinstance(e, Transfer))
        await phone.until(lambda e: isinstance(e, HangUp))
        await eventually(phone.ended.is_set)
    assert isinstance(transfer, Transfer)
    assert transfer.packet["caller"] == "221770009988"
    told = phone.outcome["outputVariables"]
    assert phone.outcome["reason"] == "completed"
    assert told["Waxtaan_Next"] == "person"
    assert told["Waxtaan_Call"] == phone.session
    assert told["Waxtaan_Reason"] == transfer.reason
    assert told["Waxtaan_Queue"] == transfer.queue
    assert told["Waxtaan_Language"] == "en"
    assert told["User_to_User"].endswith(";encoding=hex")
    assert phone.closed
    assert phone.errors == []


async def test_a_call_that_breaks_off_takes_the_failure_path(open_assistant: Open) -> None:
    server = await open_assistant(max_call_seconds=1.0, **SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(phone.ended.is_set)
    assert phone.outcome["reason"] == "error"
    assert phone.outcome["outputVariables"]["Waxtaan_Next"] == "person"
    assert phone.closed


async def test_the_caller_hangs_up(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.player.bursts) > 1_000)
        await phone.hang_up()
        assert phone.closed
    await server.idle()
    assert phone.outcome == {}
    assert phone.errors == []
    assert server.counters["ended.line closed"] == 1
    assert server.complaints == []


async def test_a_probe_is_answered_and_no_call(open_assistant: Open) -> None:
    server = await open_assistant(max_calls=1, **SETTINGS)
    nobody = {"id": PROBE, "ani": "", "aniName": "", "dnis": ""}
    async with Phone(server, conversationId=PROBE, participant=nobody).calling() as phone:
        await eventually(lambda: bool(phone.opened))
        await phone.send("ping")
        await eventually(lambda: phone.pongs == 1)
        await phone.hang_up()
        assert phone.closed
    assert phone.errors == []
    assert server.counters["calls"] == 0


async def test_what_is_refused_after_the_upgrade(open_assistant: Open) -> None:
    """In the protocol's own way, so that the flow goes on at once."""
    server = await open_assistant(max_calls=1, **SETTINGS)
    for parameters, reason in (
        ({"organizationId": str(uuid.uuid4())}, "unauthorized"),
        ({"media": [{"type": "audio", "format": "L16", "channels": ["external"]}]}, "error"),
        ({"media": "PCMU"}, "error"),
    ):
        wrong: dict[str, Any] = dict(parameters)
        async with Phone(server, **wrong).calling() as phone:
            await eventually(phone.ended.is_set)
        assert phone.outcome["reason"] == reason
        assert phone.closed
    assert server.counters["calls"] == 0
    async with Phone(server).calling() as first:
        await eventually(lambda: bool(first.opened))
        async with Phone(server).calling() as second:
            await eventually(second.ended.is_set)
        assert (second.outcome["reason"], second.outcome["info"]) == ("error", "all lines are busy")
    assert server.counters["refused.busy"] == 1


async def test_paused_and_updated(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.player.bursts) > 1_000)
        await phone.send("paused")
        await phone.send("discarded", start="PT1S", discarded="PT0.5S")
        await phone.send("resumed", start="PT1S", discarded="PT0.5S")
        await phone.send("update", language="fr-FR")
        await eventually(lambda: "updated" in phone.kinds)
    await server.idle()
    assert server.counters["bad_messages"] == 0
    assert phone.errors == []


# Messages


def sent(kind: str, seq: int = 2, **more: Any) -> str:
    message = {"version": "2", "id": SESSION, "type": kind, "seq": seq, "serverseq": 0}
    return json.dumps({**message, "position": "PT0S", "parameters": {}, **more})


SESSION = json.loads(GENESYS.start[0])["id"]


def begun() -> Genesys:
    codec = GENESYS.make()
    assert isinstance(codec, Genesys)
    (start,) = codec.decode(GENESYS.start[0])
    assert isinstance(start, Start)
    assert start.about["from"] == "+221770001234"
    assert start.about["tier"] == "gold"
    return codec


def test_numbers_are_checked_and_nobody_is_cut_off_for_them() -> None:
    codec = begun()
    dtmf = {"digit": "5"}
    assert codec.decode(sent("dtmf", parameters=dtmf)) == [Key("5")]
    (again,) = codec.decode(sent("dtmf", parameters=dtmf))
    assert isinstance(again, Bad)
    for seq, known in ((4, True), (3, True), (10**12, True), (5, False), (6, False)):
        key, *bad = codec.decode(sent("dtmf", seq, parameters=dtmf))
        assert key == Key("5")
        assert bool(bad) == known, seq
    (without,) = codec.decode(sent("dtmf", parameters=dtmf).replace('"seq": 2', '"seq": null'))
    assert isinstance(without, Bad)
    ahead = codec.decode(sent("dtmf", 7, parameters=dtmf, serverseq=9))
    assert [type(e) for e in ahead] == [Key, Bad]
    assert codec.decode(sent("ping", 8, id=str(uuid.uuid4()))) != []
    assert codec.answers() == []


def test_each_ping_is_answered_with_its_number() -> None:
    codec = begun()
    assert codec.decode(sent("ping", 2)) == []
    assert codec.decode(sent("ping", 3)) == []
    pongs = [json.loads(answer) for answer in codec.answers()]
    assert [(p["type"], p["seq"], p["clientseq"]) for p in pongs] == [
        ("pong", 1, 2),
        ("pong", 2, 3),
    ]
    assert codec.decode(sent("close", 4, parameters={"reason": "end"})) == [Stop("hang-up")]
    assert codec.decode(sent("ping", 5)) == [Bad("after the end")]
    assert [json.loads(a)["type"] for a in codec.answers()] == ["closed"]


def test_what_is_said_to_spoilt_messages_is_in_order() -> None:
    chance = random.Random(20261130)
    for _ in range(200):
        codec, expected = begun(), 1
        for _ in range(50):
            codec.decode(spoilt(chance, chance.choice(GENESYS.start + GENESYS.others)))
            said = [*codec.answers(), codec.clear(), codec.disconnect(), codec.opened(["en"])]
            for each in map(json.loads, said):
                assert each["seq"] == expected
                assert isinstance(each["clientseq"], int)
                expected += 1


# Who may call


def test_the_published_example() -> None:
    """From Genesys' page on the session: its key, secret, headers and signature."""
    settings = Settings(
        bridges=("genesys",),
        public_url="https://audiohook.example.com",
        genesys_api_key="SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh",  # type: ignore[arg-type]
        genesys_client_secret="TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=",  # type: ignore[arg-type]
    )
    given = {
        "host": "audiohook.example.com",
        "audiohook-organization-id": "d7934305-0972-4844-938e-9060eef73d05",
        "audiohook-session-id": "30b0e395-84d3-4570-ac13-9a62d8f514c0",
        "audiohook-correlation-id": "e160e428-53e2-487c-977d-96989bf5c99d",
        "x-api-key": "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh",
        "signature": "sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:",
        "signature-input": 'sig1=("@request-target" "@authority" "audiohook-organization-id" '
        '"audiohook-session-id" "audiohook-correlation-id" "x-api-key");'
        'keyid="SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";'
        'alg="hmac-sha256";created=1641013200;expires=3282026430',
    }
    target, ages = "/api/v1/voicebiometrics/ws", 3_000_000_000.0
    assert Signatures(settings, ages).good(target, given)
    assert not Signatures(settings, 10.0).good(target, given)  # of 2022
    assert not Signatures(settings, ages).good(target + "x", given)
    for name in given:
        if name != "host":
            assert not Signatures(settings, ages).good(target, {**given, name: given[name] + "x"})
            less = {k: v for k, v in given.items() if k != name}
            assert not Signatures(settings, ages).good(target, less)
    once = Signatures(settings, ages)
    assert [once.good(target, given) for _ in range(3)] == [True, False, False]


def test_a_nonce_is_remembered_as_long_as_its_signature_is_good() -> None:
    now = [0.0]
    signatures = Signatures(Settings(**SETTINGS), clock=lambda: now[0])
    given = sign(headers(str(uuid.uuid4())))
    assert signatures.good(TARGET, given)
    now[0] = 19.9
    assert not signatures.good(TARGET, given)
    for _ in range(100):
        assert signatures.good(TARGET, sign(headers(str(uuid.uuid4()))))


def forged(chance: random.Random) -> Iterator[dict[str, str]]:
    """Upgrades that are not Genesys', or for something else."""
    session = str(uuid.uuid4())
    plain, good = headers(session), sign(headers(session))
    yield plain
    yield {k: v for k, v in good.items() if k.lower() != "signature"}
    yield {k: v for k, v in good.items() if k.lower() != "signature-input"}
    yield sign(plain, secret="YW5vdGhlciBzZWNyZXQ=")
    yield sign(plain, target="/telephony/genesys/other")
    yield sign(plain, target=TARGET + "x")
    yield sign(plain, public="https://other.example.org")
    yield sign(plain, nonce="short")
    yield sign(plain, key="another key")
    yield sign({**plain, "x-api-key": "another key"}, key="another key")
    yield {**good, "audiohook-session-id": str(uuid.uuid4())}
    yield {**good, "audiohook-organization-id": str(uuid.uuid4())}
    yield {**good, "x-api-key": API_KEY.lower()}
    yield sign(headers("no-uuid"))
    yield sign(headers(session), covered=SIGNED[:-1])
    for name in SIGNED:
        yield sign(plain, covered=tuple(each for each in SIGNED if each != name))
    given = {k.lower(): v for k, v in good.items()}
    for _ in iter(int, 1):
        name = chance.choice(("signature", "signature-input"))
        at = chance.randrange(len(given[name]) - 4)
        letter = chance.choice("abcdefgh01234567;=()\"' ")
        if letter.strip() and given[name][at] not in (letter, " "):
            yield {**given, name: given[name][:at] + letter + given[name][at + 1 :]}


async def refused(server: Server, wrong: list[dict[str, str]]) -> None:
    """Every one, before it is accepted; no call begins."""
    found = set()
    for at in range(0, len(wrong), 25):
        found |= set(await asyncio.gather(*(tried(server, w) for w in wrong[at : at + 25])))
    assert found == {403}
    assert server.counters["refused.signature"] == len(wrong)
    assert server.counters["calls"] == 0


async def test_forged_and_unsigned_upgrades(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    all_of_them = forged(random.Random(5))
    await refused(server, [next(all_of_them) for _ in range(MANY)])


async def test_unsigned_upgrades(open_assistant: Open) -> None:
    """The right key, and no signature."""
    server = await open_assistant(**SETTINGS)
    await refused(server, [headers(str(uuid.uuid4())) for _ in range(MANY)])


async def test_replayed_upgrades(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    given = sign(headers(str(uuid.uuid4())))
    async with upgrade(server, given):
        await refused(server, [given] * MANY)


async def test_old_and_early_upgrades(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    ages = [16.0, 20.0, 60.0, 3_600.0, -30.0, -3_600.0]
    await refused(
        server,
        [sign(headers(str(uuid.uuid4())), age=ages[n % len(ages)]) for n in range(MANY)],
    )


async def test_a_session_that_goes_on_is_not_taken_over(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: bool(phone.opened))
        assert await tried(server, sign(headers(phone.session))) == 403


async def test_strangers_of_the_protocol(open_assistant: Open) -> None:
    """Signed, and then anything else than an open: told to close, and gone."""
    server = await open_assistant(**SETTINGS)

    async def strange(message: str | bytes) -> None:
        async with upgrade(server, sign(headers(str(uuid.uuid4())))) as line:
            await line.send(message)
            told = json.loads(await asyncio.wait_for(line.recv(), PATIENCE))
            assert told["type"] == "disconnect"
            assert told["parameters"]["reason"] == "error"
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(line.recv(), PATIENCE)

    await asyncio.gather(*(strange(m) for m in ("{}", "[", b"\xff" * 160, sent("ping"))))
    assert server.counters["calls"] == 0
    assert server.complaints == []


@pytest.mark.parametrize("missing", ["public_url", "genesys_api_key", "genesys_client_secret"])
def test_it_does_not_start_without_its_secrets(missing: str) -> None:
    with pytest.raises(EngineError, match=f"'genesys' does not start without {missing}"):
        bridges.check(Settings(**{**SETTINGS, missing: ""}))
    bridges.check(Settings(**SETTINGS))


def test_it_does_not_start_with_others() -> None:
    with pytest.raises(EngineError, match="public_url"):
        bridges.check(Settings(**{**SETTINGS, "public_url": "http://voice.example.org"}))
    with pytest.raises(EngineError, match="WAXTAAN_GENESYS_CLIENT_SECRET"):
        bridges.check(Settings(**{**SETTINGS, "genesys_client_secret": "not base64!"}))
