"""A process that hangs is ended: a PBX then brings its callers to people.

While we hang, our connections stand and no PBX notices that nothing comes any more: for minutes a
caller hears nothing. Once we are gone Asterisk's Dial() ends, and its dialplan goes on. Python's
own watchdog needs neither the event loop nor the interpreter; it prints where each thread was, and
no values.
"""

import asyncio
import faulthandler
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_OFTEN = 5  # looks in the time after which a standstill counts


@asynccontextmanager
async def watched(seconds: float) -> AsyncIterator[None]:
    """End the process (exit code 1) when the event loop stands still for so long; 0: never."""
    if not seconds:
        yield
        return
    alive = asyncio.create_task(_alive(seconds))
    try:
        yield
    finally:
        alive.cancel()
        await asyncio.wait([alive])
        faulthandler.cancel_dump_traceback_later()


async def _alive(seconds: float) -> None:
    while True:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or sys.stderr)
        await asyncio.sleep(seconds / _OFTEN)
