"""Taking our own voice out of what a caller's microphone hears: WebRTC's echo canceller (AEC3).

It comes in livekit's wheel, which wraps WebRTC's audio processing module for Python; nothing of it
is connected to anything. A call's canceller works only while the agent is heard and for a while
after: 9 ms of a core a second of that, 0.4 MB a call (AMD EPYC, November 2026).
"""

from typing import TYPE_CHECKING

import numpy as np
import soxr

from pipelines.engines.asr.engine import SAMPLE_RATE

_PIECE = SAMPLE_RATE // 100 * 2  # bytes of the 10 ms that it works on
_TAIL = 100  # pieces of the caller's after our last sound in which it may still come back
_STALE = 6  # pieces that still hold what it was given before it was left alone

if TYPE_CHECKING:
    from livekit.rtc.audio_frame import AudioFrame


class EchoCanceller:
    """One call's. `rate` is that of our sound in Hz, the caller's is 16 kHz."""

    def __init__(self, rate: int) -> None:
        # Imported here: it takes a third of a second, and its library 15 MB.
        from livekit.rtc.apm import AudioProcessingModule
        from livekit.rtc.audio_frame import AudioFrame

        self._frame = AudioFrame
        self._module = AudioProcessingModule(echo_cancellation=True)
        self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16", quality="QQ")
        self._rest = b""
        self._ahead = 0  # pieces of ours that it has been shown before the caller's of that time
        self._left = 0  # pieces of the caller's for which it still works
        self._stale = 0  # of them, those that come out as they went in

    def spoken(self, pcm: bytes) -> None:
        """We are heard, from about now on."""
        samples = self._resampler.resample_chunk(np.frombuffer(pcm, "<i2"))
        self._rest += samples.tobytes()
        while len(self._rest) >= _PIECE:
            piece, self._rest = self._rest[:_PIECE], self._rest[_PIECE:]
            self._module.process_reverse_stream(self._framed(piece))
            self._ahead += 1
        self._stale = self._stale if self._left else _STALE
        self._left = _TAIL

    def cleaned(self, pcm: bytes) -> bytes:
        """What the caller's microphone heard without us; whole pieces of 10 ms."""
        if not self._left:
            self._ahead = 0
            return pcm
        pieces = []
        for at in range(0, len(pcm), _PIECE):
            if self._ahead:
                self._ahead -= 1
            else:  # we are silent
                self._module.process_reverse_stream(self._framed(bytes(_PIECE)))
            piece = pcm[at : at + _PIECE]
            theirs = self._framed(piece)
            self._module.process_stream(theirs)
            pieces.append(piece if self._stale else bytes(theirs.data))
            self._stale = max(0, self._stale - 1)
            self._left = max(0, self._left - 1)
        return b"".join(pieces)

    def _framed(self, piece: bytes) -> "AudioFrame":
        return self._frame(bytearray(piece), SAMPLE_RATE, 1, len(piece) // 2)
