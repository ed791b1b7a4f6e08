"""Where a voice's worker takes its requests: several at once, each given a turn after the other.

A neural voice takes a third of a second for a second of speech, so a caller whose sentence came
second would hear nothing until the first was rendered. Work is therefore a generator: what it has
rendered so far, then what comes next, with the others' turns in between. Messages, both ways:

    {"do": ..., "ticket": 7, ...}  -> as many as there are, then an empty one without "more"
    {"do": "cancel", "ticket": 7}     overtakes: the rendering ends at its next turn

What cannot be done is answered with {"refused": why}.
"""

from collections import deque
from collections.abc import Callable, Iterator

from pipelines.engines.worker_protocol import Header, Message, Send, serve


class RefusalError(Exception):
    """The request cannot be carried out; the message says why and what to do."""


class Scheduler:
    """Requests in work. `work` makes a request's messages, one a turn, or raises RefusalError."""

    def __init__(self, work: Callable[[Header], Iterator[Message]]) -> None:
        self._work = work
        self._come: deque[Header] = deque()  # filled by the thread that reads
        self._jobs: dict[int, tuple[int, Iterator[Message]]] = {}  # id -> ticket, its work
        self._cancelled: set[int] = set()

    def serve(self, hello: Header) -> None:
        """Until standard input ends; see `worker_protocol.serve`."""
        serve(self.answer, hello, overtake=self.overtake)

    def overtake(self, header: Header) -> bool:
        """Note what has come, while another thread may be rendering."""
        if header.get("do") == "cancel":
            self._cancelled.add(header["ticket"])
            return True
        self._come.append(header)
        return False

    def answer(self, header: Header, _: bytes, send: Send) -> None:
        """Work until this request is done; those that came meanwhile advance with it."""
        self._admit()
        while header["id"] in self._jobs:
            for about in tuple(self._jobs):
                self._turn(about, send)
                self._admit()

    def _admit(self) -> None:
        while self._come:
            header = self._come.popleft()
            self._jobs[header["id"]] = (header.get("ticket", 0), self._work(header))

    def _turn(self, about: int, send: Send) -> None:
        ticket, job = self._jobs[about]
        last: Header = {}
        if ticket not in self._cancelled:
            try:
                header, payload = next(job)
                send({**header, "id": about, "more": True}, payload)
                return
            except StopIteration:
                pass
            except RefusalError as error:
                last = {"refused": str(error)}
            except Exception as error:
                # Where, not what: a library's message may quote the text that was to be spoken.
                last = {"error": f"{type(error).__name__} at {_where(error)}"}
        del self._jobs[about]
        # Tickets grow: what was cancelled before the oldest in work came too late for its own.
        oldest = min((other for other, _ in self._jobs.values()), default=ticket + 1)
        self._cancelled.difference_update([t for t in tuple(self._cancelled) if t < oldest])
        send({**last, "id": about})


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
