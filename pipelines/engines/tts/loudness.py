"""Makes what an engine renders fit for a call: no silence before it, and as loud as all the rest.

The caller waits through the silence before the first sound, so it goes. Every voice of every engine
comes out equally loud and is never cut off at full scale.
"""

import numpy as np
import numpy.typing as npt


class Leveller:
    """Cuts leading silence and brings speech to `LEVEL`, a second at most behind what it is fed.

    espeak's voices differ by 5 dB among languages and as much with pitch, so the gain is set for
    each sentence, once, by the loudness of its first second: rendering that takes 1 ms. A neural
    voice takes hundreds of ms for it: given the `gain` of a sentence before, nothing is waited
    for.

    Args:
        sample_rate: Hz.
        gain: to use from the first sample on; None to find it.
        silence: of 32768; what stays below it at the beginning is cut.
    """

    LEVEL = -20.0  # dB of full scale, RMS over 20 ms frames that hold speech
    SPEECH = 25.0  # dB below the loudest frame; quieter frames are pauses
    MOST_GAIN = 15.0  # dB; a mistake about what is speech does not become a blast
    LEAD = 0.008  # s kept before the first sound, so that its onset is whole
    SILENCE = 50  # espeak's silence is exact zeros
    KNEE = 0.7  # of full scale; peaks above are bent under CEILING
    CEILING = 0.98

    def __init__(self, sample_rate: int, gain: float | None = None, silence: int = SILENCE) -> None:
        self.gain = gain
        self._rate = sample_rate
        self._silence = silence
        self._waiting = np.zeros(0, dtype=np.int16)
        self._begun = False
        self._released = False

    def add(self, pcm: bytes) -> bytes:
        """What is ready once `pcm` is known; where the gain is to be found, often nothing."""
        samples = np.frombuffer(pcm, dtype="<i2")
        if self._released:
            return self._louder(samples)
        self._waiting = np.concatenate((self._waiting, samples))
        if not self._begun:
            self._cut_silence()
        enough = self.gain is not None or len(self._waiting) >= self._rate
        return self._release() if self._begun and enough else b""

    def finish(self) -> bytes:
        """The rest, of speech shorter than a second."""
        return self._release() if self._begun and not self._released else b""

    def _cut_silence(self) -> None:
        lead = int(self.LEAD * self._rate)
        loud = np.abs(self._waiting.astype(np.int32)) > self._silence
        first = int(loud.argmax()) if loud.any() else len(self._waiting)
        self._waiting = self._waiting[max(0, first - lead) :]
        self._begun = bool(loud.any())

    def _release(self) -> bytes:
        samples, self._waiting = self._waiting, self._waiting[:0]
        self._released = True
        if self.gain is None:
            self.gain = self._gain_for(samples[: self._rate])
        return self._louder(samples)

    def _gain_for(self, samples: npt.NDArray[np.int16]) -> float:
        frame = self._rate // 50
        padded = np.pad(samples.astype(np.float64) / 32768, (0, -len(samples) % frame))
        power = (padded.reshape(-1, frame) ** 2).mean(axis=1)
        speech = power[power >= power.max() * 10 ** (-self.SPEECH / 10)]
        wanted = self.LEVEL - 10 * np.log10(speech.mean())
        return float(10 ** (min(wanted, self.MOST_GAIN) / 20))

    def _louder(self, samples: npt.NDArray[np.int16]) -> bytes:
        assert self.gain is not None
        wave = samples.astype(np.float32) * (self.gain / 32768)
        size, room = np.abs(wave), self.CEILING - self.KNEE
        if size.size and size.max() > self.KNEE:
            bent = self.KNEE + room * np.tanh((size - self.KNEE) / room)
            wave = np.where(size > self.KNEE, np.copysign(bent, wave), wave)
        return np.round(wave * 32767).astype("<i2").tobytes()
