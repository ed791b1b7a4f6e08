"""SIP over TLS and SRTP: a telephone that is not ours calls, hears the agent and is heard."""

import asyncio
import base64
import json
import os
import urllib.parse
import urllib.request
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import CallLog
from tests.pbx.conftest import Recognise, closed
from tests.pbx.encryption import Baresip, Wire, certify, listening
from tests.pbx.sip_phone import RATE, SipPhone
from tests.pbx.test_pbx_breaks import seconds

GREETING = "hello you are talking to an automated assistant"
OTHERS = ("what is my balance", "please type the nine digits of your telephone number")
CALL = f"sip:8000@{lab.PBX_ADDRESS}"
PLAIN, ENCRYPTED = ";regint=0", ";regint=0;mediaenc=srtp-mand"
RTP = 12 + 160  # bytes: head, 20 ms of A-law
TAG = 10  # that SRTP adds (RFC 3711, HMAC-SHA1-80)


@pytest.fixture(scope="module")
def keys(pbx: lab.Asterisk) -> Path:
    folder = pbx.folder / "keys"
    certify(folder, lab.PBX_ADDRESS)
    return folder


@pytest.fixture(scope="module")
def encrypted(pbx: lab.Asterisk, keys: Path) -> Iterator[lab.Asterisk]:
    """The PBX, whose trunk and phones come by TLS; as it was afterwards."""
    ways = {"TRUNK_BY": "tls", "PHONES_BY": "tls", "TLS_KEYS": str(keys)}
    pbx.kill()
    pbx.configure({**lab.VALUES, **ways})
    pbx.start()
    yield pbx
    pbx.kill()
    pbx.configure(lab.VALUES)
    pbx.start()


@pytest.fixture
def voice(speech: Mapping[str, bytes], tmp_path: Path) -> Path:
    """A sentence, and silence for longer than a test takes."""
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(speech["what is my balance"] + bytes(60 * RATE * 2))
    return path


@pytest.fixture
def baresip(keys: Path, voice: Path, tmp_path: Path) -> Baresip:
    program = Path(os.environ["WAXTAAN_PBX"]).resolve().with_name("baresip")
    folder = tmp_path / "baresip"
    folder.mkdir()
    return Baresip(program, folder, keys, voice)


def ari(method: str, path: str, **query: str) -> dict[str, str]:
    """What Asterisk's REST interface answers."""
    login = base64.b64encode(f"waxtaan:{lab.SECRET}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:8088/ari/{path}?{urllib.parse.urlencode(query)}",
        method=method,
        headers={"Authorization": f"Basic {login}"},
    )
    with lab.inside(lab.PBX), urllib.request.urlopen(request, timeout=lab.HANG) as answer:
        found: dict[str, str] = json.load(answer)
        return found


def secure(channel: str, what: str) -> bool:
    """Whether Asterisk says that of a channel: of "pjsip", its SIP, or "rtp", its sound."""
    asked = f"CHANNEL({what},secure)"
    return ari("GET", f"channels/{channel}/variable", variable=asked)["value"] == "1"


async def up(pbx: lab.Asterisk, begins: str) -> str:
    """The id of the channel whose name begins so, once it is up."""
    async with asyncio.timeout(lab.HANG):
        while True:
            for line in pbx.says("core show channels concise").splitlines():
                fields = line.split("!")
                if fields[0].startswith(begins) and fields[4] == "Up":
                    return fields[-1]
            await asyncio.sleep(0.1)


def samples(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def media(wire: Wire) -> list[bytes]:
    """The packets of sound."""
    return [packet for packet in wire.carried(17) if packet[1] & 127 in (0, 8)]


def volume(pcm: NDArray[np.int16]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(pcm.astype(float)))))


async def test_a_caller_hears_the_agent_and_is_heard(
    encrypted: lab.Asterisk, waxtaan: Waxtaan, baresip: Baresip, recognise: Recognise
) -> None:
    baresip.account, baresip.dials = ENCRYPTED, CALL
    call = CallLog(waxtaan, baresip.user)
    with listening() as wire:
        async with baresip.running():
            caller = await up(encrypted, "PJSIP/trunk-")
            assert secure(caller, "pjsip")
            assert secure(caller, "rtp")
            await call.asked("open")  # the greeting
    await closed(waxtaan, encrypted)
    heard = samples(baresip.heard())
    heard = heard[heard != 0]  # it fills in for what is late; A-law's own silence is 8, not 0
    greeting = heard[(np.abs(heard) > 1000).argmax() :][: round(2.9 * RATE)]
    assert await recognise(greeting.tobytes(), (GREETING, *OTHERS)) == GREETING
    assert volume(samples(call.folder / "caller.wav")) > 300
    assert wire.carried(6, 5061)
    assert not [packet for packet in wire.carried(6) if b"sip:" in packet]
    sound = media(wire)
    lasted = seconds(call.folder / "caller.wav")
    assert len(sound) > 2 * lasted * 50 / 2  # both ways; half of it is head-room
    assert {len(packet) for packet in sound} == {RTP + TAG}


async def test_a_caller_without_srtp_is_refused(encrypted: lab.Asterisk, baresip: Baresip) -> None:
    baresip.account, baresip.dials = PLAIN, CALL
    async with baresip.running(), asyncio.timeout(lab.HANG):
        while "488 Not Acceptable Here" not in baresip.said():  # noqa: ASYNC110 - no events
            await asyncio.sleep(0.05)
    assert not encrypted.channels


async def test_plain_sip_is_not_even_answered(encrypted: lab.Asterisk, phone: SipPhone) -> None:
    with pytest.raises(TimeoutError):
        await phone.call("8000", patience=2.0)
    assert not encrypted.channels


async def test_a_person_registers_and_is_rung(encrypted: lab.Asterisk, baresip: Baresip) -> None:
    baresip.user, baresip.address = "agent1", lab.PERSON_ADDRESS
    baresip.account = f";auth_pass={lab.SECRET};mediaenc=srtp-mand;answermode=auto;regint=60"
    with listening() as wire:
        async with baresip.running():
            async with asyncio.timeout(lab.HANG):
                while "agent1/sip:" not in encrypted.says("pjsip show contacts"):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            ari("POST", "channels", endpoint="PJSIP/agent1", context="from-trunk", extension="4000")
            person = await up(encrypted, "PJSIP/agent1-")
            assert secure(person, "pjsip")
            assert secure(person, "rtp")
            async with asyncio.timeout(lab.HANG):
                while len(media(wire)) < 2 * 2 * 50:  # noqa: ASYNC110 - two seconds, both ways
                    await asyncio.sleep(0.1)
    assert (
        volume(samples(baresip.heard())[: 2 * RATE]) > 300
    )  # its own voice: extension 4000 echoes
