"""Work that is done outside this process's event loop, counted while the loop waits for it.

A recorded call is replayed on a clock that jumps over the time in which nothing happens
(`pipelines/replay/virtual_time.py`). To wait for another process is no such time, which the loop
cannot see: a pipe that is being computed behind and one that nothing will ever come through look
the same to it. So who waits says so here. In a call that is not replayed nobody reads it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_waited_for = 0


@contextmanager
def waiting() -> Iterator[None]:
    """For as long as this is open, something outside is waited for."""
    begin()
    try:
        yield
    finally:
        end()


def begin() -> None:
    """The same, where beginning and end are in different places."""
    global _waited_for
    _waited_for += 1


def end() -> None:
    """See `begin`."""
    global _waited_for
    _waited_for -= 1


def waited_for() -> int:
    """How many things are waited for now."""
    return _waited_for
