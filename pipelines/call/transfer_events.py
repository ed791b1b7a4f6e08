"""What becomes of a transfer, as events: see `connection.TransferListener`."""

from collections.abc import Callable

from agent.events import Event, PersonJoined, PersonLeft, TransferFailed
from pipelines.call.resources import Resources


class TransferEvents:
    """One call's; `happen` takes the events."""

    def __init__(self, resources: Resources, happen: Callable[[Event], None]) -> None:
        self._resources = resources
        self._happen = happen

    def joined(self, request: int, person: str) -> None:
        """A person talks with the caller."""
        self._resources.count("transfer.joined")
        self._happen(PersonJoined(self._resources.clock.seconds, request, person))

    def failed(self, request: int, reason: str) -> None:
        """Nobody took the call."""
        self._resources.count(f"transfer.{reason}")
        self._happen(TransferFailed(self._resources.clock.seconds, request, reason))

    def left(self, back: bool) -> None:
        """The person is gone."""
        self._happen(PersonLeft(self._resources.clock.seconds, back))

    def keep(self, name: str, data: bytes) -> None:
        """A file that belongs to the recording."""
        if self._resources.recording:
            self._resources.recording.keep(name, data)
