"""Processor time: what this process and its workers used, and each call's share of it.

Of what is used while calls go on, each gets the same share: at every beginning and end of a call
the time since the last one is divided among those that went on meanwhile. So the shares of all
calls add up to all that was used while there was one. What the machine does when nobody calls
(starting, learning, waiting) is nobody's, and servers of their own (the language model's, the back
office, a PBX) are not counted.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_OWN = slice(11, 13)  # fields of /proc/<pid>/stat after the name: its user and system time,
_ENDED = slice(13, 15)  # and that of its children who ended


def cpu_seconds() -> float:
    """Of this process, its workers and theirs, with those that ended.

    Where there is no /proc, of this process and of workers that ended.
    """
    ended = os.times()
    workers = sum(map(_seconds_of, _children(os.getpid())))
    return time.process_time() + ended.children_user + ended.children_system + workers


class CpuShares:
    """Of the calls of one process. `used` tells the processor time so far, in seconds."""

    def __init__(self, used: Callable[[], float] = cpu_seconds) -> None:
        self._used = used
        self._last = 0.0
        self._shares: dict[int, float] = {}
        self._calls = 0

    def begin(self) -> int:
        """A call begins; what `end` is told."""
        self._divide()
        self._calls += 1
        self._shares[self._calls] = 0.0
        return self._calls

    def end(self, call: int) -> float:
        """A call has ended; its share, in seconds."""
        self._divide()
        return self._shares.pop(call)

    def _divide(self) -> None:
        now = self._used()
        for call in self._shares:
            self._shares[call] += max(0.0, now - self._last) / len(self._shares)
        self._last = now


def _children(process: int) -> Iterator[int]:
    """And theirs."""
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found = thread.read_text(encoding="ascii").split()
        except OSError:  # it has ended
            continue
        for child in map(int, found):
            yield child
            yield from _children(child)


def _seconds_of(process: int) -> float:
    try:
        about = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    fields = about.rpartition(")")[2].split()
    return sum(map(int, (*fields[_OWN], *fields[_ENDED]))) / os.sysconf("SC_CLK_TCK")
