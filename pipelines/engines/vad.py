"""Silero voice activity detection, its model loaded once for all calls.

pipecat's own analyzer loads an ONNX session and keeps a thread for every call (10 MB and a thread
hop per 20 ms); the model is stateless between calls but for a small recurrent state, so the session
is shared here and run where the audio is: 0.1 ms for 32 ms of sound.
"""

import copy
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

# A voice whose loudest 20 ms are at this level is noticed as it is; one that is softer is made
# louder up to it. What was loud is remembered for some seconds.
_LOUD = -32.0  # dBFS
_FADING = 2.0  # dB a second


@cache
def _shared() -> SileroVADAnalyzer:
    return SileroVADAnalyzer(sample_rate=16_000)


@cache
def _hiss() -> npt.NDArray[np.int32]:
    """A second at 8 kHz, -60 dBFS; the same one always, so that a call can be heard again."""
    noise = np.random.default_rng(8).normal(0, 33, 8_000)
    return noise.round().astype(np.int32)


def warm() -> None:
    """Load the model now rather than in the first call."""
    analyzer = _shared()
    analyzer.set_sample_rate(16_000)
    analyzer.voice_confidence(np.zeros(512, dtype=np.int16).tobytes())
    analyzer._model.reset_states()


class SharedSilero(SileroVADAnalyzer):
    """One call's detector: its own recurrent state on the shared session.

    Args:
        confidence: from which probability on a window counts as speech.
        start: seconds of speech before it counts.
        stop: seconds of silence before it counts.
        longest: seconds; a sound that goes on for longer (a vacuum cleaner, a stuck line) counts as
            paused, so that no turn stays open for ever.
        narrow: the sound comes from a telephone. It is given 16 kHz all the same, and shown to the
            model at 8 kHz over an analogue line's faint hiss: where half of the band is empty, or a
            pause is exactly nothing, the model is on strange ground. Of people's single digits it
            noticed 54 % at 16 kHz, 68 % at 8 kHz, 80 % with the hiss (111 recordings, fsdd).
        gain: dB at most by which a soft voice is made louder.
        soft: whether the caller alone is on the line now. Then soft voices are made louder for the
            model, which takes no voice for one that is much softer than those it was taught with;
            not while the agent speaks, whose echo is such a voice.
    """

    def __init__(
        self,
        *,
        confidence: float,
        start: float,
        stop: float,
        longest: float,
        narrow: bool = False,
        gain: float = 18.0,
        soft: Callable[[], bool] = lambda: False,
    ) -> None:
        params = VADParams(confidence=confidence, start_secs=start, stop_secs=stop, min_volume=0.0)
        self._narrow = narrow
        rate = 8_000 if narrow else 16_000
        VADAnalyzer.__init__(self, sample_rate=rate, params=params)
        self._model = copy.copy(_shared()._model)  # shares the session, not the state
        self._model.reset_states()
        self._windows_since_reset = 0
        self._low_confidence_windows = 0
        self._longest_bytes = int(longest * rate) * 2
        self._speaking_bytes = 0
        self._hissed = 0  # samples of the hiss that were used
        self._strong = 0  # windows of speech in a row
        self._gain, self._soft = gain, soft
        self._loudest = -math.inf  # dBFS of lately

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """The state after `buffer`, computed here: a thread hop would cost more than the model."""
        buffer = self._levelled(buffer)
        if self._narrow:
            buffer = self._as_on_a_line(buffer)
        state = self._run_analyzer(buffer)
        if state != VADState.SPEAKING:
            self._speaking_bytes = 0
            return state
        self._speaking_bytes += len(buffer)
        if self._speaking_bytes > self._longest_bytes:
            self._speaking_bytes = 0
            self._vad_state = VADState.QUIET
        return self._vad_state

    def _levelled(self, buffer: bytes) -> bytes:
        """Louder, where all that came lately is soft."""
        sound = np.frombuffer(buffer, np.int16).astype(np.float32)
        if not len(sound):
            return buffer
        power = float(sound @ sound) / len(sound) / 32768**2
        level = 10 * math.log10(power + 1e-12)
        self._loudest = max(level, self._loudest - _FADING * len(sound) / 16_000)
        gain = min(self._gain, _LOUD - self._loudest) if self._soft() else 0.0
        if gain <= 0:
            return buffer
        louder = sound * np.float32(10 ** (gain / 20))
        return louder.clip(-32768, 32767).astype(np.int16).tobytes()

    def _as_on_a_line(self, buffer: bytes) -> bytes:
        sound = np.frombuffer(buffer, np.int16)[::2]  # nothing is above 4 kHz, so half says it all
        hiss = _hiss()
        places = np.arange(self._hissed, self._hissed + len(sound)) % len(hiss)
        self._hissed = (self._hissed + len(sound)) % len(hiss)
        noisy = sound.astype(np.int32) + hiss[places]
        return noisy.clip(-32768, 32767).astype(np.int16).tobytes()

    def _get_smoothed_volume(self, audio: bytes) -> float:
        """No loudness gate: quiet callers would vanish, and the meter costs more than the model."""
        return 1.0

    def voice_confidence(self, buffer: Any) -> float:
        """Speech probability of one window, 0..1.

        One weak window after two of speech does not make a beginning start anew: which windows are
        weak depends on where a word falls into them, and a barge-in would come a syllable late.
        """
        found = float(np.asarray(super().voice_confidence(buffer)).item())
        enough = self._params.confidence
        held = found < enough and self._strong >= 2 and self._vad_state == VADState.STARTING
        self._strong = self._strong + 1 if found >= enough else 0
        return enough if held else found
