"""Voices that are models in folders, rendered by worker processes: what all such engines share.

* A text goes out in pieces, a sentence or less each. A worker that dies takes one piece with it: a
  new one renders that again and goes on where the caller heard it break off.
* What comes back has the voice's own sample rate. It is levelled, then converted once, to the rate
  of all that the agent says; the audio cache, asked for that rate, passes it on unchanged.
* The gain of a voice that streams is found in its first sentence and kept, so that later ones need
  not wait; of one that renders a piece whole, in each piece.
"""

import itertools
import re
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from loguru import logger

from pipelines.audio import AGENT_RATE
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.loudness import Leveller
from pipelines.engines.tts.segmentation import RefusalError, check, segments
from pipelines.engines.worker import Worker
from pipelines.engines.worker_output import Message
from pipelines.engines.worker_protocol import Header

CHUNK = 60  # ms
PAUSE = 0.2  # s between two sentences of one text, as is left after each sentence
STARTING = 90.0  # s; importing torch from a cold disk on a busy machine
LOADING = 120.0  # s
PATIENCE = 30.0  # s for the next message: one of another caller's voices may have to be loaded
SILENCE = 160  # of 32768; neural voices hiss where espeak is silent
AMID = -1  # nothing is silence
NORMAL = 160  # words per minute, taken to be a voice's own pace
_SOUND = "1"  # grows when the same rendering comes out differently below; part of the cache's key

_NAME = re.compile(r"(?P<model>[^+@]+)(\+(?P<speaker>[^@]+))?(@(?P<language>[\w-]+))?")


@dataclass(frozen=True, slots=True)
class Model:
    """What a voice's name stands for."""

    path: Path
    speaker: str = ""  # of a model that has several; "" its first
    language: str = ""  # of a model that has several


@dataclass(eq=False)
class VoiceWorker:
    """One worker, what it was seen to have loaded, and how many texts it renders now."""

    worker: Worker
    loaded: set[Path] = field(default_factory=set)
    generation: int = 0
    busy: int = 0


