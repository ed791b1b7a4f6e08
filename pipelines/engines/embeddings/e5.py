"""multilingual-e5-small: sentences of a hundred languages as vectors of 384 numbers.

One worker process on one thread serves all calls. Texts that come while it works go to it together
afterwards. Vectors are kept for texts that come again, under digests that only this process can
make: what callers say is not kept.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from loguru import logger

from pipelines.engines.embeddings.engine import Floats, Kind
from pipelines.engines.worker import Worker
from pipelines.errors import EngineError

FILE = "e5-small-q4.bin"
KEEP = 4096  # vectors, of 1.5 kB
MOST = 16  # texts at once
LONGEST = 2000  # letters of a text that are read; the model takes about as many
PATIENCE = 30.0  # s for a batch of long texts on a busy machine; a question's asker waits less
_FORM = "1"  # grows when the same text comes out differently
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class E5:
    """The engine "e5"; see `Embedder`. `file` is the model's."""

    name = "e5"

    def __init__(self, file: Path, *, keep: int = KEEP) -> None:
        self.version = ""
        self._file = file
        self._keep = keep
        self._kept: OrderedDict[bytes, Floats] = OrderedDict()
        self._secret = secrets.token_bytes(16)
        self._waiting: OrderedDict[bytes, tuple[str, asyncio.Future[Floats]]] = OrderedDict()
        self._working: dict[bytes, asyncio.Future[Floats]] = {}
        self._come = asyncio.Event()
        self._worker: Worker | None = None
        self._batches: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """See `Embedder.start`."""
        try:
            self._worker = await Worker.start(
                "pipelines.engines.embeddings.e5_worker", [str(self._file)], _THREADS,
                deadline=PATIENCE, on_death=_tell,
            )  # fmt: skip
        except EngineError as error:
            raise EngineError(
                f"embeddings by e5 cannot start: {error}. 'waxtaan models verify' tells whether "
                "the model is whole"
            ) from error
        self.version = f"{self._worker.hello['version']}/{_FORM}"
        self._batches = asyncio.create_task(self._work(self._worker), name="embeddings")

    async def embed(self, texts: Sequence[str], kind: Kind = "query") -> Floats:
        """See `Embedder.embed`. Who stops waiting stops nobody else's."""
        if self._worker is None or self._batches is None or self._batches.done():
            raise EngineError("embeddings by e5 are not started")
        found = [self._of(f"{kind}: {text[:LONGEST]}") for text in texts]
        waiting = {each for each in found if isinstance(each, asyncio.Future)}
        if waiting:
            await asyncio.wait(waiting)
        rows = [each.result() if isinstance(each, asyncio.Future) else each for each in found]
        return np.stack(rows) if rows else np.empty((0, 0), np.float32)

    async def close(self) -> None:
        """See `Embedder.close`."""
        if self._batches is not None:
            self._batches.cancel()
            await asyncio.gather(self._batches, return_exceptions=True)
        if self._worker is not None:
            await self._worker.close()

    @property
    def pid(self) -> int | None:
        """The worker's process id, while it lives."""
        return self._worker.pid if self._worker else None

    def _of(self, text: str) -> "Floats | asyncio.Future[Floats]":
        """What is kept of it, or will come."""
        raw = text.encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(raw, key=self._secret, digest_size=16).digest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key in self._working:
            return self._working[key]
        if key not in self._waiting:
            future: asyncio.Future[Floats] = asyncio.get_running_loop().create_future()
            future.add_done_callback(_seen)
            self._waiting[key] = text, future
            self._come.set()
        return self._waiting[key][1]

    async def _work(self, worker: Worker) -> None:
        """Batch after batch, until cancelled; whoever waits then is told."""
        try:
            while True:
                await self._come.wait()
                await self._batch(worker)
        except Exception:
            logger.exception("a bug in embeddings by e5")
            raise
        finally:
            self._fail(EngineError("embeddings by e5 have ended"))

    async def _batch(self, worker: Worker) -> None:
        many = min(MOST, len(self._waiting))
        batch = [self._waiting.popitem(last=False) for _ in range(many)]
        self._working = {key: future for key, (_, future) in batch}
        if not self._waiting:
            self._come.clear()
        try:
            await self._ask(worker, [text for _, (text, _) in batch])
        except EngineError as error:
            for future in self._working.values():
                future.set_exception(error)
        self._working = {}

    async def _ask(self, worker: Worker, texts: list[str]) -> None:
        reply = await worker.ask({"do": "embed", "texts": texts})
        shape = len(texts), reply.header["dimensions"]
        rows = np.frombuffer(reply.payload, np.float32).reshape(shape)
        for (key, future), row in zip(self._working.items(), rows, strict=True):
            future.set_result(row)
            self._kept[key] = row.copy()  # a view would keep the whole batch
        while len(self._kept) > self._keep:
            self._kept.popitem(last=False)

    def _fail(self, error: EngineError) -> None:
        for future in (*self._working.values(), *(f for _, f in self._waiting.values())):
            with contextlib.suppress(asyncio.InvalidStateError):
                future.set_exception(error)
        self._working, self._waiting = {}, OrderedDict()


def _seen(future: "asyncio.Future[Floats]") -> None:
    """That nobody waits any more for what failed is no error."""
    if not future.cancelled():
        future.exception()


def _tell(death: EngineError) -> None:
    logger.warning("{}; started again", death)
