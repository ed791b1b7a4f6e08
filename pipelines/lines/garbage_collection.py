"""A finished call leaves no memory behind.

A pipecat pipeline is full of reference cycles, so a finished call is garbage that only the cyclic
collector frees, and that it may not look at for many calls. What was loaded at start is set aside
once (`freeze_loaded`), which makes a full collection quick; it runs after each call, and when the
assistant falls idle the freed memory is given back to the system.
"""

import contextlib
import ctypes
import gc


def freeze_loaded() -> None:
    """After start: everything loaded so far lives as long as the process."""
    gc.collect()
    gc.freeze()


def after_call(calls_going_on: int) -> None:
    """Free what finished calls left; give it back to the system when nobody could notice."""
    gc.collect()
    if calls_going_on == 0:
        with contextlib.suppress(OSError, AttributeError):  # glibc only
            ctypes.CDLL("libc.so.6").malloc_trim(0)
