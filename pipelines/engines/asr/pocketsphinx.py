"""The embedded recogniser: pocketsphinx, which needs no download, on a closed list of phrases.

It chooses among the phrases that the open question expects and takes no dictation; digits belong
to the keypad. `Recognised.confidence` never exceeds 0.7: what it heard has to be confirmed.
Decoders run in worker processes (pocketsphinx_worker.py); this file turns phrases into phones,
moves audio, and gives results their words back.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipelines.engines.asr.engine import (
    ANYTHING,
    SAMPLE_RATE,
    Band,
    EngineError,
    Expected,
    Recognised,
)
from pipelines.engines.asr.pocketsphinx_accuracy import LEAST_CONFIDENT, SERVED, confidence_of
from pipelines.engines.asr.pronunciation import Phonemes, Pronouncer, Readings, words_of
from pipelines.engines.worker import Worker
from pipelines.engines.worker_output import Message
from pipelines.engines.worker_protocol import Header

_WORKER = "pipelines.engines.asr.pocketsphinx_worker"
TELEPHONE = Path(__file__).with_name("telephone.mllr")
BATCH = SAMPLE_RATE * 2 // 10  # bytes: 0.1 s goes through the pipe at a time


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a stream listens for: the phrases as given, and their words as looked up."""

    language: str
    phrases: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for the same list."""
        text = "\n".join((self.language, *self.phrases))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    @property
    def words(self) -> list[str]:
        """Every word once."""
        return list(dict.fromkeys(word for phrase in self.phrases for word in words_of(phrase)))


class Pocketsphinx:
    """The engine: its worker processes, shared by all calls."""

    name = "pocketsphinx"
    capacity = 0

    def __init__(
        self,
        phonemes: Phonemes | None = None,
        *,
        workers: int = 1,
        longest_turn: float = 30.0,  # s; what a caller says beyond is not heard
        deadline: float = 5.0,  # s for a result, before the worker counts as hung
    ) -> None:
        try:
            self.version = version("pocketsphinx")
        except PackageNotFoundError:
            self.version = ""  # `start` says so
        self._phonemes = phonemes
        self._wanted = workers
        self._longest = int(longest_turn * SAMPLE_RATE) * 2
        self._deadline = deadline
        self._workers: list[tuple[Worker, set[PocketsphinxStream]]] = []
        self._pronouncer: Pronouncer | None = None

    def dictates(self, language: str) -> bool:
        """See engine.py."""
        return False

    async def start(self) -> None:
        """See engine.py."""
        self._pronouncer = Pronouncer(self._phonemes)
        try:
            for _ in range(self._wanted):
                worker = await Worker.start(_WORKER, [str(TELEPHONE)], deadline=self._deadline)
                self._workers.append((worker, set()))
        except BaseException:
            await self.close()
            raise

    async def open(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> "PocketsphinxStream":
        """See engine.py."""
        if self._pronouncer is None or not self._workers:
            raise EngineError("the recogniser pocketsphinx is not started, or closed: call start()")
        self.require(language)
        worker, streams = min(self._workers, key=lambda loaded: len(loaded[1]))
        stream = PocketsphinxStream(self, worker, self._pronouncer, language, band, on_partial)
        stream.closed = lambda: streams.discard(stream)
        streams.add(stream)
        return stream

    def require(self, language: str) -> None:
        """Raises EngineError where the language is not served."""
        if self.serves(language) is None:
            raise EngineError(
                f"pocketsphinx cannot listen in {language!r}: "
                + ("give it a source of phonemes" if language in SERVED else "an unknown language")
            )

    def serves(self, language: str) -> str | None:
        """See engine.py. Other languages than English need a source of phonemes."""
        if language != "en" and self._phonemes is None:
            return None
        return SERVED.get(language)

    @property
    def longest_turn_bytes(self) -> int:
        """What of a turn is kept."""
        return self._longest

    async def close(self) -> None:
        """See engine.py."""
        workers, self._workers = self._workers, []
        await asyncio.gather(*(worker.close() for worker, _ in workers))


class PocketsphinxStream:
    """One call's stream. What the worker must know of it is told again after the worker's death."""

    def __init__(
        self,
        engine: Pocketsphinx,
        worker: Worker,
        pronouncer: Pronouncer,
        language: str,
        band: Band,
        on_partial: Callable[[Recognised], None],
    ) -> None:
        self.dropped = 0  # bytes of overlong turns
        self.closed: Callable[[], None] = lambda: None
        self._engine, self._worker, self._pronouncer = engine, worker, pronouncer
        self._band, self._on_partial = band, on_partial
        self._id = worker.listen(self._told)
        self._expected = Expectation(language, ())
        self._hearing: Expectation | None = None  # the expectation of the turn in progress
        self._turn = 0
        self._failure: EngineError | None = None  # of the turn in progress
        self._preparing: asyncio.Task[None] | None = None
        self._pieces: list[bytes] = []
        self._waiting = 0  # bytes in _pieces
        self._given = 0  # bytes of the turn
        self._generation = 0  # of the worker that knows us
        self._known = ""  # key of the expectation that it knows
        self._tell_open()

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        """See engine.py; a closed list. Raises EngineError for a language that is not served."""
        self._engine.require(language)
        self._expected = Expectation(language, tuple(sorted(set(phrases))))

    def begin(self) -> None:
        """See engine.py."""
        self._stop_preparing()
        self._turn += 1
        self._hearing, self._failure = self._expected, None
        self._pieces, self._waiting, self._given = [], 0, 0
        readings = self._pronouncer.known(self._hearing.language, self._hearing.words)
        if readings is not None and self._worker.alive:
            self._tell_begin(self._hearing, readings)
        else:
            self._preparing = asyncio.create_task(self._prepare(self._hearing))

    def hear(self, pcm: bytes) -> None:
        """See engine.py. Audio without `begin` is not heard."""
        if self._hearing is None or not pcm:
            return
        room = self._engine.longest_turn_bytes - self._given
        if len(pcm) > room:
            self.dropped += len(pcm) - room
            pcm = pcm[:room]
        self._given += len(pcm)
        self._waiting += len(pcm)
        self._pieces.append(pcm)
        if self._waiting >= BATCH and self._preparing is None:
            self._flush()

    async def finish(self) -> Recognised:
        """See engine.py. Nothing was heard where no turn was begun or no phrase is expected."""
        turn, hearing = self._turn, self._hearing
        try:
            if hearing is None or not hearing.phrases:
                return self._result(hearing or self._expected, {})
            if self._preparing is not None:
                await asyncio.shield(self._preparing)
                self._preparing = None
            self._flush()
            if self._failure is None and self._generation != self._worker.generation:
                self._failure = EngineError("pocketsphinx's worker process died during the turn")
            if self._failure is not None:
                raise self._failure
            message = await self._worker.ask({"do": "finish", "stream": self._id})
            if self._failure is not None:
                raise self._failure
            return self._result(hearing, message.header["result"])
        finally:
            if self._turn == turn:
                self._hearing = None

    async def close(self) -> None:
        """See engine.py."""
        self._stop_preparing()
        self._hearing = None
        self._worker.forget(self._id)
        if self._generation == self._worker.generation:
            self._tell("close")
        self._generation = -1
        self.closed()

    # -- what the worker is told, and tells ----------------------------------------------------

    async def _prepare(self, hearing: Expectation) -> None:
        """Begin the turn when its words have readings and the worker runs."""
        try:
            readings = await self._pronouncer.ask(hearing.language, hearing.words)
            await self._worker.started(self._worker.deadline)
            self._tell_begin(hearing, readings)
        except EngineError as error:
            self._failure = error
        else:
            self._preparing = None
            if self._waiting >= BATCH:
                self._flush()

    def _stop_preparing(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None

    def _tell_open(self) -> None:
        if self._worker.alive:
            self._generation, self._known = self._worker.generation, ""
            self._tell("open", band=self._band)

    def _tell_begin(self, hearing: Expectation, readings: dict[str, Readings]) -> None:
        if not hearing.phrases:
            return
        if self._generation != self._worker.generation:
            self._tell_open()
        if self._known != hearing.key:
            phrases = [[readings[word] for word in words_of(phrase)] for phrase in hearing.phrases]
            self._tell("expect", key=hearing.key, phrases=phrases)
            self._known = hearing.key
        self._tell("begin", turn=self._turn)

    def _flush(self) -> None:
        audio = b"".join(self._pieces)
        odd = len(audio) % 2  # half a sample waits for its other half
        self._pieces, self._waiting = ([audio[-1:]], 1) if odd else ([], 0)
        if len(audio) > odd and self._generation == self._worker.generation:
            self._tell("hear", audio[:-1] if odd else audio)

    def _tell(self, what: str, payload: bytes = b"", **header: object) -> None:
        about = {"do": what, "id": self._id, "stream": self._id}
        self._worker.send({**about, **header}, payload)

    def _told(self, message: Message) -> None:
        if "error" in message.header:
            self._failure = EngineError(f"pocketsphinx refused: {message.header['error']}")
        elif (hearing := self._hearing) is not None and message.header["turn"] == self._turn:
            text = hearing.phrases[message.header["place"]]
            self._on_partial(Recognised(text, hearing.language, 0.0, 1.0, final=False))

    def _result(self, hearing: Expectation, result: Header) -> Recognised:
        text, confidence = "", 0.0
        if "place" in result:
            confidence = confidence_of(hearing.language, result["fit"], result["worst"])
            text = hearing.phrases[result["place"]] if confidence >= LEAST_CONFIDENT else ""
        return Recognised(text, hearing.language, confidence if text else 0.0, 1.0, final=True)
