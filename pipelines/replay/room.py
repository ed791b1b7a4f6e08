"""What a caller's microphone hears beside the caller: noise, and the agent from a loudspeaker."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import soxr


@dataclass
class Room:
    """Both optional; for one call.

    Args:
        noise: sound that goes on and on, 16-bit mono at the microphone's rate; b"" none.
        echo_delay: seconds after which the agent's sound comes back.
        echo_level: dB by which it is softer; None where it does not come back.
    """

    noise: bytes = b""
    echo_delay: float = 0.2
    echo_level: float | None = None
    _noise_at: int = 0
    _echo: dict[int, npt.NDArray[np.float32]] = field(default_factory=dict)

    def spoken(self, pcm: bytes, rate: int, at: float, microphone: int) -> None:
        """The agent's sound, heard at second `at`; `microphone` is its rate in Hz."""
        if self.echo_level is None:
            return
        sound = np.frombuffer(pcm, "<i2").astype(np.float32)
        sound = soxr.resample(sound, rate, microphone) * 10 ** (self.echo_level / 20)
        self._echo[round((at + self.echo_delay) * microphone)] = sound.astype(np.float32)

    def heard(self, pcm: bytes, rate: int, at: float) -> bytes:
        """What the microphone makes of the caller's `pcm`, which begins at second `at`."""
        sound = np.frombuffer(pcm, "<i2").astype(np.float32)
        sound = self._with_echo(sound, round(at * rate))
        if self.noise:
            noise = np.frombuffer(self.noise, "<i2").astype(np.float32)
            places = np.arange(self._noise_at, self._noise_at + len(sound)) % len(noise)
            self._noise_at = (self._noise_at + len(sound)) % len(noise)
            sound = sound + noise[places]
        return sound.round().clip(-32768, 32767).astype("<i2").tobytes()

    def _with_echo(self, sound: npt.NDArray[np.float32], first: int) -> npt.NDArray[np.float32]:
        last = first + len(sound)
        mixed = sound.copy()
        for start, echo in list(self._echo.items()):
            a, b = max(start, first), min(start + len(echo), last)
            if a < b:
                mixed[a - first : b - first] += echo[a - start : b - start]
            if start + len(echo) <= first:
                del self._echo[start]
        return mixed
