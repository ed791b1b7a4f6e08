"""Kokoro's two halves: the plan of a sentence, and the sound of a window of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from pipelines.engines.tts.joins import Joiner, Samples, faded, overlap
from pipelines.engines.tts.kokoro_model.graph import FLOAT, INT64, Tensor, part
from pipelines.engines.tts.kokoro_model.phonemes import MOST, TOKENS
from pipelines.engines.tts.kokoro_model.windows import FRAME, LEAD, RATE, TAIL, windows
from pipelines.engines.tts.spans import Span

Floats = npt.NDArray[np.float32]

STYLES = 510  # of a voice, one for each number of phonemes
STYLE = 256  # numbers of each
_LATELY = 0.2  # weight of the last window; a machine is busier at one time than at another

# Where the export is cut: what the plan gives, and the sound is made of.
_TOKENS, _STYLE, _SPEED, _AUDIO = "tokens", "style", "speed", "audio"
_LENGTHS = "/encoder/Gather_output_0"  # frames of each token
_SOUNDS = "/encoder/MatMul_1_output_0"  # what is said, 512 numbers a frame
_PITCH, _LOUDNESS = "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"  # two a frame
_VOICED = {
    _SOUNDS: Tensor(FLOAT, (1, 512, "frames")),
    _PITCH: Tensor(FLOAT, (1, "halves")),
    _LOUDNESS: Tensor(FLOAT, (1, "halves")),
}
_STYLED = {_STYLE: Tensor(FLOAT, (1, STYLE))}


@dataclass(frozen=True, slots=True)
class Plan:
    """A sentence before it sounds. `edges[i]` is the frame where token i begins; pads count."""

    tokens: str
    edges: npt.NDArray[np.int64]
    sounds: Floats
    pitch: Floats
    loudness: Floats
    style: Floats

    @property
    def frames(self) -> int:
        """How long it is."""
        return int(self.edges[-1])

    def border(self, letter: int) -> int:
        """The frame in the middle of the blank before a phoneme."""
        return int(self.edges[letter] + self.edges[letter + 1]) // 2

    def breaks(self) -> dict[int, int]:
        """Where a word ends -> frames of pause there; a mark before the blank adds its own."""
        found = {}
        for at in (number for number, token in enumerate(self.tokens) if token == " "):
            begin = at - 1 if at and self.tokens[at - 1] in ";:,.!?—…" else at
            pause = int(self.edges[at + 2] - self.edges[begin + 1])
            found[int(self.edges[at + 2]) - min(pause // 2, 2)] = pause
        return found


class Speech:
    """The model, loaded. Raises ValueError for a file that is not the export known here."""

    def __init__(self, path: Path) -> None:
        model = path.read_bytes()
        given = {_TOKENS: Tensor(INT64, (1, "tokens")), _SPEED: Tensor(FLOAT, (1,)), **_STYLED}
        planned = {_LENGTHS: Tensor(INT64, ("tokens",)), **_VOICED}
        self.factor = 1.0  # seconds that a second of sound takes to be made, of late
        self._plan = _session(part(model, given, planned))
        self._sound = _session(
            part(model, {**_VOICED, **_STYLED}, {_AUDIO: Tensor(FLOAT, ("samples",))})
        )

    def plan(self, phonemes: str, voice: Floats, speed: float) -> Plan:
        """A sentence's plan. `voice` is float32 (510, 1, 256), `speed` 1 for its own pace."""
        phonemes = phonemes[:MOST]
        style = voice[max(0, min(len(phonemes), STYLES) - 1)]
        tokens = np.array([[0, *(TOKENS[letter] for letter in phonemes), 0]], dtype=np.int64)
        given = {_TOKENS: tokens, _STYLE: style, _SPEED: np.array([speed], dtype=np.float32)}
        lengths, *parts = self._plan.run([_LENGTHS, _SOUNDS, _PITCH, _LOUDNESS], given)
        edges = np.concatenate(([0], np.cumsum(lengths)))
        sounds, pitch, loudness = parts
        return Plan(phonemes, edges, sounds, pitch, loudness, style)

    def sound(self, plan: Plan, begin: int, end: int) -> Samples:
        """The sound of frames `begin` to `end`, FRAME samples each."""
        given = {
            _SOUNDS: plan.sounds[:, :, begin:end],
            _PITCH: plan.pitch[:, 2 * begin : 2 * end],
            _LOUDNESS: plan.loudness[:, 2 * begin : 2 * end],
            _STYLE: plan.style,
        }
        began = time.perf_counter()
        samples: Samples = self._sound.run([_AUDIO], given)[0].reshape(-1)
        took = (time.perf_counter() - began) * RATE / max(1, len(samples))
        self.factor += _LATELY * (took - self.factor)
        return samples

    def say(self, plan: Plan, first: int, last: int, ahead: float) -> Iterator[Samples]:
        """The sound of phonemes `first` to `last`, as it becomes ready; see `windows`.

        Where it begins or ends amid the sentence, it has an `overlap` there.
        """
        begins, ends = first == 0, last >= len(plan.tokens)
        start = max(0, int(plan.edges[1]) - LEAD) if begins else plan.border(first)
        stop = self._stop(plan) if ends else plan.border(last)
        joiner = Joiner(RATE)
        for span in windows(start, stop, plan.frames, plan.breaks(), self.factor, ahead):
            piece = self._window(plan, span, begins and span.start == start)
            if span.stop == stop and ends:
                piece = faded(piece, RATE)
            yield joiner.add(piece)
        yield joiner.finish()

    def _window(self, plan: Plan, span: Span, opens: bool) -> Samples:
        after, before = overlap(RATE)
        sound = self.sound(plan, span.begin, span.end)
        start = (span.start - span.begin) * FRAME - (0 if opens else before)
        stop = (span.stop - span.begin) * FRAME + after
        return sound[max(0, start) : stop]

    @staticmethod
    def _stop(plan: Plan) -> int:
        """After the last sound: a mark and the pad after it are silence."""
        said = len(plan.tokens.rstrip(';:,.!?—…"“”() '))
        return min(plan.frames, int(plan.edges[said + 1]) + TAIL)


def read_voice(path: Path) -> Floats:
    """A voice's styles. Raises ValueError where the file holds something else."""
    numbers = np.fromfile(path, dtype="<f4")
    if numbers.size != STYLES * STYLE or not np.isfinite(numbers).all():
        raise ValueError(f"{path} is no Kokoro voice: {STYLES} x {STYLE} numbers of 4 bytes")
    return numbers.reshape(STYLES, 1, STYLE)


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads of workers side by side would wait for one another
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model, sess_options=options, providers=["CPUExecutionProvider"]
    )
