"""A call that goes on, by its log: a test waits for what happens in it, never for time to pass.

Waxtaan writes the log down twice in a second of the caller's sound, so a wait costs that much.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from agent.actions import Action, Listen, Speak
from agent.events import CallEnded, CallStarted, Event, SpeechEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.sip_phone import SipPhone

Entry = TypeVar("Entry")


class CallLog:
    """Of the next call that comes from a number; each wait goes on where the one before ended."""

    def __init__(self, waxtaan: Waxtaan, caller: str) -> None:
        self._waxtaan = waxtaan
        self._caller = caller
        self._others = set(waxtaan.calls)
        self._folder: Path | None = None
        self._size = -1  # of the file that was read
        self._entries: list[Event | Action] = []
        self._seen = 0

    @property
    def folder(self) -> Path:
        """Where it is recorded."""
        assert self._folder is not None, f"Waxtaan has no call from {self._caller}"
        return self._folder

    def entries(self) -> list[Event | Action]:
        """All that is on disk so far."""
        if self._folder is None:
            self._folder = next(filter(self._is_it, set(self._waxtaan.calls) - self._others), None)
        if self._folder is not None:
            size = (self._folder / "log.jsonl").stat().st_size
            if size != self._size:
                with suppress(UnicodeDecodeError):  # half a letter is written
                    self._entries = self._waxtaan.entries(self._folder)
                    self._size = size
        return self._entries

    def _is_it(self, folder: Path) -> bool:
        if not (folder / "log.jsonl").exists():  # it is about to be
            return False
        first = next(iter(self._waxtaan.entries(folder)), None)
        return isinstance(first, CallStarted) and first.caller in (self._caller, None)

    async def next(
        self, kind: type[Entry], fits: Callable[[Entry], bool] = lambda _: True
    ) -> Entry:
        """The next entry of a kind that fits."""
        try:
            async with asyncio.timeout(lab.HANG):
                while True:
                    entries = self.entries()
                    for place in range(self._seen, len(entries)):
                        entry = entries[place]
                        if isinstance(entry, kind) and fits(entry):
                            self._seen = place + 1
                            return entry
                    ended = bool(entries) and isinstance(entries[-1], CallEnded)
                    assert not ended, f"no {kind.__name__} came:\n{self._told()}"
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} came:\n{self._told()}") from None

    async def opened(self, question: str) -> Listen:
        """The next question whose name begins so is open; the agent may still be asking it."""
        return await self.next(Listen, lambda listen: listen.question.startswith(question))

    async def asked(self, question: str) -> Listen:
        """The next question whose name begins so was asked to its end."""
        listen = await self.opened(question)
        asking = [e for e in self._entries[: self._seen] if isinstance(e, Speak)][-1].utterance
        await self.next(SpeechEnded, lambda ended: ended.utterance == asking)
        return listen

    async def said(self, text: str) -> SpeechEnded:
        """A sentence that begins so was heard."""
        return await self.next(SpeechEnded, lambda ended: ended.heard.startswith(text))

    def _told(self) -> str:
        return "\n".join(
            f"{'  ' if n < self._seen else '> '}{e}" for n, e in enumerate(self._entries)
        )


async def dial(waxtaan: Waxtaan, phone: SipPhone, number: str) -> CallLog:
    """Call; the call's log once it was answered."""
    log = CallLog(waxtaan, phone.user)
    await phone.call(number)
    return log
