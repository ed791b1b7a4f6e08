"""Many telephones at once: they only listen until they have a key to press.

When sound came is taken from the system, which notes it as the packet arrives: what this process
was busy with meanwhile is not measured.
"""

import asyncio
import socket
import struct
import time
from itertools import pairwise
from typing import Self

import numpy as np

from tests.pbx import lab
from tests.pbx.sip_phone import RATE, STEP, SipError, SipPhone, _Udp

GREETING = 2.8  # s that the agent's first sentence takes
_TIMESTAMP = 35  # SO_TIMESTAMPNS, asm-generic/socket.h: a struct timespec with each packet
_BIGGEST = 2048  # bytes of a packet
_READ_EVERY = 0.1  # s between looks at what came: a crowd must not keep this machine busy


class Listener(SipPhone):
    """A telephone whose owner listens."""

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        with lab.inside(lab.PHONES):
            self._sip, self._rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "12")
        for sock in (self._sip, self._rtp):
            sock.setblocking(False)
            sock.bind((self.address, 0))
        self._rtp.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        self._sip_out, _ = await loop.create_datagram_endpoint(
            lambda: _Udp(self._message), sock=self._sip
        )
        self.port = self._sip.getsockname()[1]
        self._clocks = time.time() - time.monotonic()
        self._reading = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        self._reading.cancel()
        self._rtp.close()
        self._sip_out.close()

    async def _listen(self) -> None:
        while True:
            self._read()
            await asyncio.sleep(_READ_EVERY)

    def _read(self) -> None:
        while True:
            try:
                packet, notes, _, _ = self._rtp.recvmsg(_BIGGEST, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", notes[0][2])
            self._take(packet, seconds + nanoseconds / 1e9 - self._clocks - self.began)

    def _rtp_send(self, packet: bytes) -> None:
        if self._remote_rtp:
            self._rtp.sendto(packet, self._remote_rtp)

    async def _talk(self) -> None:
        while not self._keys:  # noqa: ASYNC110 - a telephone's own clock
            await asyncio.sleep(0.1)
        await super()._talk()

    async def try_to_call(self, number: str) -> bool:
        """Whether somebody answered."""
        try:
            await self.call(number)
        except SipError:
            return False
        return True

    # What was heard, and when it came

    def packets(self, began: float, ended: float) -> list[float]:
        """When packets came, in seconds since the media began."""
        return [at for at, _ in self._heard if began <= at <= ended]

    def gap(self) -> float:
        """The longest time, in s, that no packet came while the agent said its first sentence."""
        began = self.sounds()[0][0]
        came = self.packets(began, began + GREETING)
        return max(b - a for a, b in pairwise(came))

    @property
    def tone(self) -> float:
        """The frequency that dominates the last second of what was heard, in Hz."""
        pcm = b"".join(pcm for _, pcm in self._heard[-RATE // STEP :])
        spectrum = np.abs(np.fft.rfft(np.frombuffer(pcm, "<i2").astype(float)))
        return float(np.argmax(spectrum) * RATE / (len(pcm) / 2))

    @property
    def audible(self) -> float:
        """Seconds of sound."""
        return sum(ended - began for began, ended in self._sounds)
