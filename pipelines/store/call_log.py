"""A call's `log.jsonl` as it is written: privacy is applied here, before anything is on disk."""

from collections.abc import Sequence
from typing import TextIO

from agent.actions import Action
from agent.events import Event
from agent.log import header, line
from agent.numbers.digits import DigitWords
from agent.privacy import Redaction


class CallLog:
    """Entries of one call into an open file, which whoever opened it flushes and closes.

    `says` is how callers may say a code; see `agent/privacy.py`. `about` goes into the header.
    """

    def __init__(self, file: TextIO, says: Sequence[DigitWords], **about: str) -> None:
        self._file = file
        self._redaction = Redaction(says)
        file.write(header(**about) + "\n")

    def event(self, event: Event) -> Event:
        """Write an event; returns it as it was written."""
        written = self._redaction.event(event)
        self._file.write(line(written) + "\n")
        return written

    def action(self, action: Action) -> Action:
        """Write an action; returns it as it was written."""
        written = self._redaction.action(action)
        self._file.write(line(written) + "\n")
        return written
