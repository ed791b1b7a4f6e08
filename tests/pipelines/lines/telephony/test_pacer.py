"""What a PBX that stood still has in its queue: silence is thrown away, what was said is not."""

import json
from collections.abc import AsyncIterator

from pipelines.lines.telephony.asterisk.websocket import AsteriskWebSocket
from pipelines.lines.telephony.leg import STEP, Codec, LegEvent
from pipelines.lines.telephony.pacer import Pacer

SOUND = b"\1\0" * 320


class EnoughError(Exception):
    """The time is over."""


class CallerAudio:
    """A leg whose PBX plays at once what it is sent, as long as it `plays`."""

    def __init__(self) -> None:
        self.codec: Codec = AsteriskWebSocket()
        self.sent: list[str] = []  # "sound", "silence", "mark", "flush"
        self.now = 0.0
        self.plays = True
        self.marks: list[str] = []
        self.pacer = Pacer(self, lambda: self.now)

    async def send(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.sent.append("sound" if any(message) else "silence")
            return
        command = json.loads(message)
        if command["command"] == "MARK_MEDIA":
            self.marks.append(command["correlation_id"])
            self.sent.append("mark")
        else:
            self.sent.append("flush")

    async def events(self) -> AsyncIterator[LegEvent]:
        nothing: list[LegEvent] = []
        for event in nothing:
            yield event

    async def close(self) -> None: ...

    async def passes(self, seconds: float) -> None:
        """So much time."""
        end = self.now + seconds

        async def sleep(_: float) -> None:
            self.now += STEP
            if self.plays:
                for mark in self.marks:
                    self.pacer.marked(mark)
                self.marks.clear()
            if self.now >= end:
                raise EnoughError

        try:
            await self.pacer.run(sleep)
        except EnoughError:
            return


async def test_silence_that_waits_is_thrown_away_before_anything_is_said() -> None:
    line = CallerAudio()
    await line.passes(2)
    assert "flush" not in line.sent
    line.plays = False
    await line.passes(3)
    await line.pacer.play(SOUND)
    await line.passes(0.3)
    before = line.sent[: line.sent.index("sound")]
    assert "flush" in before
    assert before[::-1].index("flush") * STEP < 0.2  # all that waits before the sound


async def test_what_was_said_is_kept() -> None:
    line = CallerAudio()
    await line.passes(2)
    line.plays = False
    await line.pacer.play(SOUND)
    await line.passes(3)
    assert "flush" not in line.sent


async def test_once_that_is_played_the_silence_behind_it_goes() -> None:
    line = CallerAudio()
    await line.passes(2)
    line.plays = False
    await line.pacer.play(SOUND)
    await line.passes(3)
    line.pacer.marked(line.marks[0])  # sent after the sound; it comes back late
    await line.passes(STEP)
    assert line.sent.count("flush") == 1
    assert line.pacer.lag == 0.0
