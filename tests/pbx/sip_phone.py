"""A SIP telephone that does what a test tells it: calls, answers, talks, presses keys, listens.

SIP over UDP (RFC 3261), RTP with A-law (RFC 3551), keys as RFC 4733 events. It keeps time as a
telephone does, a packet every 20 ms, and records what it hears on the same clock as what it says,
so latencies can be read off the two recordings. A bad network can be put between it and the PBX.
"""

import asyncio
import audioop
import random
import re
import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from tests.pbx import lab

RATE = 8_000
STEP = 160  # samples
LINE = "770001234"  # a demo customer's number, which is what the caller's telephone is called
_AUDIBLE = 104  # root mean square: -50 dB below full scale
_KEY = {**{str(n): n for n in range(10)}, "*": 10, "#": 11}


@dataclass(frozen=True, slots=True)
class Network:
    """What happens to RTP packets on their way; both ways alike."""

    loss: float = 0.0  # 0..1
    delay: float = 0.0  # s
    jitter: float = 0.0  # s, uniform, both sides of the delay


PERFECT = Network()


class SipError(RuntimeError):
    """The other end refused: its status line."""


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data)


@dataclass
class Message:
    """A SIP message."""

    first: str
    headers: dict[str, str]
    body: str
    all: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, data: bytes) -> "Message":
        head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        pairs = [(k.strip(), v.strip()) for k, _, v in (line.partition(":") for line in lines)]
        return cls(first, {k.lower(): v for k, v in reversed(pairs)}, body, pairs)

    def vias(self) -> str:
        return "".join(f"Via: {v}\r\n" for k, v in self.all if k.lower() == "via")


