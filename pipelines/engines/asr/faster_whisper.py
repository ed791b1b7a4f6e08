"""The production recogniser: Whisper on CTranslate2, one model in memory for all calls.

Decoding runs in one worker process (whisper/worker.py); this file loads it and says how many
calls it can carry. Each call has a stream (whisper/stream.py), and a scheduler between them and
the worker decides who is served when (whisper/scheduler.py). Nothing is fetched from anywhere: a
checkpoint is a folder.
"""

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from pipelines.engines.asr.engine import Band, EngineError, Recognised
from pipelines.engines.asr.whisper.checkpoint import Checkpoint, require
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


class TooManyCallsError(EngineError):
    """All places are taken: one more call would make every caller wait."""


class FasterWhisper:
    """The engine. `default` hears what Whisper knows, `languages` what has a checkpoint of its own.

    `calls` is how many may be open at once; 0 measures at start how many finals, asked for in the
    same moment, are ready by the deadline.
    """

    name = "faster_whisper"
    dictates = True

    def __init__(
        self,
        default: Checkpoint | None,
        languages: Mapping[str, Checkpoint] | None = None,
        *,
        threads: int = 1,
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
        self._worker: Worker | None = None
        self._scheduler: Scheduler | None = None
        self.capacity = calls  # calls at once; known after start

    @property
    def version(self) -> str:
        """See engine.py."""
        folders = ", ".join(folder.rstrip("/").rpartition("/")[2] for folder, _, _ in self._models)
        return f"{version('faster-whisper')}, {folders}"

    async def start(self) -> None:
        """See engine.py."""
        require(self._checkpoints)
        if not self._models:
            raise EngineError("faster_whisper has no model: set WAXTAAN_WHISPER_MODEL to a folder")
        tokens = self._tokens()
        spec = {"models": self._models, "threads": self._threads, "tokens": tokens}
        self._worker = await Worker.start(
            "pipelines.engines.asr.whisper.worker", [json.dumps(spec)], starting=LOADING
        )
        try:
            self._hello = self._worker.hello
            self._refuse_unknown_tokens()
            await self._measure(self._worker)
        except BaseException:
            await self.close()
            raise

    def resident(self) -> int:
        """Bytes of memory that the worker holds; 0 while it is not there."""
        pid = self._worker.pid if self._worker else None
        if pid is None:
            return 0
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096

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
        return (
            f"dictation: Whisper knows it; how well depends on the checkpoint, "
            f"{checkpoint.model.name}, and is unmeasured here"
        )

    def listening(self, language: str) -> Listening:
        """How the language is listened for. Raises EngineError where it is not served."""
        place = self._place(language)
        if place is None:
            raise EngineError(
                f"faster_whisper cannot listen in {language!r}: Whisper does not know it; give it "
                "a fine-tuned checkpoint of its own"
            )
        checkpoint, token = place
        own, model = token == token_of(language), self._models.index(_model(checkpoint))
        return Listening(language, model, token, own, shortest=checkpoint.shortest)

    async def close(self) -> None:
        """See engine.py."""
        scheduler, self._scheduler = self._scheduler, None
        worker, self._worker = self._worker, None
        if scheduler is not None:
            await scheduler.close()
        if worker is not None:
            await worker.close()

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
        if self._hello and own != "en":  # an English-only model says so when it is loaded
            model = self._models.index(_model(self._default))
            if not self._hello["multilingual"][model]:
                return None
        return self._default, own

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
        self.capacity = self._calls or max(1, int((deadline - slowest) / each))
        self._scheduler = Scheduler(
            worker, together=together, expected=slowest, deadline=deadline, position=position
        )


def _model(checkpoint: Checkpoint) -> tuple[str, str, str]:
    return (str(checkpoint.model), checkpoint.device, checkpoint.compute)
