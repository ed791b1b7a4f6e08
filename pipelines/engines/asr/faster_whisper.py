"""The production recogniser: Whisper on CTranslate2, a model in memory for many calls.

Decoding runs in worker processes (whisper/worker.py); this file starts them and says how many calls
they can carry. Each call has a stream (whisper/stream.py), and a scheduler between them and the
workers decides who is served when (whisper/scheduler.py). Nothing is fetched from anywhere: a
checkpoint is a folder.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from pipelines.engines.asr.engine import Band, EngineError, Recognised
from pipelines.engines.asr.whisper.accuracy import measured
from pipelines.engines.asr.whisper.checkpoint import Checkpoint, multilingual, require
from pipelines.engines.asr.whisper.guards import Guards
from pipelines.engines.asr.whisper.languages import token_of
from pipelines.engines.asr.whisper.scheduler import Scheduler
from pipelines.engines.asr.whisper.stream import FasterWhisperStream
from pipelines.engines.asr.whisper.turn import Listening, TurnSettings
from pipelines.engines.asr.whisper.windows import UTTERANCE, Windows, fitted
from pipelines.engines.worker import Worker
from pipelines.engines.worker_protocol import Header

LOADING = 180.0  # s; large models from a cold disk
MEASURING = 120.0  # s
MOST_WORKERS = 4  # unasked; each holds the models in memory


class TooManyCallsError(EngineError):
    """All places are taken: one more call would make every caller wait."""


class FasterWhisper:
    """The engine. `default` hears what Whisper knows, `languages` what has a checkpoint of its own.

    `calls` is how many may be open at once; 0 measures at start how many finals, asked for in the
    same moment, are ready by the deadline. Each of the `workers` has the models in memory; 0: as
    many as there are cores for, one where a GPU computes.
    """

    name = "faster_whisper"

    def __init__(
        self,
        default: Checkpoint | None,
        languages: Mapping[str, Checkpoint] | None = None,
        *,
        threads: int = 1,
        workers: int = 0,
        calls: int = 0,
        together: int = 4,  # finals decoded in one batch
        deadline: float = 1.5,  # s for a final result
        interval: float = 0.3,  # s between two hypotheses
        longest_turn: float = 30.0,  # s; what a caller says beyond is not heard
        most_tokens: int = 224,  # of one turn, however long
        windows: Windows = "fitted_then_full",
        guards: Guards | None = None,
    ) -> None:
        self._default = default
        self._languages = dict(languages or {})
        self._threads, self._calls, self._together = threads, calls, together
        self._settings = TurnSettings(
            deadline, interval, longest_turn, most_tokens, windows, guards or Guards()
        )
        self._models = list(dict.fromkeys(_model(each) for each in self._checkpoints))
        self._hello: Header = {}
        self._number = workers
        self._workers: list[Worker] = []
        self._scheduler: Scheduler | None = None
        self.capacity = calls  # calls at once; known after start

    @property
    def version(self) -> str:
        """See engine.py."""
        folders = ", ".join(folder.rstrip("/").rpartition("/")[2] for folder, _, _ in self._models)
        return f"{version('faster-whisper')}, {folders}"

    def dictates(self, language: str) -> bool:
        """See engine.py."""
        return True

    async def start(self) -> None:
        """See engine.py."""
        require(self._checkpoints)
        if not self._models:
            raise EngineError("faster_whisper has no model: set WAXTAAN_WHISPER_MODEL to a folder")
        tokens = self._tokens()
        spec = {"models": self._models, "threads": self._threads, "tokens": tokens}
        module, arguments = "pipelines.engines.asr.whisper.worker", [json.dumps(spec)]
        started = await asyncio.gather(
            *(
                Worker.start(module, arguments, starting=LOADING)
                for _ in range(self._wanted_workers())
            ),
            return_exceptions=True,
        )
        self._workers = [worker for worker in started if isinstance(worker, Worker)]
        try:
            for failed in started:
                if isinstance(failed, BaseException):
                    raise failed
            self._hello = self._workers[0].hello
            self._refuse_unknown_tokens()
            await self._measure(self._workers[0])
        except BaseException:
            await self.close()
            raise

    def resident(self) -> int:
        """Bytes of memory that the workers hold; one that is not there holds none."""
        pages = 0
        for worker in self._workers:
            with contextlib.suppress(FileNotFoundError):  # it may have died a moment ago
                pages += int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
        return pages * 4096

    async def open(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> FasterWhisperStream:
        """See engine.py. Raises TooManyCallsError beyond `capacity`."""
        if self._scheduler is None:
            raise EngineError("the recogniser faster_whisper is not started, or closed")
        self.listening(language)
        if len(self._scheduler) >= self.capacity:
            raise TooManyCallsError(
                f"faster_whisper carries {self.capacity} calls on this machine and all are taken: "
                "take fewer calls (WAXTAAN_MAX_CALLS), a smaller WAXTAAN_WHISPER_MODEL, or a GPU"
            )
        return FasterWhisperStream(self, self._scheduler, self._settings, language, on_partial)

    def serves(self, language: str) -> str | None:
        """See engine.py."""
        place = self._place(language)
        if place is None:
            return None
        checkpoint, _ = place
        if language in self._languages:
            return f"dictation by its own checkpoint, {checkpoint.model.name}: unmeasured here"
        if found := measured(checkpoint.model, language):
            return f"dictation by Whisper {checkpoint.model.name}: {found}"
        return (
            f"dictation: Whisper knows it; how well depends on the checkpoint, "
            f"{checkpoint.model.name}, and is unmeasured here"
        )

    def listening(self, language: str) -> Listening:
        """How the language is listened for. Raises EngineError where it is not served."""
        place = self._place(language)
        if place is None:
            raise EngineError(
                f"faster_whisper cannot listen in {language!r}: {self._why(language)}"
            )
        checkpoint, token = place
        own, model = token == token_of(language), self._models.index(_model(checkpoint))
        return Listening(language, model, token, own, shortest=checkpoint.shortest)

    async def close(self) -> None:
        """See engine.py."""
        scheduler, self._scheduler = self._scheduler, None
        workers, self._workers = self._workers, []
        if scheduler is not None:
            await scheduler.close()
        for worker in workers:
            await worker.close()

    def _wanted_workers(self) -> int:
        if self._number:
            return self._number
        if any(checkpoint.device == "cuda" for checkpoint in self._checkpoints):
            return 1
        return max(1, min(MOST_WORKERS, len(os.sched_getaffinity(0)) // self._threads))

    # -- checkpoints ---------------------------------------------------------------------------

    @property
    def _checkpoints(self) -> list[Checkpoint]:
        default = [self._default] if self._default else []
        return [*default, *self._languages.values()]

    def _place(self, language: str) -> tuple[Checkpoint, str] | None:
        """The checkpoint for a language, and the token that says it."""
        own = token_of(language)
        if (checkpoint := self._languages.get(language)) is not None:
            token = checkpoint.token or own
            return (checkpoint, token) if token else None
        if self._default is None or own is None:
            return None
        if own != "en" and not multilingual(self._default.model):
            return None
        return self._default, own

    def _why(self, language: str) -> str:
        """Why it has no checkpoint for a language, and what to do."""
        if self._default is None or token_of(language) is None:
            return "Whisper does not know it; give it a fine-tuned checkpoint of its own"
        return (
            f"{self._default.model.name} knows English only; use a multilingual one "
            "(waxtaan models get whisper-base), or give it a checkpoint of its own"
        )

    def _tokens(self) -> list[list[str]]:
        """The tokens that each model must know."""
        wanted: list[list[str]] = [[] for _ in self._models]
        for language, checkpoint in self._languages.items():
            place = self._place(language)
            if place is None:
                raise EngineError(
                    f"Whisper has no token for {language!r}: name the one that the checkpoint in "
                    f"{checkpoint.model} was fine-tuned with"
                )
            wanted[self._models.index(_model(checkpoint))].append(place[1])
        return wanted

    def _refuse_unknown_tokens(self) -> None:
        for (folder, _, _), lacking in zip(self._models, self._hello["lacks"], strict=True):
            if lacking:
                raise EngineError(
                    f"the Whisper model in {folder} has no language token {lacking[0]!r}: name the "
                    "one that it was fine-tuned with"
                )

    async def _measure(self, worker: Worker) -> None:
        """Time a typical utterance on the slowest model; so much decides how many calls."""
        deadline, together = self._settings.deadline, self._together
        slowest = each = position = 0.0
        batches = [1] if self._calls else [1, together]
        for model, described in enumerate(self._models):
            shortest = max(c.shortest for c in self._checkpoints if _model(c) == described)
            window = fitted(UTTERANCE, shortest)
            order = {"do": "measure", "model": model, "window": window, "batches": batches}
            measured = (await worker.ask(order, deadline=MEASURING)).header
            times = measured["seconds"]
            slowest, each = max(slowest, times[0]), max(each, times[-1] / batches[-1])
            position = max(position, measured["encoding"] / (window * batches[-1]))
        # All calls may finish in the same moment, while one decoding is under way.
        at_once = len(self._workers) * (deadline - slowest) / each
        self.capacity = self._calls or max(1, int(at_once))
        self._scheduler = Scheduler(
            self._workers, together=together, expected=slowest, deadline=deadline, position=position
        )


def _model(checkpoint: Checkpoint) -> tuple[str, str, str]:
    return (str(checkpoint.model), checkpoint.device, checkpoint.compute)