class ModelVoices:
    """An engine whose voices are models; see `Synthesiser` for the contract.

    Args:
        models: the folder of all models.
        voices: the voice of each language, loaded at start. Others are loaded when first used.
        python: the interpreter that has the engine's library.
        workers: how many processes; each renders on one core.
        keep: how many voices each keeps loaded.
        rate: Hz of what comes out.
    """

    name = ""
    module = ""  # run by the workers
    remedy = ""  # where the worker cannot start
    shape = ""  # of a voice, in words
    streams = True  # whether a piece sounds before it is rendered to its end

    def __init__(
        self,
        models: Path,
        voices: Mapping[str, Voice],
        python: str,
        *,
        workers: int = 1,
        keep: int = 4,
        rate: int = AGENT_RATE,
    ) -> None:
        self.version = ""
        self.sample_rate = rate
        self._models = models
        self._voices = dict(voices)
        self._python = python
        self._workers = workers
        self._keep = max(keep, len(voices))
        self._slots: list[VoiceWorker] = []
        self._gains: dict[Model, float] = {}
        self._missing: dict[str, str] = {}  # language -> why
        self._tickets = itertools.count(1)

    def locate(self, name: str) -> Path | None:
        """Where the model of this name is; None if nowhere."""
        raise NotImplementedError

    def arguments(self) -> list[str]:
        """Of the worker."""
        return [str(self._keep)]

    async def start(self) -> None:
        """See `Synthesiser.start`. A language whose voice is missing is told, and not served."""
        for _ in range(self._workers):
            try:
                worker = await Worker.start(
                    self.module, self.arguments(), deadline=PATIENCE, on_death=self._tell,
                    python=self._python, starting=STARTING,
                )  # fmt: skip
            except EngineError as error:
                raise EngineError(
                    f"the {self.name} voices cannot start: {error}. {self.remedy}"
                ) from error
            self._slots.append(VoiceWorker(worker))
        for language, voice in self._voices.items():
            try:
                model = self._model(voice)
                for slot in self._slots:
                    await self._load(slot, model)
            except EngineError as error:
                self._missing[language] = str(error)
                logger.warning("{}: no voice for '{}': {}", self.name, language, error)
        if self._missing and len(self._missing) == len(self._voices):
            await self.close()
            raise EngineError(
                f"{self.name} has no voice to speak with: {next(iter(self._missing.values()))}"
            )
        self.version = f"{self._slots[0].worker.hello['version']}/{_SOUND}/{self._print():08x}"

    async def synthesise(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """See `Synthesiser.synthesise`. The pitch is the model's own."""
        check(self.name, text, voice)
        self._require_started()
        model = self._model(voice)
        for number, piece in enumerate(segments(text, whole=self.streams)):
            pause = bytes(2 * int(PAUSE * self.sample_rate)) if number and piece.begins else b""
            async with aclosing(self._outlived(piece.text, model, voice, {})) as chunks:
                async for pcm in chunks:
                    yield pause + pcm
                    pause = b""

    def serves(self, language: str) -> str | None:
        """See `Synthesiser.serves`."""
        code = language.lower()
        code = code if code in self._voices else code.partition("-")[0]
        if code not in self._voices or code in self._missing:
            return None
        return f"neural voice {self._voices[code].name}; no listening test done"

    def pids(self) -> list[int]:
        """Of the workers that run."""
        return [slot.worker.pid for slot in self._slots if slot.worker.pid]

    async def close(self) -> None:
        """See `Synthesiser.close`."""
        for slot in self._slots:
            await slot.worker.close()

    async def _outlived(
        self, text: str, model: Model, voice: Voice, part: Header
    ) -> AsyncGenerator[bytes, None]:
        """One piece, though a worker may die of it."""
        given = 0  # bytes
        for last_attempt in (False, True):
            position = 0
            try:
                async with aclosing(self._render(text, model, voice, part)) as chunks:
                    async for pcm in chunks:
                        position += len(pcm)
                        if position > given:
                            fresh = pcm[given - position :]
                            given = position
                            yield fresh
                return
            except RefusalError:
                raise
            except EngineError:
                if last_attempt:
                    raise

    async def _render(
        self, text: str, model: Model, voice: Voice, part: Header
    ) -> AsyncGenerator[bytes, None]:
        """One piece, fit for a call, in chunks of `CHUNK` ms at most.

        `part` tells the worker which part of the text; one amid a sentence begins as it is.
        """
        size = 2 * self.sample_rate * CHUNK // 1000
        leveller: Leveller | None = None
        convert: soxr.ResampleStream | None = None

        def cut(pcm: bytes, last: bool = False) -> Iterator[bytes]:
            samples = np.frombuffer(pcm, dtype="<i2")
            if convert is not None:
                samples = convert.resample_chunk(samples, last=last)
            ready = samples.tobytes()
            return (ready[at : at + size] for at in range(0, len(ready), size))

        async with aclosing(self._raw(text, model, voice, part)) as messages:
            async for message in messages:
                if leveller is None:
                    rate = message.header["rate"]
                    gain = self._gains.get(model) if self.streams else None
                    leveller = Leveller(rate, gain, AMID if part.get("begin") else SILENCE)
                    if rate != self.sample_rate:
                        convert = soxr.ResampleStream(rate, self.sample_rate, 1, dtype="int16")
                for chunk in cut(leveller.add(message.payload)):
                    yield chunk
        if leveller is not None:
            for chunk in cut(leveller.finish(), last=True):
                yield chunk
            if leveller.gain is not None:
                self._gains.setdefault(model, leveller.gain)

    async def _raw(
        self, text: str, model: Model, voice: Voice, part: Header
    ) -> AsyncGenerator[Message, None]:
        """One piece as the worker sends it, from the least busy one."""
        slot = min(self._slots, key=lambda slot: (not slot.worker.alive, slot.busy))
        ticket, ended = next(self._tickets), False
        header = {
            "do": "speak", "ticket": ticket, "folder": str(model.path), "speaker": model.speaker,
            "language": model.language, "speed": voice.rate / NORMAL, "text": text, **part,
        }  # fmt: skip
        slot.busy += 1
        try:
            await self._load(slot, model)
            async with aclosing(slot.worker.parts(header)) as messages:
                async for message in messages:
                    _raise_refusal(self.name, message)
                    ended = not message.header.get("more")
                    if message.payload:
                        yield message
        finally:
            slot.busy -= 1
            if not ended:
                slot.worker.send({"do": "cancel", "ticket": ticket})

    async def _load(self, slot: VoiceWorker, model: Model) -> None:
        """See that the worker has the model; a worker started anew has none."""
        if not slot.worker.alive:
            await slot.worker.started(STARTING)
        if slot.generation != slot.worker.generation:
            slot.generation = slot.worker.generation
            slot.loaded.clear()
        if model.path in slot.loaded:
            return
        header = {"do": "load", "ticket": next(self._tickets), "folder": str(model.path)}
        async with aclosing(slot.worker.parts(header, deadline=LOADING)) as messages:
            async for message in messages:
                _raise_refusal(self.name, message)
                if "gain" in message.header:  # the engine knows its voices' loudness
                    self._gains[model] = message.header["gain"]
        slot.loaded.add(model.path)

    def _require_started(self) -> None:
        if not self._slots:
            raise EngineError(f"the {self.name} voices are not started: await start() first")

    def _model(self, voice: Voice) -> Model:
        match = _NAME.fullmatch(voice.name)
        path = self.locate(match["model"]) if match else None
        if match is None or path is None:
            raise RefusalError(
                f"{self.name}: unknown voice {voice.name!r}: name {self.shape} in {self._models}, "
                "or put it there"
            )
        return Model(path, match["speaker"] or "", match["language"] or "")

    def _print(self) -> int:
        """Grows different when a model's files do."""
        found = [self._model(v).path for c, v in self._voices.items() if c not in self._missing]
        files = [file for path in found for file in (path.iterdir() if path.is_dir() else [path])]
        seen = sorted((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files)
        return zlib.crc32(repr(seen).encode())

    def _tell(self, death: EngineError) -> None:
        logger.warning("{} is started again: {}", self.name, death)


def _raise_refusal(engine: str, message: Message) -> None:
    if "refused" in message.header:
        raise RefusalError(f"{engine}: {message.header['refused']}")
