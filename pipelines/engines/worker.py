"""Worker processes: engines that compute, or whose licence keeps them in a process of their own.

    worker = await Worker.start("pipelines.engines.asr.pocketsphinx_worker")
    reply = await worker.ask({"do": "finish"})          # one message back
    async for part in worker.parts({"do": "speak"}):    # many messages back, in order
    stream = worker.listen(callback)                    # messages that come unasked
    worker.send({"do": "hear", "id": stream}, pcm)      # nothing comes back

Rules:
* Messages go out in the order of the calls and never block; worker_protocol.py has their form.
* A worker that dies is started again at once, later and later if it keeps dying. Whatever was asked
  of the dead one fails with EngineError; `generation` has grown, so that owners of state inside the
  worker know that it is gone. `listen` callbacks stay.
* A worker that lets a request's deadline pass is hung: it is killed, and so dies.
* A worker ends when its owner does, however that ends: its standard input closes.
* What is waited for counts as work outside (`outside.py`); with `settles`, what is sent as well.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from pipelines.engines import outside
from pipelines.engines.worker_output import Message, keep_last_line, read_message
from pipelines.engines.worker_protocol import SETTLE, Header, encode
from pipelines.errors import EngineError

STARTING = 30.0  # s until the hello; loading models from a cold disk is slow
PATIENCE = 0.5  # s for a process to end after its input closed, and again after SIGTERM
LONGEST_PAUSE = 5.0  # s between two starts of a worker that keeps dying
BACKLOG = 1 << 25  # bytes unread by the worker: it has been hung for minutes


@dataclass(eq=False)
class Worker:
    """A process running `python -m module *args`, kept alive until `close`."""

    settles: ClassVar[bool] = False  # whether a message is waited for until it has been dealt with

    module: str
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)  # added to our own environment
    deadline: float = 5.0  # s, of a request that names none
    on_death: Callable[[EngineError], None] | None = None
    python: str = sys.executable  # of another environment, for engines that cannot share ours
    starting: float = STARTING
    generation: int = 0  # how many times the process has been started
    hello: Header = field(default_factory=dict)  # what the running process said first

    _process: asyncio.subprocess.Process | None = None
    _life: asyncio.Task[None] | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    _last_id: int = 0
    _listeners: dict[int, Callable[[Message], None]] = field(default_factory=dict)
    _asked: dict[int, asyncio.Queue[Message | EngineError]] = field(default_factory=dict)
    _unsettled: set[int] = field(default_factory=set)
    _verdict: str = ""  # why we killed it, if we did

    @classmethod
    async def start(
        cls,
        module: str,
        args: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        *,
        deadline: float = 5.0,
        on_death: Callable[[EngineError], None] | None = None,
        python: str = sys.executable,
        starting: float = STARTING,
    ) -> Self:
        """A running worker that has said hello. Raises EngineError with its last words if not."""
        worker = cls(module, args, dict(env or {}), deadline, on_death, python, starting)
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        worker._life = asyncio.create_task(worker._live(first), name=f"worker {module}")
        try:
            await first
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def alive(self) -> bool:
        """Whether the process runs and has said hello."""
        return self._ready.is_set()

    @property
    def pid(self) -> int | None:
        """The process id, while alive."""
        return self._process.pid if self.alive and self._process else None

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Send a message without waiting. Dropped while the worker is dead: see `generation`."""
        if not self.alive or self._process is None or self._process.stdin is None:
            return
        if self._process.stdin.transport.get_write_buffer_size() > BACKLOG:
            self._kill("it stopped reading what it was sent")
            return
        self._process.stdin.write(encode(header, payload))
        if self.settles and header.get("id") not in self._asked:
            self._last_id += 1
            self._unsettled.add(self._last_id)
            outside.begin()
            self._process.stdin.write(encode({"do": SETTLE, "id": self._last_id}))

    def listen(self, callback: Callable[[Message], None]) -> int:
        """A new id; messages that carry it go to `callback`, on the event loop."""
        self._last_id += 1
        self._listeners[self._last_id] = callback
        return self._last_id

    def forget(self, about: int) -> None:
        """Messages with this id go nowhere from now on."""
        self._listeners.pop(about, None)

    async def ask(
        self, header: Header, payload: bytes = b"", deadline: float | None = None
    ) -> Message:
        """The one message that answers this one; see `parts` for errors."""
        async with contextlib.aclosing(self.parts(header, payload, deadline)) as messages:
            async for message in messages:
                return message
        raise EngineError(f"{self.module} gave an empty answer: a bug in the worker")

    async def parts(
        self, header: Header, payload: bytes = b"", deadline: float | None = None
    ) -> AsyncGenerator[Message, None]:
        """The messages that answer this one, up to the first without "more".

        `deadline` is in seconds until each next message. A worker being restarted is waited for.

        Raises:
            EngineError: the worker refused, died, is closed, or let the deadline pass.
        """
        patience = deadline or self.deadline
        if not self.alive:
            await self.started(patience)
        self._last_id += 1
        about = self._last_id
        replies = self._asked[about] = asyncio.Queue()
        try:
            self.send({**header, "id": about}, payload)
            while True:
                try:
                    async with asyncio.timeout(patience):
                        with outside.waiting():
                            reply = await replies.get()
                except TimeoutError:
                    self._kill(f"no answer within {patience:g} s")
                    raise self._error(f"gave no answer within {patience:g} s") from None
                if isinstance(reply, EngineError):
                    raise reply
                yield reply
                if not reply.header.get("more"):
                    return
        finally:
            del self._asked[about]

    async def started(self, patience: float) -> None:
        """Wait until it is alive. Raises EngineError where it is closed or that takes too long."""
        if self._closing or self._life is None or self._life.done():
            raise self._error("is closed")
        try:
            async with asyncio.timeout(patience):
                await self._ready.wait()
        except TimeoutError:
            raise self._error(f"could not be started again within {patience:g} s") from None

    async def close(self) -> None:
        """End the process: politely, then not. Safe to call twice."""
        self._closing = True
        if self._process is not None:
            await self._bury(self._process)
        if self._life is not None:
            await asyncio.gather(self._life, return_exceptions=True)

    # -- the life of the process ---------------------------------------------------------------

    async def _live(self, first: asyncio.Future[None]) -> None:
        """Start the process, read from it until it dies, and again, until closed."""
        pause = 0.0
        while not self._closing:
            self._verdict = ""
            reason = await self._one_life(first)
            self._ready.clear()
            for message in list(self._unsettled):
                self._settled(message)
            death = self._error(reason)
            if not first.done():
                first.set_exception(death)
                return
            for replies in list(self._asked.values()):
                replies.put_nowait(death)
            if not self._closing:
                if self.on_death is not None:
                    self.on_death(death)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause + 0.1)

    async def _one_life(self, first: asyncio.Future[None]) -> str:
        """Run one process to its end; why it ended."""
        last_words: list[str] = []
        try:
            process = await asyncio.create_subprocess_exec(
                self.python, "-P", "-m", self.module, *self.args,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for us; we end the worker
            )  # fmt: skip
        except OSError as error:
            return f"could not be started: {error}"
        self._process = process
        if self._closing:  # while it was being started: nobody else will end it
            process.kill()
        assert process.stdout is not None
        assert process.stderr is not None
        words = asyncio.create_task(keep_last_line(process.stderr, last_words))
        try:
            async with asyncio.timeout(self.starting):
                self.hello = (await read_message(process.stdout)).header
            self.generation += 1
            self._ready.set()
            if not first.done():
                first.set_result(None)
            while True:
                self._dispatch(await read_message(process.stdout))
        except asyncio.IncompleteReadError:
            reason = "died"
        except TimeoutError:
            reason = f"said nothing within {self.starting:g} s"
        except ValueError as error:
            reason = f"sent nonsense ({error})"
        finally:
            self._ready.clear()
            status = await self._bury(process)
            await words
        if self._verdict:
            return f"was killed: {self._verdict}"
        return f"{reason} (exit status {status}): {' '.join(last_words) or 'it said nothing'}"

    def _settled(self, message: int) -> None:
        self._unsettled.remove(message)
        outside.end()

    def _dispatch(self, message: Message) -> None:
        about = message.header.get("id", 0)
        if about in self._unsettled:
            self._settled(about)
        if (replies := self._asked.get(about)) is not None:
            refusal = message.header.get("error")
            replies.put_nowait(message if refusal is None else self._error(f"refused: {refusal}"))
        elif (listener := self._listeners.get(about)) is not None:
            listener(message)  # an answer that nobody waits for any more is neither, and ignored

    async def _bury(self, process: asyncio.subprocess.Process) -> int:
        """Make sure that the process has ended; its exit status."""
        for order in (None, process.terminate, process.kill):  # None: it may be dying already
            if process.returncode is None and order is not None:
                with contextlib.suppress(ProcessLookupError):
                    order()
            elif process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    return await process.wait()
        return await process.wait()

    def _kill(self, verdict: str) -> None:
        if self._process is not None and self._process.returncode is None:
            self._ready.clear()
            self._verdict = verdict
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    def _environment(self) -> dict[str, str]:
        """Ours, with one thread per worker and this checkout's packages on the path."""
        root = str(Path(__file__).resolve().parents[2])
        path = [self.env.get("PYTHONPATH", ""), root, os.environ.get("PYTHONPATH", "")]
        return {
            "OPENBLAS_NUM_THREADS": "1",  # numpy would reserve memory for a thread per core
            "OMP_NUM_THREADS": "1",
            **os.environ,
            **self.env,
            "PYTHONPATH": os.pathsep.join(part for part in path if part),
        }

    def _error(self, what: str) -> EngineError:
        return EngineError(f"the worker process {self.module} {what}")