class SipPhone:
    """One telephone, one call at a time. Used in `async with`."""

    def __init__(
        self,
        address: str = lab.CALLER_ADDRESS,
        port: int = 0,  # any
        *,
        user: str = LINE,
        network: Network = PERFECT,
        answers: bool = False,
        seed: int = 1,
    ) -> None:
        self.address, self.port, self.user = address, port, user
        self.network = network
        self._answers = answers
        self._chance = random.Random(seed)
        self.began = 0.0  # monotonic, of the media
        self.invited = 0.0  # monotonic, of the INVITE that was sent or taken
        self.said = bytearray()  # 16-bit, 8 kHz, on one clock with `heard`
        self.ringing = asyncio.Event()
        self.connected = asyncio.Event()
        self.over = asyncio.Event()
        self.ended = ""  # "bye" by the other end, "status" line, "" by us
        self.invitation: Message | None = None  # taken, with its headers
        self.departures: list[float] = []  # when each 20 ms of `said` left, seconds since `began`
        self._sounds: list[tuple[float, float]] = []
        self._heard: list[tuple[float, bytes]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._uplink = bytearray()
        self._keys: list[tuple[int, int]] = []
        self._answered: asyncio.Future[Message] | None = None
        self._remote_rtp: tuple[str, int] | None = None
        self._dialog: dict[str, str] = {}
        self._cseq = 1
        self._offers = 0
        self._late: list[asyncio.TimerHandle] = []
        self._due = 0.0  # monotonic, when what is sent now was to be sent

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        with lab.inside(lab.PHONES):
            self._sip = _bound(self.address, self.port)
            self._rtp = _bound(self.address, 0)
        sip, _ = await loop.create_datagram_endpoint(lambda: _Udp(self._message), sock=self._sip)
        rtp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self._arrives), sock=self._rtp)
        self._sip_out, self._rtp_out = sip, rtp
        self.port = self._sip.getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        for timer in self._late:
            timer.cancel()
        self._sip_out.close()
        self._rtp_out.close()

    # What a caller does

    async def call(self, number: str, patience: float = lab.HANG) -> None:
        """Call; returns when the other end answered. Raises SipError where it does not."""
        self._dialog = {
            "call": secrets.token_hex(12),
            "from": f"<sip:{self.user}@{self.address}:{self.port}>;tag={secrets.token_hex(4)}",
            "to": f"<sip:{number}@{lab.PBX_ADDRESS}>",
            "uri": f"sip:{number}@{lab.PBX_ADDRESS}",
        }
        self._answered = asyncio.get_running_loop().create_future()
        self.invited = time.monotonic()
        self._request("INVITE", self._sdp())
        async with asyncio.timeout(patience):
            answer = await self._answered
        status = answer.first.split(" ", 2)[1]
        self._dialog["to"] = answer.headers["to"]
        if contact := re.search(r"<([^>]+)>", answer.headers.get("contact", "")):
            self._dialog["uri"] = contact[1] if status == "200" else self._dialog["uri"]
        self._request("ACK", cseq=self._cseq)
        if status != "200":
            self.ended = answer.first
            self.over.set()
            raise SipError(answer.first)
        self._media(answer.body)

    def say(self, pcm: bytes) -> None:
        """16-bit, 8 kHz; after what is already to be said."""
        self._uplink += audioop.lin2alaw(pcm, 2)

    @property
    def speaking(self) -> bool:
        """Whether something is still to be said."""
        return bool(self._uplink)

    def hush(self) -> None:
        """Say no more."""
        self._uplink.clear()

    async def press(self, keys: str, pause: float = 0.12) -> None:
        """Keys, 80 ms each."""
        for key in keys:
            self._keys.append((_KEY[key], 4))
            await asyncio.sleep(0.08 + pause)

    async def hold(self, *, held: bool = True) -> None:
        """Put the other end on hold, or take it back."""
        self._cseq += 1
        self._answered = asyncio.get_running_loop().create_future()
        self._request("INVITE", self._sdp("sendonly" if held else "sendrecv"))
        async with asyncio.timeout(lab.HANG):
            answer = await self._answered
        self._request("ACK", cseq=self._cseq)
        if " 200 " not in f"{answer.first} ":
            raise SipError(answer.first)

    async def hang_up(self) -> None:
        """End the call, if there is one."""
        if self.connected.is_set() and not self.over.is_set():
            self._request("BYE")
            await asyncio.sleep(0.02)
        self._end("")

    def vanish(self) -> None:
        """As with a cut cable: nothing is sent any more, nothing answered."""
        self._end("vanished")

    # What a caller hears

    def heard(self) -> bytes:
        """All that came, 16-bit 8 kHz, from the start of the media on, gaps as silence."""
        out = bytearray()
        for at, pcm in sorted(self._heard, key=lambda each: each[0]):
            place = max(len(out), round(at * RATE) * 2) if at * RATE * 2 > len(out) + 960 else 0
            out += bytes(max(0, place - len(out))) + pcm
        return bytes(out)

    def came(self, after: float = 0.0) -> bytes:
        """What came after `after`, 16-bit 8 kHz, packet after packet, however late each was."""
        return b"".join(pcm for at, pcm in self._heard if at > after)

    def sounds(self) -> list[tuple[float, float]]:
        """From when to when, in seconds since the media began, something was to be heard."""
        return self._sounds

    @property
    def now(self) -> float:
        """Seconds since the media began."""
        return time.monotonic() - self.began

    async def quiet(
        self, seconds: float = 0.5, after: float = 0.0, patience: float = lab.HANG
    ) -> None:
        """Wait until something was heard (after `after`) and then nothing for so long."""
        async with asyncio.timeout(patience):
            while True:
                sounds = self.sounds()
                if sounds and sounds[-1][1] > after and self.now - sounds[-1][1] >= seconds:
                    return
                if self.over.is_set():
                    raise AssertionError(f"the call ended: {self.ended!r}")
                await asyncio.sleep(0.02)

    async def sound(self, after: float, patience: float = lab.HANG) -> float:
        """When the first sound after `after` began."""
        async with asyncio.timeout(patience):
            while True:
                for began, ended in self.sounds():
                    if began > after or ended > after + 0.3:
                        return max(began, after)
                await asyncio.sleep(0.02)

    # SIP

    def _message(self, data: bytes) -> None:
        if self.ended == "vanished" or not data.strip():
            return
        message = Message.read(data)
        if "cseq" not in message.headers:  # sound for whoever had this port before
            return
        if message.first.startswith("SIP/2.0"):
            self._response(message)
        else:
            self._incoming(message)

    def _response(self, message: Message) -> None:
        status = message.first.split(" ", 2)[1]
        if "INVITE" not in message.headers.get("cseq", ""):
            return
        if status in ("180", "183"):
            self.ringing.set()
        if status >= "200" and self._answered and not self._answered.done():
            self._answered.set_result(message)
        elif status == "200":
            self._request("ACK", cseq=self._cseq)  # repeated: ours was lost

    def _incoming(self, message: Message) -> None:
        method = message.first.split(" ", 1)[0]
        match method:
            case "INVITE" if self._dialog and message.headers["call-id"] == self._dialog["call"]:
                self._reply(message, "200 OK", self._sdp())
            case "INVITE":
                self.invitation = message
                self.invited = time.monotonic()
                self.ringing.set()
                self._reply(message, "180 Ringing")
                if self._answers:
                    self.answer()
            case "CANCEL":
                self._reply(message, "200 OK")
                if self.invitation is not None and not self.connected.is_set():
                    self._reply(self.invitation, "487 Request Terminated")
                    self.ended = "cancelled"
                    self.over.set()
            case "BYE":
                self._reply(message, "200 OK")
                self._end("bye")
            case "ACK":
                pass
            case _:
                self._reply(message, "200 OK")

    def answer(self) -> None:
        """Take the call that rings."""
        message = self.invitation
        assert message is not None, "nobody calls"
        uri = re.search(r"<([^>]+)>", message.headers["contact"])
        assert uri is not None
        self._dialog = {
            "call": message.headers["call-id"],
            "from": self._tagged(message),
            "to": message.headers["from"],
            "uri": uri[1],
        }
        self._reply(message, "200 OK", self._sdp())
        self._media(message.body)

    def decline(self, status: str = "486 Busy Here") -> None:
        """Refuse the call that rings."""
        assert self.invitation is not None, "nobody calls"
        self._reply(self.invitation, status)
        self.invitation = None

    def _tagged(self, message: Message) -> str:
        to = message.headers["to"]
        return to if "tag=" in to else f"{to};tag={message.headers['call-id'][:8]}"

    def _reply(self, message: Message, status: str, body: str = "") -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self._send(
            f"SIP/2.0 {status}\r\n{message.vias()}From: {message.headers['from']}\r\n"
            f"To: {self._tagged(message)}\r\nCall-ID: {message.headers['call-id']}\r\n"
            f"CSeq: {message.headers['cseq']}\r\n"
            f"Contact: <sip:{self.user}@{self.address}:{self.port}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _request(self, method: str, body: str = "", cseq: int = 0, kind: str = "sdp") -> None:
        if not cseq and method != "INVITE":
            self._cseq += 1
        kind = f"Content-Type: application/{kind}\r\n" if body else ""
        self._send(
            f"{method} {self._dialog['uri']} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{secrets.token_hex(6)}\r\n"
            f"Max-Forwards: 70\r\nFrom: {self._dialog['from']}\r\nTo: {self._dialog['to']}\r\n"
            f"Call-ID: {self._dialog['call']}\r\nCSeq: {cseq or self._cseq} {method}\r\n"
            f"Contact: <sip:{self.user}@{self.address}:{self.port}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _send(self, text: str) -> None:
        if not self._sip_out.is_closing():
            self._sip_out.sendto(text.encode(), (lab.PBX_ADDRESS, 5060))

    def _sdp(self, direction: str = "sendrecv") -> str:
        self._offers += 1
        port = self._rtp.getsockname()[1]
        return (
            f"v=0\r\no=- 1 {self._offers} IN IP4 {self.address}\r\ns=-\r\n"
            f"c=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
            f"a={direction}\r\n"
        )

    # RTP

    def _media(self, sdp: str) -> None:
        host, port = re.search(r"c=IN IP4 (\S+)", sdp), re.search(r"m=audio (\d+)", sdp)
        assert host is not None
        assert port is not None
        self._remote_rtp = (host[1], int(port[1]))
        self.began = time.monotonic()
        self.connected.set()
        self._tasks.append(asyncio.create_task(self._talk()))

    async def _talk(self) -> None:
        sequence, stamp, source = self._chance.randrange(1000), 0, self._chance.randrange(1 << 31)
        due = self.began
        silence = audioop.lin2alaw(bytes(STEP * 2), 2)
        first = True
        key: tuple[int, int, int] | None = None  # code, steps left, stamp
        while True:
            self._due = due
            if key is None and self._keys:
                code, steps = self._keys.pop(0)
                key = (code, steps, stamp)
            if key is not None:
                code, left, began = key
                last = left <= 0
                payload = struct.pack(
                    ">BBH", code, 0x80 | 10 if last else 10, min(0xFFFF, stamp - began + STEP)
                )
                for _ in range(3 if last else 1):
                    self._depart(_packet(101, sequence, began, source, payload, left == 4))
                    sequence += 1
                key = None if last else (code, left - 1, began)
                del self._uplink[:STEP]  # what is said meanwhile is not sent
                self.said += bytes(STEP * 2)
            else:
                piece = bytes(self._uplink[:STEP])
                del self._uplink[:STEP]
                piece += silence[len(piece) :]
                self._depart(_packet(8, sequence, stamp, source, piece, first))
                self.said += audioop.alaw2lin(piece, 2)
                sequence += 1
            self.departures.append(self.now)
            first = False
            stamp += STEP
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _depart(self, packet: bytes) -> None:
        # A telephone that was kept from sending in time has no packets overtake each other by that.
        behind = time.monotonic() - self._due
        self._through(lambda: self._rtp_send(packet), behind)

    def _rtp_send(self, packet: bytes) -> None:
        if self._remote_rtp and not self._rtp_out.is_closing():
            self._rtp_out.sendto(packet, self._remote_rtp)

    def _arrives(self, packet: bytes) -> None:
        self._through(lambda: self._take(packet))

    def _take(self, packet: bytes, at: float | None = None) -> None:
        at = self.now if at is None else at
        if len(packet) > 12 and packet[1] & 0x7F == 8 and self.connected.is_set():
            pcm = audioop.alaw2lin(packet[12:], 2)
            self._heard.append((at, pcm))
            if audioop.rms(pcm, 2) > _AUDIBLE:
                if self._sounds and at - self._sounds[-1][1] < 0.3:
                    self._sounds[-1] = (self._sounds[-1][0], at + 0.02)
                else:
                    self._sounds.append((at, at + 0.02))

    def _through(self, then: Callable[[], None], behind: float = 0.0) -> None:
        network = self.network
        if network is PERFECT:
            then()
            return
        if self._chance.random() < network.loss:
            return
        late = network.delay + self._chance.uniform(-network.jitter, network.jitter)
        loop = asyncio.get_running_loop()
        self._late = [t for t in self._late if t.when() > loop.time()]
        self._late.append(loop.call_later(late - behind, then))

    def _end(self, why: str) -> None:
        self.ended = self.ended or why
        self.over.set()
        for task in self._tasks:
            task.cancel()


def _bound(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((address, port))
    return sock


def _packet(kind: int, sequence: int, stamp: int, source: int, data: bytes, mark: bool) -> bytes:
    head = struct.pack(
        ">BBHII", 0x80, kind | (0x80 if mark else 0), sequence & 0xFFFF, stamp & 0xFFFFFFFF, source
    )
    return head + data


def narrow(pcm: bytes) -> bytes:
    """16 kHz speech as a telephone's microphone takes it: 8 kHz, 300 to 3400 Hz."""
    import soxr

    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
    down = soxr.resample(samples, 16_000, RATE)
    spectrum = np.fft.rfft(down)
    hertz = np.fft.rfftfreq(len(down), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    shaped = np.clip(np.fft.irfft(spectrum, len(down)), -1, 1)
    return bytes((shaped * 32767).astype("<i2").tobytes())
