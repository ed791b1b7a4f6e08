"""One call on disk, written as it happens: `log.jsonl`, `caller.wav`, `agent.wav`.

A killed process loses what it had not flushed, `_FLUSH` seconds at most; the WAV headers are right
at every flush. Time is the caller's counted samples: the agent's channel is filled with silence up
to the moment at which a sound went out, so both files line up.
"""

import secrets
import time
import wave
from collections.abc import Sequence
from pathlib import Path

from agent.actions import Action
from agent.events import Event
from agent.numbers.digits import DigitWords
from pipelines.audio import seconds
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.store.call_log import CallLog
from pipelines.store.interrupted import Marker

_FLUSH = 0.5  # s of caller audio between flushes
_SLIP = 0.1  # s that the agent's channel may lag before silence is filled in


class Channel:
    """A WAV file that grows."""

    def __init__(self, path: Path, rate: int) -> None:
        self._file = path.open("wb")
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115 - open for as long as the call
        self._wave.setnchannels(1)
        self._wave.setsampwidth(2)
        self._wave.setframerate(rate)
        self._rate = rate
        self._waiting: list[bytes] = []
        self.seconds = 0.0

    def write(self, pcm: bytes) -> None:
        """Add audio; on disk with the next flush."""
        self._waiting.append(pcm)
        self.seconds += seconds(pcm, self._rate)

    def silence_until(self, at: float) -> None:
        """Fill up with silence to `at` seconds."""
        missing = int((at - self.seconds) * self._rate)
        if missing > 0:
            self.write(bytes(missing * 2))

    def flush(self) -> None:
        """Audio and a header that fits it go to the file."""
        if self._waiting:
            self._wave.writeframes(b"".join(self._waiting))
            self._waiting.clear()
        self._file.flush()

    def close(self) -> None:
        """Flush and close. Safe to call twice."""
        if not self._file.closed:
            self.flush()
            self._wave.close()
            self._file.close()


class Recording:
    """One call's folder under `calls`. Privacy is applied before anything is written.

    `says` is how callers may say a code; see `agent/privacy.py`.
    """

    def __init__(
        self,
        calls: Path,
        agent_rate: int,
        says: Sequence[DigitWords] = (DigitWords(),),
        **about: str,
    ) -> None:
        self.id = time.strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(6)
        self.folder = calls / self.id
        self.folder.mkdir(parents=True)
        self._marker = Marker(calls, self.id)
        self._caller = Channel(self.folder / "caller.wav", SAMPLE_RATE)
        self._agent = Channel(self.folder / "agent.wav", agent_rate)
        self._agent_rate = agent_rate
        self._log = (self.folder / "log.jsonl").open("w", encoding="utf-8")
        self._entries = CallLog(self._log, says, id=self.id, **about)
        self._flushed = 0.0

    def event(self, event: Event) -> Event:
        """Write an event; returns it as it was written."""
        return self._entries.event(event)

    def action(self, action: Action) -> Action:
        """Write an action; returns it as it was written."""
        return self._entries.action(action)

    def caller(self, pcm: bytes) -> None:
        """Caller audio, 16 kHz; keeps the time."""
        self._caller.write(pcm)
        if self._caller.seconds - self._flushed >= _FLUSH:
            self.flush()

    def agent(self, pcm: bytes, at: float, secret: bool) -> None:
        """Agent audio that went out at `at`; a secret is written as silence."""
        if at - self._agent.seconds > _SLIP:
            self._agent.silence_until(at)
        self._agent.write(bytes(len(pcm)) if secret else pcm)

    def keep(self, name: str, data: bytes) -> None:
        """Something else that was recorded of the call, in one piece."""
        (self.folder / name).write_bytes(data)

    def flush(self) -> None:
        """Everything so far is on disk."""
        self._flushed = self._caller.seconds
        self._caller.flush()
        self._agent.flush()
        self._log.flush()

    def close(self) -> None:
        """The call is over. Safe to call twice."""
        if not self._log.closed:
            self._agent.silence_until(self._caller.seconds)
            self._caller.close()
            self._agent.close()
            self._log.close()
            self._marker.remove()
